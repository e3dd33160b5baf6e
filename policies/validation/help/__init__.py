"""A page's worth of help for each check: what it says, one policy it reports and one it does not."""

from collections.abc import Mapping
from typing import Final

from policies.validation.help import advice, conditions, grammar, names, own, services, trust
from policies.validation.help.examples import Check

__all__ = ["CHECKS", "Check"]

CHECKS: Final[Mapping[str, Check]] = {
    check.code: check
    for part in (grammar, names, conditions, advice, trust, services, own)
    for check in part.CHECKS
}

"""What the difference between two texts of a policy means for whoever has it."""

from __future__ import annotations

from operations.effects import Effects, effects_of
from operations.holdings import STORED_LENGTH
from policies.engine import Kind, PolicyError, Principal, PrincipalKind, Request, Source, parse_policy
from policies.models import Policy

ANYBODY = "arn:aws:iam::{}:user/anybody"


def effects_between(policy: Policy, old: str, new: str) -> Effects | None:
    """What somebody with this policy alone would lose and gain; None when one of the texts is no policy."""
    try:
        before, after = _source(policy, old), _source(policy, new)
    except PolicyError:
        return None
    account_id = policy.account_id or ""
    principal = Principal(ANYBODY.format(account_id), PrincipalKind.USER, account_id)
    return effects_of(
        [before], [after], lambda action, resource: Request(principal, action, resource, account_id)
    )


def _source(policy: Policy, text: str) -> Source:
    document = parse_policy(text, maximum_length=STORED_LENGTH)
    return Source(Kind.IDENTITY, policy.policy_name, policy.arn, document)

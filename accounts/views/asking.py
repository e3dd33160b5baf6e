"""Pages that look before they read: what is not allowed leaves a gap that says why, and no refusal in the trail.

For pages that people come by without asking for each of their parts; where a part was asked for, `attempt` it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from operations.call import why
from operations.caller import Caller
from operations.errors import AccessDenied

T = TypeVar("T")


def readable(
    caller: Caller, actions: tuple[str, ...], read: Callable[[Caller], T]
) -> tuple[T | None, AccessDenied | None]:
    """What was read of the account, or the refusal that the first missing right would mean."""
    for action in actions:
        told = why(caller, action, "*", {"aws:ResourceAccount": caller.account_id})
        if not told.decision.is_allowed:
            return None, AccessDenied(told.message, explanation=told)
    return read(caller), None

"""Whom a policy could be attached to: users or groups by name, a page at a time, and who is chosen already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import QueryDict

from accounts.models import User
from iamconsole.reading import attempt
from operations.caller import Caller
from operations.errors import AccessDenied
from operations.groups import search_groups
from operations.holdings import name_of
from operations.policies import list_entities_for_policy
from operations.searching import Slice
from operations.users import search_users
from policies.forms import pairs
from policies.models import Policy

if TYPE_CHECKING:
    from operations.groups import ListedGroup

ROWS = 50
KINDS = ("group", "user")


@dataclass(frozen=True, slots=True)
class Entity:
    """A user or group to choose; `has_it` when the policy is attached already."""

    kind: str
    name: str
    has_it: bool = False

    @property
    def value(self) -> str:
        return f"{self.kind}:{self.name}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the toolbar was told; what the address does not say is asked of its query."""

    kind: str
    text: str
    marker: str | None

    @classmethod
    def of(cls, posted: QueryDict, query: QueryDict) -> Wanted:
        kind = posted.get("kind", query.get("kind", ""))
        text = posted.get("text", query.get("text", ""))
        return cls(kind if kind in KINDS else KINDS[0], text.strip(), posted.get("marker") or None)


@dataclass(frozen=True, slots=True)
class Candidates:
    rows: Sequence[Entity] = ()
    next: str | None = None
    previous: str | None = None
    denied: AccessDenied | None = None

    def carried(self, chosen: Sequence[str]) -> list[Entity]:
        """Who is chosen but not among the rows: shown above them, sent along, and undone there."""
        shown = {row.value for row in self.rows}
        return [Entity(*pair) for pair in pairs(list(dict.fromkeys(chosen))) if ":".join(pair) not in shown]


def candidates(caller: Caller, policy: Policy, wanted: Wanted) -> Candidates:
    found, denied = attempt(lambda: _found(caller, wanted))
    if found is None:
        return Candidates(denied=denied)
    have = _having(caller, policy, wanted.kind)
    names = [name_of(one) for one in found.items]
    rows = [Entity(wanted.kind, name, has_it=name in have) for name in names]
    return Candidates(rows, found.next, found.previous)


def _found(caller: Caller, wanted: Wanted) -> Slice[User] | Slice[ListedGroup]:
    search = search_users if wanted.kind == "user" else search_groups
    return search(caller, text=wanted.text or None, marker=wanted.marker, max_items=ROWS)


def _having(caller: Caller, policy: Policy, kind: str) -> set[str]:
    """Who has the policy, as far as the caller may know."""
    having, _ = attempt(
        lambda: list_entities_for_policy(
            caller, policy_arn=policy.arn, entity_filter=kind.capitalize(), max_items=1000
        )
    )
    return {name_of(one) for one in having.items} if having else set()

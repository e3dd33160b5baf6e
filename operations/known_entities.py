"""Which users, groups, roles and policies the caller's account has: the directory that the validator asks."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from accounts.models import Account, Group, Role, User
from operations.authorization import request_of
from operations.call import Call, Countable
from policies.engine import decide
from policies.engine.arns import split_arn
from policies.models import Policy

# The kinds of entities by how their ARNs name them, with the action that tells whether one exists.
KINDS: Final[Mapping[str, tuple[type[Countable], str]]] = {
    "user": (User, "iam:GetUser"),
    "group": (Group, "iam:GetGroup"),
    "role": (Role, "iam:GetRole"),
    "policy": (Policy, "iam:GetPolicy"),
}


class KnownEntities:
    """A directory of what the caller may know of: a stranger does not learn from findings which names exist."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def missing(self, arns: Collection[str]) -> Collection[str]:
        """The ARNs of the caller's own account that name nothing; one query for each kind of entity among them."""
        by_kind: dict[str, list[str]] = {}
        for arn in arns:
            if kind := self._kind(arn):
                by_kind.setdefault(kind, []).append(arn)
        return [arn for kind, named in by_kind.items() for arn in self._missing(kind, named)]

    def _kind(self, arn: str) -> str | None:
        """The kind that an ARN names, if it is of this account and says one entity."""
        parts = split_arn(arn)
        if parts is None or parts[1:5] != ("aws", "iam", "", self._call.account.id) or set("*?$") & set(arn):
            return None
        kind, slash, _ = parts[5].partition("/")
        return kind if slash and kind in KINDS else None

    def _missing(self, kind: str, arns: Sequence[str]) -> Iterator[str]:
        entity, action = KINDS[kind]
        there = set(_arns(entity, self._call.account, arns))
        return (arn for arn in arns if arn not in there and self._may_know(action, arn))

    def _may_know(self, action: str, arn: str) -> bool:
        call = self._call
        context = {"aws:ResourceAccount": call.caller.account_id}
        return decide(
            request_of(call.caller, action, arn, now=call.now, context=context), call.policies
        ).is_allowed


def _arns(entity: type[Countable], account: Account, arns: Sequence[str]) -> Iterator[str]:
    """The ARNs of what there is under these names; a policy is found by its ARN, the others by their names."""
    identifiers = arns if entity is Policy else [arn.rpartition("/")[2] for arn in arns]
    return (found.arn for found in entity.find_all(account, identifiers).values())

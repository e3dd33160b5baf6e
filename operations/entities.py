"""The user, group, role or policy that an ARN names, where an operation takes any of them."""

from __future__ import annotations

from typing import TypeAlias

from accounts.models import Account, Group, Role, User
from operations.authorization import tag_context
from operations.call import Call
from operations.errors import InvalidInput, NoSuchEntity
from operations.holdings import Holder
from policies.engine.arns import split_arn
from policies.models import Policy

Entity: TypeAlias = Holder | Policy
Kind: TypeAlias = type[User] | type[Group] | type[Role] | type[Policy]

KINDS: dict[str, Kind] = {"user": User, "group": Group, "role": Role, "policy": Policy}


def entity_at(call: Call, arn: str, *, parameter: str) -> Entity:
    """Decide on the ARN, and only then say whether something has it.

    Raises AccessDenied, InvalidInput for an ARN of another kind, and NoSuchEntity.
    """
    found = find_entity(call.account, arn)
    tags = found.tags if found is not None else []
    call.authorize(
        found.arn if found is not None else arn,
        {**tag_context("aws:ResourceTag", tags), **tag_context("iam:ResourceTag", tags)},
        shown=arn,
    )
    if found is None:
        kind = kind_of(arn)
        if kind is None:
            raise unclear(arn, parameter=parameter)
        raise NoSuchEntity(kind.missing(_identifier(kind, arn)), parameter=parameter)
    return found


def holder_at(call: Call, arn: str, *, parameter: str) -> Holder:
    """The same of a user, a group or a role: a policy holds none."""
    found = entity_at(call, arn, parameter=parameter)
    if isinstance(found, Policy):
        raise unclear(arn, parameter=parameter)
    return found


def find_entity(account: Account, arn: str) -> Entity | None:
    """What has this very ARN in the account, path and all; a policy may also be one of AWS's."""
    kind = kind_of(arn)
    found = kind.find(account, _identifier(kind, arn)) if kind else None
    return found if found is not None and found.arn.lower() == arn.lower() else None


def kind_of(arn: str) -> Kind | None:
    """What the ARN says it names."""
    parts = split_arn(arn)
    if parts is None or parts[2] != "iam":
        return None
    word, _, name = parts[5].partition("/")
    return KINDS.get(word) if name else None


def unclear(arn: str, *, parameter: str) -> InvalidInput:
    """AWS's words for an ARN that is not one of those expected."""
    return InvalidInput(
        f"Invalid Entity Arn: {arn} does not clearly define entity type and name.", parameter=parameter
    )


def _identifier(kind: Kind, arn: str) -> str:
    """Policies are found by their ARNs, everything else by its name."""
    return arn if kind is Policy else arn.rpartition("/")[2]

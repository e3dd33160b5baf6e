"""Effective access: what all policies of a user or a group add up to, over every action there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accounts.models import Group, User
from accounts.names import name_key
from operations.authorization import asker_of
from operations.call import Call
from operations.errors import ValidationError
from operations.holdings import policies_of, sources_of_group
from operations.operation import operation
from operations.tags import Tag
from policies.all_actions import all_actions
from policies.engine import Asker, Effective, Principal, PrincipalKind, Source, effective
from policies.engine.arns import split_arn


@dataclass(frozen=True, slots=True)
class EffectiveAccess:
    """The answer about all actions, and the set of those that were `asked` about.

    `tags` are those of the account's own policies, by ARN: whether one may be read can depend on them.
    """

    asker: Asker
    sources: tuple[Source, ...]
    effective: Effective
    asked: int
    tags: Mapping[str, Sequence[Tag]]


@operation("iamconsole:GetEffectiveAccess", action="iam:SimulatePrincipalPolicy", reads=True)
def get_effective_access(
    call: Call, *, user_name: str | None = None, group_name: str | None = None, resource: str | None = None
) -> EffectiveAccess:
    """What the user may do, or somebody who has this group and nothing else, to one or to any resource.

    Where a request comes from, when, and with which second factor stays open: what depends on it is conditional.
    Raises NoSuchEntity and ValidationError.
    """
    if user_name is not None and group_name is None:
        asker, sources = _of_user(call, user_name, resource)
    elif group_name is not None and user_name is None:
        asker, sources = _of_group(call, group_name, resource)
    else:
        raise ValidationError("Name one user or one group to ask about.", parameter="user_name")
    actions = all_actions()
    asked = actions.universe.everything if resource is None else _working_on(resource)
    found = effective(asker, sources, actions.universe)
    return EffectiveAccess(asker, sources, found, asked, _tags(call, sources))


def _of_user(call: Call, user_name: str, resource: str | None) -> tuple[Asker, tuple[Source, ...]]:
    user = call.access(User, user_name)
    return asker_of(user, resource), policies_of(user)


def _of_group(call: Call, group_name: str, resource: str | None) -> tuple[Asker, tuple[Source, ...]]:
    group = call.access(Group, group_name)
    known = {"aws:principalaccount": (call.account.id,), "aws:principaltype": ("User",)}
    anybody = Principal("", PrincipalKind.USER, call.account.id)
    return Asker(anybody, known, resource), sources_of_group(group)


def _tags(call: Call, sources: Iterable[Source]) -> Mapping[str, Sequence[Tag]]:
    """AWS's own policies have none."""
    own = f"arn:aws:iam::{call.account.id}:policy/"
    arns = {source.arn for source in sources if source.arn.startswith(own)}
    names = {name_key(arn.rpartition("/")[2]) for arn in arns}
    return {row.arn: row.tags for row in call.account.policies.filter(name_key__in=names)} if names else {}


def _working_on(resource: str) -> int:
    if split_arn(resource) is None:
        raise ValidationError(
            "Name one resource by its ARN: `arn:aws:s3:::receipts`, for example.", parameter="resource"
        )
    return all_actions().working_on(resource)

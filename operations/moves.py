"""What the Move page shows, in one read: the groups to choose from, and what the chosen move would change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

from django.db.models import Count, QuerySet

from accounts.models import Group, User
from accounts.names import name_key
from operations.authorization import tag_context
from operations.call import Call
from operations.effects import Effects
from operations.errors import AccessDenied
from operations.holdings import policies_of, sources_of_group
from operations.operation import operation
from operations.previews import effects_on
from policies.engine import Kind, Source

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class UserCount(TypedDict):
        user_count: int

    CountedGroup = WithAnnotations[Group, UserCount]


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two groups of a move, with its policies where they may be read."""

    group: CountedGroup
    sources: Sequence[Source] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """A user, the groups there are, and the move as far as it is chosen.

    `effects` is missing when a group is not chosen, not there, not left any more, or may not be read (`withheld`).
    `blocked` is why the caller could not make the move.
    """

    user: User
    own: Sequence[CountedGroup]
    others: Sequence[CountedGroup]
    source: Side | None = None
    target: Side | None = None
    effects: Effects | None = None
    withheld: Sequence[AccessDenied] = ()
    blocked: AccessDenied | None = None

    @property
    def is_stale(self) -> bool:
        """Whether the user is not, or no longer, in the group to leave."""
        return self.source is not None and self.source.group not in self.own

    @property
    def is_member(self) -> bool:
        """Whether the user is in the group to join already, and so would only leave the other."""
        return self.target is not None and self.target.group in self.own


@operation("iamconsole:GetMove", action="iam:GetUser", reads=True)
def get_move(
    call: Call, *, user_name: str, from_group_name: str | None = None, to_group_name: str | None = None
) -> Move:
    """Needs iam:ListGroupsForUser as well, and iam:ListGroups to say which other groups there are."""
    user = call.access(User, user_name)
    call.authorize(user.arn, tag_context("aws:ResourceTag", user.tags), action="iam:ListGroupsForUser")
    unlisted = _refusal(call, "iam:ListGroups", Group.arn_of(call.account.id, "*"))
    groups = {group.name_key: group for group in _counted(call)}
    joined = set(user.memberships.values_list("group_id", flat=True))
    own = [group for group in groups.values() if group.pk in joined]
    others = [] if unlisted else [group for group in groups.values() if group.pk not in joined]
    known = groups if unlisted is None else {group.name_key: group for group in own}
    source = _chosen(call, from_group_name, groups, known)
    target = _chosen(call, to_group_name, groups, known)
    move = Move(user, own, others, _side(source), _side(target), withheld=_told([unlisted]))
    if source is None or target is None or source == target:
        return move
    return _looked_at(call, move, source, target)


def _chosen(
    call: Call,
    group_name: str | None,
    groups: Mapping[str, CountedGroup],
    known: Mapping[str, CountedGroup],
) -> CountedGroup | None:
    """The group of that name; of one that was not listed, not even its being there is told without a right."""
    if not group_name:
        return None
    if name_key(group_name) not in known:
        call.access(Group, group_name, action="iam:GetGroup")
    return groups[name_key(group_name)]


def _side(group: CountedGroup | None) -> Side | None:
    return Side(group) if group else None


def _looked_at(call: Call, move: Move, source: CountedGroup, target: CountedGroup) -> Move:
    """The move with its effects, and with what stands in its way."""
    unread = _told([_refusal(call, "iam:GetGroup", group.arn) for group in (source, target)])
    blocked = _told(
        [
            _refusal(call, "iam:RemoveUserFromGroup", source.arn),
            _refusal(call, "iam:AddUserToGroup", target.arn),
        ]
    )
    found = replace(move, withheld=[*move.withheld, *unread], blocked=next(iter(blocked), None))
    if unread or move.is_stale:
        return found
    gone, added, effects = _preview(call, move.user, source, target)
    return replace(found, source=Side(source, gone), target=Side(target, added), effects=effects)


def _counted(call: Call) -> QuerySet[CountedGroup]:
    return call.account.groups.annotate(user_count=Count("memberships"))


def _refusal(call: Call, action: str, resource: str) -> AccessDenied | None:
    """Why a part may not be shown or done; the page is not refused for it."""
    try:
        call.authorize(resource, action=action)
    except AccessDenied as error:
        return error
    return None


def _told(refusals: Sequence[AccessDenied | None]) -> list[AccessDenied]:
    return [refusal for refusal in refusals if refusal]


def _preview(
    call: Call, user: User, source: Group, target: Group
) -> tuple[Sequence[Source], Sequence[Source], Effects]:
    """The policies that go, those that come, and what that makes of the user's access."""
    before = policies_of(user)
    mark = f" (group {source.group_name})"
    gone = [one for one in before if one.kind is Kind.GROUP and one.name.endswith(mark)]
    added = sources_of_group(target)
    after = tuple(dict.fromkeys([*(one for one in before if one not in gone), *added]))
    return gone, added, effects_on(call, user, before, after)

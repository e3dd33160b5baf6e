"""Who is in which group. The right is needed on the group, as in AWS; a move needs it on both and is one step."""

from __future__ import annotations

from accounts.models import Group, User
from operations.call import Call
from operations.errors import InvalidInput, NoSuchEntity
from operations.operation import operation
from operations.quotas import ensure_room


@operation("iam:AddUserToGroup")
def add_user_to_group(call: Call, *, group_name: str, user_name: str) -> None:
    """Put a user into a group; raises LimitExceeded. Who is in it already stays so."""
    group = call.access(Group, group_name)
    user = _existing(call, user_name)
    if user.memberships.filter(group=group).exists():
        return
    ensure_room(user.memberships.all(), "GROUPS_PER_USER", "GroupsPerUser")
    call.account.memberships.create(user=user, group=group)
    call.undo_by("iam:RemoveUserFromGroup", group_name=group.group_name, user_name=user.user_name)


@operation("iam:RemoveUserFromGroup")
def remove_user_from_group(call: Call, *, group_name: str, user_name: str) -> None:
    """Take a user out of a group; raises NoSuchEntity for who is not in it."""
    group = call.access(Group, group_name)
    user = _existing(call, user_name)
    _leave(user, group)
    call.undo_by("iam:AddUserToGroup", group_name=group.group_name, user_name=user.user_name)


@operation("iamconsole:MoveUser", action="iam:RemoveUserFromGroup")
def move_user(
    call: Call, *, user_name: str, from_group_name: str, to_group_name: str, reason: str | None = None
) -> None:
    """Take a user out of one group and into another, at once: in no moment in both, or in neither.

    Raises NoSuchEntity for a user who has left the first group meanwhile. Who is in the second group already
    only leaves the first.
    """
    source = call.access(Group, from_group_name, action="iam:RemoveUserFromGroup")
    target = call.access(Group, to_group_name, action="iam:AddUserToGroup")
    user = _existing(call, user_name)
    _ensure_apart(source, target)
    _leave(user, source)
    _, has_joined = call.account.memberships.get_or_create(user=user, group=target)
    names = {"user_name": user.user_name, "to_group_name": source.group_name}
    if has_joined:
        call.undo_by("iamconsole:MoveUser", from_group_name=target.group_name, **names)
    else:
        call.undo_by("iam:AddUserToGroup", user_name=user.user_name, group_name=source.group_name)


def _existing(call: Call, user_name: str) -> User:
    user = User.find(call.account, user_name)
    if user is None:
        raise NoSuchEntity(User.missing(user_name), parameter="user_name")
    return user


def _leave(user: User, group: Group) -> None:
    _ensure_member(user, group)
    user.memberships.filter(group=group).delete()


def _ensure_member(user: User, group: Group) -> None:
    if not user.memberships.filter(group=group).exists():
        raise NoSuchEntity(f"The user {user.user_name} is not in the group {group.group_name}.")


def _ensure_apart(source: Group, target: Group) -> None:
    if source.pk == target.pk:
        raise InvalidInput("Choose another group to move to.", parameter="to_group_name")

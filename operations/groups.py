"""User groups: create, read, rename, delete, and the console's search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Attachment, Group, InlinePolicy, User
from accounts.names import IdPrefix, name_key, new_unique_id
from operations.call import Call
from operations.errors import DeleteConflict, EntityAlreadyExists
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.searching import Slice, order_of, slice_of

if TYPE_CHECKING:

    class ListedGroup(Group):
        """What the search adds to a group, for the type checker."""

        user_count: int
        has_permissions: bool

        class Meta:
            proxy = True


@dataclass(frozen=True, slots=True)
class GroupUsers:
    """A group and a page of the users in it."""

    group: Group
    users: Page[User]


@operation("iam:CreateGroup")
def create_group(call: Call, *, group_name: str, path: str | None = None) -> Group:
    """Make a group without users or policies; raises EntityAlreadyExists and LimitExceeded."""
    call.authorize(Group.arn_of(call.account.id, group_name, path or "/"))
    _ensure_free(call, group_name)
    ensure_room(call.account.groups.all(), "GROUPS", "GroupsPerAccount")
    group = call.account.groups.create(
        group_id=new_unique_id(IdPrefix.GROUP),
        group_name=group_name,
        name_key=name_key(group_name),
        path=path or "/",
        create_date=call.now,
    )
    call.respond(groupId=group.group_id, arn=group.arn)
    call.undo_by("iam:DeleteGroup", group_name=group_name)
    return group


@operation("iam:GetGroup", reads=True)
def get_group(
    call: Call, *, group_name: str, marker: str | None = None, max_items: int | None = None
) -> GroupUsers:
    """One group by name, and its users page by page."""
    group = call.access(Group, group_name)
    return GroupUsers(group, page_of(group.users.all(), "name_key", marker=marker, max_items=max_items))


@operation("iam:ListGroups", reads=True)
def list_groups(
    call: Call, *, path_prefix: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[Group]:
    """Groups in the order of their names."""
    call.authorize(Group.arn_of(call.account.id, "*", path_prefix or "/"))
    groups = call.account.groups.filter(path__startswith=path_prefix or "/")
    return page_of(groups, "name_key", marker=marker, max_items=max_items)


@operation("iam:ListGroupsForUser", reads=True)
def list_groups_for_user(
    call: Call, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[Group]:
    """The groups that a user is in."""
    user = call.access(User, user_name)
    return page_of(user.groups.all(), "name_key", marker=marker, max_items=max_items)


@operation("iam:UpdateGroup")
def update_group(
    call: Call, *, group_name: str, new_path: str | None = None, new_group_name: str | None = None
) -> None:
    """Rename or move to another path; the right is needed on the old ARN and on the new one."""
    group = call.access(Group, group_name)
    path, name = new_path or group.path, new_group_name or group.group_name
    call.authorize(Group.arn_of(call.account.id, name, path))
    if name_key(name) != group.name_key:
        _ensure_free(call, name, parameter="new_group_name")
    call.undo_by("iam:UpdateGroup", group_name=name, new_group_name=group.group_name, new_path=group.path)
    group.group_name, group.name_key, group.path = name, name_key(name), path
    group.save(update_fields=["group_name", "name_key", "path"])


@operation("iam:DeleteGroup")
def delete_group(call: Call, *, group_name: str) -> None:
    """Delete a group that has nothing left; raises DeleteConflict saying what is still there."""
    group = call.access(Group, group_name)
    leftovers = {
        "remove users from group": group.memberships.exists(),
        "detach all policies": group.attachments.exists(),
        "delete policies": group.inline_policies.exists(),
    }
    for text, is_left in leftovers.items():
        if is_left:
            raise DeleteConflict(f"Cannot delete entity, must {text} first.")
    call.deleted(group.snapshot())
    group.delete()


SORTABLE = {"group_name": "name_key", "create_date": "create_date"}


@operation("iamconsole:SearchGroups", action="iam:ListGroups", reads=True)
def search_groups(
    call: Call,
    *,
    text: str | None = None,
    permissions: str | None = None,
    sort: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Slice[ListedGroup]:
    """The groups list: each with `user_count` and `has_permissions`; `permissions` is "yes" or "no"."""
    call.authorize(Group.arn_of(call.account.id, "*"))
    groups = _described(call.account.groups.all())
    if text:
        groups = groups.filter(name_key__contains=name_key(text))
    if permissions is not None:
        groups = groups.filter(has_permissions=permissions == "yes")
    return slice_of(groups, order_of(SORTABLE, sort), marker=marker, max_items=max_items)


@operation("iamconsole:CountGroups", action="iam:ListGroups", reads=True)
def count_groups(call: Call) -> int:
    """How many groups the account has."""
    call.authorize(Group.arn_of(call.account.id, "*"))
    return call.account.groups.count()


def _described(groups: QuerySet[Group]) -> QuerySet[ListedGroup]:
    of_group = Q(group=OuterRef("pk"))
    is_permitted = Exists(Attachment.objects.filter(of_group)) | Exists(InlinePolicy.objects.filter(of_group))
    described = groups.annotate(user_count=Count("memberships", distinct=True), has_permissions=is_permitted)
    return cast("QuerySet[ListedGroup]", described)


def _ensure_free(call: Call, group_name: str, *, parameter: str = "group_name") -> None:
    if call.account.groups.filter(name_key=name_key(group_name)).exists():
        raise EntityAlreadyExists(f"Group with name {group_name} already exists.", parameter=parameter)

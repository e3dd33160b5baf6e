"""IAM users: create, read, rename, delete, and the console's search."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import MFADevice, RootUser, User
from accounts.names import IdPrefix, name_key, new_unique_id
from accounts.prepared_queries import PreparedInsert, PreparedRows
from operations.boundaries import boundary_at
from operations.call import Call
from operations.errors import DeleteConflict, EntityAlreadyExists, ValidationError
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_below
from operations.searching import Slice, order_of, slice_of
from operations.tags import Tag, checked, tag_conditions

USERS = PreparedInsert()
NAMED = PreparedRows(
    lambda account_id, key: User.objects.filter(account_id=account_id, name_key=key).values_list("pk"),
    str,
    str,
)


@operation("iam:CreateUser")
def create_user(
    call: Call,
    *,
    user_name: str,
    path: str | None = None,
    permissions_boundary: str | None = None,
    tags: Sequence[Tag] = (),
) -> User:
    """Make a user without any permission or credential.

    Raises EntityAlreadyExists (names differ in more than case), LimitExceeded, NoSuchEntity (boundary).
    Tags need iam:TagUser as well, as in AWS.
    """
    arn = User.arn_of(call.account.id, user_name, path or "/")
    conditions = {**tag_conditions(tags)}
    if permissions_boundary:
        conditions["iam:PermissionsBoundary"] = permissions_boundary
    call.authorize(arn, conditions)
    if tags:
        call.authorize(arn, conditions, action="iam:TagUser")
    _ensure_free(call, user_name)
    ensure_below(call.account.user_count, "USERS", "UsersPerAccount")
    boundary = boundary_at(call, permissions_boundary) if permissions_boundary else None
    user = User(
        account=call.account,
        user_id=new_unique_id(IdPrefix.USER),
        user_name=user_name,
        name_key=name_key(user_name),
        path=path or "/",
        create_date=call.now,
        permissions_boundary=boundary,
        tags=checked(tags),
    )
    USERS.insert(user)
    call.account.gain_users(1)
    call.respond(userId=user.user_id, arn=user.arn)
    call.undo_by("iam:DeleteUser", user_name=user_name)
    return user


@operation("iam:GetUser", reads=True)
def get_user(call: Call, *, user_name: str | None = None) -> User:
    """One user by name; the caller when it names nobody, the root user too."""
    if user_name is None and call.caller.is_root:
        call.authorize(call.caller.principal.arn)
        # Only programs ask without a name.
        return Owner.of(call.caller.identity)  # type: ignore[return-value]
    return call.access(User, name_or_own(call, user_name))


@dataclass(frozen=True, slots=True)
class Owner:
    """The root user where IAM users are shown: without a name and a path."""

    arn: str
    user_id: str
    create_date: datetime
    password_last_used: datetime | None

    @classmethod
    def of(cls, root: RootUser | User) -> Owner:
        return cls(root.arn, root.unique_id, root.account.create_date, root.password_last_used)


@operation("iam:ListUsers", reads=True)
def list_users(
    call: Call, *, path_prefix: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[User]:
    """Users in the order of their names."""
    call.authorize(User.arn_of(call.account.id, "*", path_prefix or "/"))
    users = call.account.users.filter(path__startswith=path_prefix or "/")
    return page_of(users, "name_key", marker=marker, max_items=max_items)


@operation("iam:UpdateUser")
def update_user(
    call: Call, *, user_name: str, new_path: str | None = None, new_user_name: str | None = None
) -> None:
    """Rename or move to another path; the right is needed on the old ARN and on the new one."""
    user = call.access(User, user_name)
    path, name = new_path or user.path, new_user_name or user.user_name
    call.authorize(User.arn_of(call.account.id, name, path))
    if name_key(name) != user.name_key:
        _ensure_free(call, name)
    call.undo_by("iam:UpdateUser", user_name=name, new_user_name=user.user_name, new_path=user.path)
    user.user_name, user.name_key, user.path = name, name_key(name), path
    user.save(update_fields=["user_name", "name_key", "path"])


@operation("iam:DeleteUser")
def delete_user(call: Call, *, user_name: str) -> None:
    """Delete a user that has nothing left; raises DeleteConflict naming what is still there."""
    user = call.access(User, user_name)
    for is_there, text in zip(LEFTOVERS.all(user.pk)[0], FIRST, strict=True):
        if is_there:
            raise DeleteConflict(f"Cannot delete entity, must {text} first.")
    if user.has_console_access:
        raise DeleteConflict("Cannot delete entity, must delete login profile first.")
    call.deleted(user.snapshot())
    user.erase()
    call.account.gain_users(-1)


# What a user may still have, by the name of its relation, and what has to be done with it first.
FIRST = {
    "remove users from group": "memberships",
    "detach all policies": "attachments",
    "delete policies": "inline_policies",
    "delete access keys": "access_keys",
    "delete MFA device": "mfa_devices",
    "delete signing certificates": "signing_certificates",
    "delete SSH public keys": "ssh_public_keys",
    "remove referenced objects": "service_specific_credentials",
}


def _leftovers(key: int) -> QuerySet[User, Any]:
    """One row that says of each relation whether anything is there."""
    names = FIRST.values()
    related = {name: User._meta.get_field(name).related_model for name in names}
    there = {
        f"has_{name}": Exists(model.objects.filter(user=OuterRef("pk")))  # type: ignore[union-attr]  # models all
        for name, model in related.items()
    }
    return User.objects.filter(pk=key).annotate(**there).values_list(*there)


LEFTOVERS = PreparedRows(_leftovers, int)


SORTABLE = {
    "user_name": "name_key",
    "create_date": "create_date",
    "last_activity": "last_activity",
    "password_last_used": "password_last_used",
    "password_changed_date": "password_changed_date",
}


@operation("iamconsole:SearchUsers", action="iam:ListUsers", reads=True)
def search_users(
    call: Call,
    *,
    text: str | None = None,
    path: str | None = None,
    group_name: str | None = None,
    mfa: str | None = None,
    console_access: str | None = None,
    sort: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Slice[User]:
    """The users list: names that hold `text`, narrowed by the filters.

    Each row carries `group_names`, in their order, and `device_count`.
    """
    call.authorize(User.arn_of(call.account.id, "*"))
    users = call.account.users.all()
    if text:
        users = users.filter(name_key__contains=name_key(text))
    if path:
        users = users.filter(path__startswith=path)
    if group_name:
        users = users.filter(memberships__group__name_key=name_key(group_name))
    users = _with_mfa(_with_console_access(users, console_access), mfa)
    found = slice_of(users, order_of(SORTABLE, sort), marker=marker, max_items=max_items)
    _describe(call, found.items)
    return found


def _describe(call: Call, users: Sequence[User]) -> None:
    """Two plain queries for a page of rows: prefetching would build an object for every name, and order them all."""
    keys = [user.pk for user in users]
    groups, devices = defaultdict[int, list[str]](list), Counter[int]()
    memberships = call.account.memberships.filter(user__in=keys)
    for key, name in memberships.values_list("user_id", "group__group_name"):
        groups[key].append(name)
    devices.update(
        call.account.mfa_devices.filter(user__in=keys).order_by().values_list("user_id", flat=True)
    )
    for user in users:
        user.group_names, user.device_count = sorted(groups[user.pk], key=name_key), devices[user.pk]


@operation("iamconsole:CountUsers", action="iam:ListUsers", reads=True)
def count_users(call: Call) -> int:
    """How many users the account has."""
    call.authorize(User.arn_of(call.account.id, "*"))
    return call.account.users.count()


def _with_mfa(users: QuerySet[User], wanted: str | None) -> QuerySet[User]:
    if wanted is None:
        return users
    has_device = Exists(MFADevice.objects.filter(user=OuterRef("pk")))
    return users.filter(has_device if wanted == "yes" else ~has_device)


def _with_console_access(users: QuerySet[User], wanted: str | None) -> QuerySet[User]:
    if wanted is None:
        return users
    return users.exclude(password="") if wanted == "yes" else users.filter(password="")


def name_or_own(call: Call, user_name: str | None) -> str:
    """The operations that act on the caller when they name nobody."""
    if user_name is not None:
        return user_name
    if call.caller.user is None:
        raise ValidationError(
            "Must specify userName when calling with non-User credentials.", parameter="user_name"
        )
    return call.caller.user.user_name


def _ensure_free(call: Call, user_name: str) -> None:
    if NAMED.first(call.account.id, name_key(user_name)):
        raise EntityAlreadyExists(f"User with name {user_name} already exists.", parameter="user_name")

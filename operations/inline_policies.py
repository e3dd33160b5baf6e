"""Inline policies: texts that belong to one user or one group. All of a holder's together have a size quota."""

from __future__ import annotations

from accounts.models import Group, InlinePolicy, User
from accounts.names import name_key
from operations.attachments import boundary_context
from operations.call import Call
from operations.documents import stored
from operations.errors import LimitExceeded, NoSuchEntity
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import quota
from policies.validation import size_without_white_space


@operation("iam:PutUserPolicy")
def put_user_policy(call: Call, *, user_name: str, policy_name: str, policy_document: str) -> None:
    """Embed a policy in a user, in place of one of the same name; raises LimitExceeded for too much text."""
    user = call.access(User, user_name, boundary_context)
    is_new = _put(call, user, policy_name, policy_document)
    if is_new:
        call.undo_by("iam:DeleteUserPolicy", user_name=user.user_name, policy_name=policy_name)


@operation("iam:GetUserPolicy", reads=True)
def get_user_policy(call: Call, *, user_name: str, policy_name: str) -> InlinePolicy:
    """One inline policy of a user, with its text; raises NoSuchEntity."""
    return _found(call.access(User, user_name), policy_name)


@operation("iam:ListUserPolicies", reads=True)
def list_user_policies(
    call: Call, *, user_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[InlinePolicy]:
    """The inline policies of a user."""
    return _page(call.access(User, user_name), marker=marker, max_items=max_items)


@operation("iam:DeleteUserPolicy")
def delete_user_policy(call: Call, *, user_name: str, policy_name: str) -> None:
    """Delete an inline policy of a user. Its text stays in the history."""
    _delete(call, call.access(User, user_name, boundary_context), policy_name)


@operation("iam:PutGroupPolicy")
def put_group_policy(call: Call, *, group_name: str, policy_name: str, policy_document: str) -> None:
    """Embed a policy in a group, in place of one of the same name; raises LimitExceeded for too much text."""
    group = call.access(Group, group_name)
    is_new = _put(call, group, policy_name, policy_document)
    if is_new:
        call.undo_by("iam:DeleteGroupPolicy", group_name=group.group_name, policy_name=policy_name)


@operation("iam:GetGroupPolicy", reads=True)
def get_group_policy(call: Call, *, group_name: str, policy_name: str) -> InlinePolicy:
    """One inline policy of a group, with its text; raises NoSuchEntity."""
    return _found(call.access(Group, group_name), policy_name)


@operation("iam:ListGroupPolicies", reads=True)
def list_group_policies(
    call: Call, *, group_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[InlinePolicy]:
    """The inline policies of a group."""
    return _page(call.access(Group, group_name), marker=marker, max_items=max_items)


@operation("iam:DeleteGroupPolicy")
def delete_group_policy(call: Call, *, group_name: str, policy_name: str) -> None:
    """Delete an inline policy of a group. Its text stays in the history."""
    _delete(call, call.access(Group, group_name), policy_name)


def _put(call: Call, holder: User | Group, policy_name: str, document: str) -> bool:
    """Whether there was none of that name before."""
    key = name_key(policy_name)
    _ensure_size_room(holder, key, document)
    owner = {"user": holder} if isinstance(holder, User) else {"group": holder}
    values = {"policy_name": policy_name, "text": stored(document)}
    _, is_new = call.account.inline_policies.update_or_create(**owner, name_key=key, defaults=values)
    return is_new


def _ensure_size_room(holder: User | Group, key: str, document: str) -> None:
    name, kind, shown = (
        ("INLINE_USER", "user", holder.user_name)
        if isinstance(holder, User)
        else ("INLINE_GROUP", "group", holder.group_name)
    )
    others = holder.inline_policies.exclude(name_key=key).values_list("text__document", flat=True)
    if sum(map(size_without_white_space, [document, *others])) > quota(name):
        raise LimitExceeded(
            f"Maximum policy size of {quota(name)} bytes exceeded for {kind} {shown}",
            parameter="policy_document",
        )


def _found(holder: User | Group, policy_name: str) -> InlinePolicy:
    inline = holder.inline_policies.select_related("text").filter(name_key=name_key(policy_name)).first()
    if inline is None:
        kind = "user" if isinstance(holder, User) else "group"
        raise NoSuchEntity(f"The {kind} policy with name {policy_name} cannot be found.")
    return inline


def _page(holder: User | Group, *, marker: str | None, max_items: int | None) -> Page[InlinePolicy]:
    """In the order of names, with their texts."""
    rows = holder.inline_policies.select_related("text")
    return page_of(rows, "name_key", marker=marker, max_items=max_items)


def _delete(call: Call, holder: User | Group, policy_name: str) -> None:
    inline = _found(holder, policy_name)
    call.deleted(inline.snapshot())
    inline.delete()

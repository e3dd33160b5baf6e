"""Inline policies: texts that belong to one user, group or role. All of a holder's together have a size quota."""

from __future__ import annotations

from accounts.models import Group, InlinePolicy, Role, User
from accounts.names import name_key
from operations.boundaries import boundary_context, role_to_change
from operations.call import Call
from operations.documents import stored
from operations.errors import LimitExceeded, NoSuchEntity
from operations.holdings import Holder, name_of
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import quota
from policies.validation import size_without_white_space


@operation("iam:PutUserPolicy")
def put_user_policy(call: Call, *, user_name: str, policy_name: str, policy_document: str) -> None:
    """Embed a policy in a user, in place of one of the same name; raises LimitExceeded for too much text."""
    _put(call, call.access(User, user_name, boundary_context), policy_name, policy_document)


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
    _put(call, call.access(Group, group_name), policy_name, policy_document)


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


@operation("iam:PutRolePolicy")
def put_role_policy(call: Call, *, role_name: str, policy_name: str, policy_document: str) -> None:
    """Embed a policy in a role, in place of one of the same name; raises LimitExceeded and UnmodifiableEntity."""
    _put(call, role_to_change(call, role_name), policy_name, policy_document)


@operation("iam:GetRolePolicy", reads=True)
def get_role_policy(call: Call, *, role_name: str, policy_name: str) -> InlinePolicy:
    """One inline policy of a role, with its text; raises NoSuchEntity."""
    return _found(call.access(Role, role_name), policy_name)


@operation("iam:ListRolePolicies", reads=True)
def list_role_policies(
    call: Call, *, role_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[InlinePolicy]:
    """The inline policies of a role."""
    return _page(call.access(Role, role_name), marker=marker, max_items=max_items)


@operation("iam:DeleteRolePolicy")
def delete_role_policy(call: Call, *, role_name: str, policy_name: str) -> None:
    """Delete an inline policy of a role; raises UnmodifiableEntity. Its text stays in the history."""
    _delete(call, role_to_change(call, role_name), policy_name)


def _put(call: Call, holder: Holder, policy_name: str, document: str) -> None:
    """One operation takes this back where there was none of that name before."""
    kind, key = type(holder).__name__, name_key(policy_name)
    _ensure_size_room(holder, key, document)
    values = {"account": call.account, "policy_name": policy_name, "text": stored(document)}
    _, is_new = holder.inline_policies.update_or_create(name_key=key, defaults=values)
    if is_new:
        named = {f"{kind.lower()}_name": name_of(holder)}
        call.undo_by(f"iam:Delete{kind}Policy", **named, policy_name=policy_name)


def _ensure_size_room(holder: Holder, key: str, document: str) -> None:
    kind = type(holder).__name__
    limit = quota(f"INLINE_{kind.upper()}")
    others = holder.inline_policies.exclude(name_key=key).values_list("text__document", flat=True)
    if sum(map(size_without_white_space, [document, *others])) > limit:
        raise LimitExceeded(
            f"Maximum policy size of {limit} bytes exceeded for {kind.lower()} {name_of(holder)}",
            parameter="policy_document",
        )


def _found(holder: Holder, policy_name: str) -> InlinePolicy:
    inline = holder.inline_policies.select_related("text").filter(name_key=name_key(policy_name)).first()
    if inline is None:
        kind = type(holder).__name__.lower()
        raise NoSuchEntity(f"The {kind} policy with name {policy_name} cannot be found.")
    return inline


def _page(holder: Holder, *, marker: str | None, max_items: int | None) -> Page[InlinePolicy]:
    """In the order of names, with their texts."""
    rows = holder.inline_policies.select_related("text")
    return page_of(rows, "name_key", marker=marker, max_items=max_items)


def _delete(call: Call, holder: Holder, policy_name: str) -> None:
    inline = _found(holder, policy_name)
    call.deleted(inline.snapshot())
    inline.delete()

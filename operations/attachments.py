"""Managed policies on users, groups and roles. Attaching what is attached already changes nothing."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Attachment, Group, Role, User
from accounts.models.role import SERVICE_LINKED_PATH
from accounts.prepared_queries import PreparedInsert, PreparedRows
from operations.boundaries import boundary_context, role_to_change
from operations.call import Call
from operations.errors import NoSuchEntity, PolicyNotAttachable
from operations.holdings import Holder, name_of
from operations.operation import operation
from operations.paging import Page, page_of
from operations.policies import keyed
from operations.quotas import ensure_below
from policies.models import Policy

ATTACHMENTS = PreparedInsert()
ATTACHED = {
    "User": PreparedRows(lambda pk: Attachment.objects.filter(user_id=pk).values_list("policy_id"), int),
    "Group": PreparedRows(lambda pk: Attachment.objects.filter(group_id=pk).values_list("policy_id"), int),
    "Role": PreparedRows(lambda pk: Attachment.objects.filter(role_id=pk).values_list("policy_id"), int),
}
# Every role that is not linked to a service is the customer's, in AWS's words.
CALLED = {"Role": "Customer Role"}


@operation("iam:AttachUserPolicy")
def attach_user_policy(call: Call, *, user_name: str, policy_arn: str) -> None:
    """Give a user a managed policy; raises NoSuchEntity, PolicyNotAttachable and LimitExceeded."""
    _attach(call, _user_for(call, user_name, policy_arn), policy_arn)


@operation("iam:DetachUserPolicy")
def detach_user_policy(call: Call, *, user_name: str, policy_arn: str) -> None:
    """Take a managed policy from a user; raises NoSuchEntity when it is not attached."""
    _detach(call, _user_for(call, user_name, policy_arn), policy_arn)


@operation("iam:ListAttachedUserPolicies", reads=True)
def list_attached_user_policies(
    call: Call,
    *,
    user_name: str,
    path_prefix: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[Policy]:
    """The policies attached to the user itself; what comes through groups is not among them."""
    policies = Policy.objects.filter(attachments__user=call.access(User, user_name))
    return _page(policies, path_prefix, marker=marker, max_items=max_items)


@operation("iam:AttachGroupPolicy")
def attach_group_policy(call: Call, *, group_name: str, policy_arn: str) -> None:
    """Give everybody in a group a managed policy; raises as `attach_user_policy` does."""
    _attach(call, call.access(Group, group_name, {"iam:PolicyARN": policy_arn}), policy_arn)


@operation("iam:DetachGroupPolicy")
def detach_group_policy(call: Call, *, group_name: str, policy_arn: str) -> None:
    """Take a managed policy from everybody in a group; raises as `detach_user_policy` does."""
    _detach(call, call.access(Group, group_name, {"iam:PolicyARN": policy_arn}), policy_arn)


@operation("iam:ListAttachedGroupPolicies", reads=True)
def list_attached_group_policies(
    call: Call,
    *,
    group_name: str,
    path_prefix: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[Policy]:
    """The managed policies attached to the group."""
    policies = Policy.objects.filter(attachments__group=call.access(Group, group_name))
    return _page(policies, path_prefix, marker=marker, max_items=max_items)


@operation("iam:AttachRolePolicy")
def attach_role_policy(call: Call, *, role_name: str, policy_arn: str) -> None:
    """Give a role a managed policy; raises as `attach_user_policy` does, and UnmodifiableEntity."""
    _attach(call, role_to_change(call, role_name, {"iam:PolicyARN": policy_arn}), policy_arn)


@operation("iam:DetachRolePolicy")
def detach_role_policy(call: Call, *, role_name: str, policy_arn: str) -> None:
    """Take a managed policy from a role; raises as `detach_user_policy` does, and UnmodifiableEntity."""
    _detach(call, role_to_change(call, role_name, {"iam:PolicyARN": policy_arn}), policy_arn)


@operation("iam:ListAttachedRolePolicies", reads=True)
def list_attached_role_policies(
    call: Call,
    *,
    role_name: str,
    path_prefix: str | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[Policy]:
    """The managed policies attached to the role."""
    policies = Policy.objects.filter(attachments__role=call.access(Role, role_name))
    return _page(policies, path_prefix, marker=marker, max_items=max_items)


def attachable(call: Call, policy_arn: str, holder: str) -> Policy:
    """The policy to attach. Those of service-linked roles are for nobody else."""
    policy = Policy.find(call.account, policy_arn)
    if policy is None:
        raise NoSuchEntity(Policy.missing(policy_arn), parameter="policy_arn")
    if policy.path.startswith(SERVICE_LINKED_PATH):
        raise PolicyNotAttachable(
            f"Cannot attach a Service Role Policy to a {holder}: {policy_arn}", parameter="policy_arn"
        )
    return policy


def _user_for(call: Call, user_name: str, policy_arn: str) -> User:
    return call.access(User, user_name, lambda user: {"iam:PolicyARN": policy_arn, **boundary_context(user)})


def _attach(call: Call, holder: Holder, policy_arn: str) -> None:
    kind = type(holder).__name__
    policy = attachable(call, policy_arn, CALLED.get(kind, kind))
    attached = [policy_id for (policy_id,) in ATTACHED[kind].all(holder.pk)]
    if policy.pk in attached:
        return
    ensure_below(len(attached), f"ATTACHED_POLICIES_PER_{kind.upper()}", f"PoliciesPer{kind}")
    ATTACHMENTS.insert(Attachment(account=call.account, policy=policy, **{kind.lower(): holder}))
    _undo_by(call, f"iam:Detach{kind}Policy", holder, policy.arn)


def _detach(call: Call, holder: Holder, policy_arn: str) -> None:
    policy = Policy.find(call.account, policy_arn)
    deleted = holder.attachments.filter(policy=policy).delete()[0] if policy else 0
    if not deleted:
        raise NoSuchEntity(f"Policy {policy_arn} was not found.", parameter="policy_arn")
    _undo_by(call, f"iam:Attach{type(holder).__name__}Policy", holder, policy_arn)


def _undo_by(call: Call, name: str, holder: Holder, policy_arn: str) -> None:
    named = {f"{type(holder).__name__.lower()}_name": name_of(holder)}
    call.undo_by(name, **named, policy_arn=policy_arn)


def _page(
    policies: QuerySet[Policy], path_prefix: str | None, *, marker: str | None, max_items: int | None
) -> Page[Policy]:
    under = keyed(policies).filter(path__startswith=path_prefix or "/")
    return page_of(under, "listing_key", marker=marker, max_items=max_items)

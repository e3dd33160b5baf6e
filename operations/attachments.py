"""Managed policies on users and groups. Attaching what is attached already changes nothing."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Group, User
from operations.authorization import Context
from operations.call import Call
from operations.errors import NoSuchEntity, PolicyNotAttachable
from operations.operation import operation
from operations.paging import Page, page_of
from operations.policies import keyed
from operations.quotas import ensure_room
from policies.models import Policy

SERVICE_LINKED = "/aws-service-role/"


@operation("iam:AttachUserPolicy")
def attach_user_policy(call: Call, *, user_name: str, policy_arn: str) -> None:
    """Give a user a managed policy; raises NoSuchEntity, PolicyNotAttachable and LimitExceeded."""
    user = _user_for(call, user_name, policy_arn)
    policy = attachable(call, policy_arn, "User")
    if user.attachments.filter(policy=policy).exists():
        return
    ensure_room(user.attachments.all(), "ATTACHED_POLICIES_PER_USER", "PoliciesPerUser")
    call.account.attachments.create(policy=policy, user=user)
    call.undo_by("iam:DetachUserPolicy", user_name=user.user_name, policy_arn=policy.arn)


@operation("iam:DetachUserPolicy")
def detach_user_policy(call: Call, *, user_name: str, policy_arn: str) -> None:
    """Take a managed policy from a user; raises NoSuchEntity when it is not attached."""
    user = _user_for(call, user_name, policy_arn)
    _detach(call, user, policy_arn)
    call.undo_by("iam:AttachUserPolicy", user_name=user.user_name, policy_arn=policy_arn)


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
    group = call.access(Group, group_name, {"iam:PolicyARN": policy_arn})
    policy = attachable(call, policy_arn, "Group")
    if group.attachments.filter(policy=policy).exists():
        return
    ensure_room(group.attachments.all(), "ATTACHED_POLICIES_PER_GROUP", "PoliciesPerGroup")
    call.account.attachments.create(policy=policy, group=group)
    call.undo_by("iam:DetachGroupPolicy", group_name=group.group_name, policy_arn=policy.arn)


@operation("iam:DetachGroupPolicy")
def detach_group_policy(call: Call, *, group_name: str, policy_arn: str) -> None:
    """Take a managed policy from everybody in a group; raises as `detach_user_policy` does."""
    group = call.access(Group, group_name, {"iam:PolicyARN": policy_arn})
    _detach(call, group, policy_arn)
    call.undo_by("iam:AttachGroupPolicy", group_name=group.group_name, policy_arn=policy_arn)


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


def attachable(call: Call, policy_arn: str, holder: str) -> Policy:
    """The policy to attach. Those of service-linked roles are for nobody else."""
    policy = Policy.find(call.account, policy_arn)
    if policy is None:
        raise NoSuchEntity(Policy.missing(policy_arn), parameter="policy_arn")
    if policy.path.startswith(SERVICE_LINKED):
        raise PolicyNotAttachable(
            f"Cannot attach a Service Role Policy to a {holder}: {policy_arn}", parameter="policy_arn"
        )
    return policy


def boundary_context(user: User) -> Context:
    """`iam:PermissionsBoundary`, the boundary that the user has; absent without one."""
    boundary = user.permissions_boundary
    return {"iam:PermissionsBoundary": boundary.arn} if boundary else {}


def _user_for(call: Call, user_name: str, policy_arn: str) -> User:
    return call.access(User, user_name, lambda user: {"iam:PolicyARN": policy_arn, **boundary_context(user)})


def _detach(call: Call, holder: User | Group, policy_arn: str) -> None:
    policy = Policy.find(call.account, policy_arn)
    deleted = holder.attachments.filter(policy=policy).delete()[0] if policy else 0
    if not deleted:
        raise NoSuchEntity(f"Policy {policy_arn} was not found.", parameter="policy_arn")


def _page(
    policies: QuerySet[Policy], path_prefix: str | None, *, marker: str | None, max_items: int | None
) -> Page[Policy]:
    under = keyed(policies).filter(path__startswith=path_prefix or "/")
    return page_of(under, "listing_key", marker=marker, max_items=max_items)

"""Permissions boundaries of users: the most that an identity can ever have."""

from __future__ import annotations

from accounts.models import User
from operations.call import Call
from operations.errors import NoSuchEntity, PolicyNotAttachable
from operations.operation import operation
from policies.models import Policy


def boundary_at(call: Call, policy_arn: str) -> Policy:
    """The policy that is to limit an identity; raises NoSuchEntity and PolicyNotAttachable."""
    policy = Policy.find(call.account, policy_arn)
    if policy is None:
        raise NoSuchEntity(
            f"Scope ARN: {policy_arn} does not exist or is not attachable.", parameter="permissions_boundary"
        )
    if policy.path.startswith("/aws-service-role/"):
        raise PolicyNotAttachable(f"Cannot attach a Service Role Policy to a User: {policy_arn}")
    return policy


@operation("iam:PutUserPermissionsBoundary")
def put_user_permissions_boundary(call: Call, *, user_name: str, permissions_boundary: str) -> None:
    """Set the most that a user can have, in place of an earlier boundary; it grants nothing."""
    user = call.access(User, user_name, {"iam:PermissionsBoundary": permissions_boundary})
    _undo(call, user)
    user.permissions_boundary = boundary_at(call, permissions_boundary)
    user.save(update_fields=["permissions_boundary"])


@operation("iam:DeleteUserPermissionsBoundary")
def delete_user_permissions_boundary(call: Call, *, user_name: str) -> None:
    """Lift the boundary; the condition key names the one that goes."""
    present = User.find(call.account, user_name)
    boundary = present.permissions_boundary if present else None
    user = call.access(User, user_name, {"iam:PermissionsBoundary": boundary.arn} if boundary else None)
    if user.permissions_boundary is None:
        raise NoSuchEntity(f"User {user_name} does not have a permission boundary attached.")
    _undo(call, user)
    user.permissions_boundary = None
    user.save(update_fields=["permissions_boundary"])


def _undo(call: Call, user: User) -> None:
    before = user.permissions_boundary
    if before is None:
        call.undo_by("iam:DeleteUserPermissionsBoundary", user_name=user.user_name)
    else:
        call.undo_by(
            "iam:PutUserPermissionsBoundary", user_name=user.user_name, permissions_boundary=before.arn
        )

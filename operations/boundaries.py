"""Permissions boundaries of users and roles: the most that an identity can ever have."""

from __future__ import annotations

from accounts.models import Role, User
from accounts.models.role import SERVICE_LINKED_PATH
from operations.authorization import Context
from operations.call import Call
from operations.errors import NoSuchEntity, PolicyNotAttachable, UnmodifiableEntity
from operations.holdings import name_of
from operations.operation import operation
from policies.models import Policy


def boundary_at(call: Call, policy_arn: str, kind: str = "User") -> Policy:
    """The policy that is to limit an identity; raises NoSuchEntity and PolicyNotAttachable."""
    policy = Policy.find(call.account, policy_arn)
    if policy is None:
        raise NoSuchEntity(
            f"Scope ARN: {policy_arn} does not exist or is not attachable.", parameter="permissions_boundary"
        )
    if policy.path.startswith(SERVICE_LINKED_PATH):
        raise PolicyNotAttachable(f"Cannot attach a Service Role Policy to a {kind}: {policy_arn}")
    return policy


def boundary_context(identity: User | Role) -> Context:
    """`iam:PermissionsBoundary`, the boundary that the identity has; absent without one."""
    boundary = identity.permissions_boundary
    return {"iam:PermissionsBoundary": boundary.arn} if boundary else {}


def role_to_change(call: Call, role_name: str, context: Context | None = None) -> Role:
    """The role, decided on with its boundary told; raises NoSuchEntity and UnmodifiableEntity."""
    role = call.access(Role, role_name, lambda found: {**boundary_context(found), **(context or {})})
    ensure_modifiable(role)
    return role


def ensure_modifiable(role: Role) -> None:
    """Raise UnmodifiableEntity for a service-linked role, which its service alone changes."""
    if role.is_service_linked:
        raise UnmodifiableEntity(
            f"Cannot perform the operation on the protected role '{role.role_name}' - this role is only "
            "modifiable by AWS"
        )


@operation("iam:PutUserPermissionsBoundary")
def put_user_permissions_boundary(call: Call, *, user_name: str, permissions_boundary: str) -> None:
    """Set the most that a user can have, in place of an earlier boundary; it grants nothing."""
    user = call.access(User, user_name, {"iam:PermissionsBoundary": permissions_boundary})
    _bind(call, user, boundary_at(call, permissions_boundary))


@operation("iam:DeleteUserPermissionsBoundary")
def delete_user_permissions_boundary(call: Call, *, user_name: str) -> None:
    """Lift the boundary; the condition key names the one that goes."""
    user = call.access(User, user_name, boundary_context)
    if user.permissions_boundary is None:
        raise NoSuchEntity(f"User {user_name} does not have a permission boundary attached.")
    _bind(call, user, None)


@operation("iam:PutRolePermissionsBoundary")
def put_role_permissions_boundary(call: Call, *, role_name: str, permissions_boundary: str) -> None:
    """Set the most that a role can have, as of a user; raises UnmodifiableEntity for a service-linked role."""
    role = role_to_change(call, role_name, {"iam:PermissionsBoundary": permissions_boundary})
    _bind(call, role, boundary_at(call, permissions_boundary, "Role"))


@operation("iam:DeleteRolePermissionsBoundary")
def delete_role_permissions_boundary(call: Call, *, role_name: str) -> None:
    """Lift the boundary of a role; raises as the operations on users do."""
    role = role_to_change(call, role_name)
    if role.permissions_boundary is None:
        raise NoSuchEntity(f"Role {role_name} does not have a permission boundary attached.")
    _bind(call, role, None)


def _bind(call: Call, identity: User | Role, boundary: Policy | None) -> None:
    """Set the boundary or lift it; the one before is what takes that back."""
    before = identity.permissions_boundary
    kind = type(identity).__name__
    named = {f"{kind.lower()}_name": name_of(identity)}
    if before is None:
        call.undo_by(f"iam:Delete{kind}PermissionsBoundary", **named)
    else:
        call.undo_by(f"iam:Put{kind}PermissionsBoundary", **named, permissions_boundary=before.arn)
    identity.permissions_boundary = boundary
    identity.save(update_fields=["permissions_boundary"])

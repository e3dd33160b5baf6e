"""IAM roles: create, read, change, delete. Whom a role trusts is told in `operations/trust.py`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from accounts.models import Role
from accounts.models.role import DEFAULT_SESSION_DURATION, SERVICE_LINKED_PATH
from accounts.names import IdPrefix, name_key, new_unique_id
from operations.boundaries import boundary_at, boundary_context, ensure_modifiable, role_to_change
from operations.call import Call
from operations.errors import DeleteConflict, EntityAlreadyExists, InvalidInput
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.tags import Tag, checked, tag_conditions
from operations.trust import Trust, shown_trust_policies, trust_of
from policies.models import Policy


@dataclass(frozen=True, slots=True)
class RoleLastUsed:
    """When and where the role last did anything; empty when it never did."""

    last_used_date: datetime | None
    region: str | None


@dataclass(frozen=True, slots=True)
class DescribedRole:
    """A role as it is shown: the trust policy names those whom it trusts as they are called now."""

    role_id: str
    role_name: str
    arn: str
    path: str
    create_date: datetime
    assume_role_policy_document: str
    description: str | None
    max_session_duration: int
    permissions_boundary: Policy | None
    tags: Sequence[Tag]
    role_last_used: RoleLastUsed | None = None

    @property
    def is_service_linked(self) -> bool:
        return self.path.startswith(SERVICE_LINKED_PATH)


@operation("iam:CreateRole")
def create_role(
    call: Call,
    *,
    role_name: str,
    assume_role_policy_document: str,
    path: str | None = None,
    description: str | None = None,
    max_session_duration: int | None = None,
    permissions_boundary: str | None = None,
    tags: Sequence[Tag] = (),
) -> DescribedRole:
    """Make a role without any permission, for those whom its trust policy names.

    Raises EntityAlreadyExists (names differ in more than case), LimitExceeded, MalformedPolicyDocument, NoSuchEntity
    (boundary), and InvalidInput for a path of AWS's own. Tags need iam:TagRole as well.
    """
    _authorize_new(call, Role.arn_of(call.account.id, role_name, path or "/"), permissions_boundary, tags)
    if path and path.startswith(SERVICE_LINKED_PATH):
        raise InvalidInput(f"The path {SERVICE_LINKED_PATH} is for service-linked roles.", parameter="path")
    if is_taken(call, role_name):
        raise EntityAlreadyExists(f"Role with name {role_name} already exists.", parameter="role_name")
    role = new_role(
        call,
        role_name,
        path or "/",
        trust_of(call.account, assume_role_policy_document, "assume_role_policy_document"),
        description=description,
        max_session_duration=max_session_duration,
        permissions_boundary=boundary_at(call, permissions_boundary, "Role")
        if permissions_boundary
        else None,
        tags=tags,
    )
    call.undo_by("iam:DeleteRole", role_name=role_name)
    return described([role])[0]


@operation("iam:GetRole", reads=True)
def get_role(call: Call, *, role_name: str) -> DescribedRole:
    """One role by name, with its last use."""
    role = call.access(Role, role_name, boundary_context)
    last_used = RoleLastUsed(role.last_used_date, role.last_used_region or None)
    return replace(described([role])[0], role_last_used=last_used)


@operation("iam:ListRoles", reads=True)
def list_roles(
    call: Call, *, path_prefix: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[DescribedRole]:
    """Roles in the order of their names."""
    call.authorize(Role.arn_of(call.account.id, "*", path_prefix or "/"))
    roles = call.account.roles.select_related("trust_policy", "permissions_boundary")
    under = roles.filter(path__startswith=path_prefix or "/")
    page = page_of(under, "name_key", marker=marker, max_items=max_items)
    return Page(described(page.items), page.marker)


@operation("iam:UpdateRole")
def update_role(
    call: Call, *, role_name: str, description: str | None = None, max_session_duration: int | None = None
) -> None:
    """Another description, or longer or shorter sessions from now on; what is not named stays.

    Raises UnmodifiableEntity for the sessions of a service-linked role.
    """
    role = call.access(Role, role_name, boundary_context)
    if max_session_duration is not None:
        ensure_modifiable(role)
    changes = {"description": description, "max_session_duration": max_session_duration}
    given = {key: value for key, value in changes.items() if value is not None}
    call.undo_by("iam:UpdateRole", role_name=role.role_name, **{key: getattr(role, key) for key in given})
    call.account.roles.filter(pk=role.pk).update(**given)


@operation("iam:UpdateRoleDescription")
def update_role_description(call: Call, *, role_name: str, description: str) -> DescribedRole:
    """Another description, which service-linked roles may have as well."""
    role = call.access(Role, role_name, boundary_context)
    call.undo_by("iam:UpdateRoleDescription", role_name=role.role_name, description=role.description)
    role.description = description
    role.save(update_fields=["description"])
    return described([role])[0]


@operation("iam:UpdateAssumeRolePolicy")
def update_assume_role_policy(call: Call, *, role_name: str, policy_document: str) -> None:
    """Trust others from now on; sessions that were opened before go on.

    Raises LimitExceeded, MalformedPolicyDocument and UnmodifiableEntity.
    """
    role = role_to_change(call, role_name)
    trust = trust_of(call.account, policy_document, "policy_document")
    role.trust_policy, role.trusted_ids = trust.text, dict(trust.ids)
    role.save(update_fields=["trust_policy", "trusted_ids"])


@operation("iam:DeleteRole")
def delete_role(call: Call, *, role_name: str) -> None:
    """Delete a role that has nothing left; raises DeleteConflict naming what is still there, UnmodifiableEntity."""
    role = role_to_change(call, role_name)
    for text in _leftovers(role):
        raise DeleteConflict(f"Cannot delete entity, must {text} first.")
    call.deleted(role.snapshot())
    role.delete()


def described(roles: Sequence[Role]) -> list[DescribedRole]:
    """The roles as they are shown, in their order; a few queries, however many they are."""
    documents = shown_trust_policies(roles)
    return [
        DescribedRole(
            role_id=role.role_id,
            role_name=role.role_name,
            arn=role.arn,
            path=role.path,
            create_date=role.create_date,
            assume_role_policy_document=documents[role.pk],
            description=role.description or None,
            max_session_duration=role.max_session_duration,
            permissions_boundary=role.permissions_boundary,
            tags=role.tags,
        )
        for role in roles
    ]


def new_role(
    call: Call,
    role_name: str,
    path: str,
    trust: Trust,
    *,
    description: str | None = None,
    max_session_duration: int | None = None,
    permissions_boundary: Policy | None = None,
    tags: Sequence[Tag] = (),
) -> Role:
    """The row of a new role, whose name is free; raises LimitExceeded and InvalidInput (tags)."""
    ensure_room(call.account.roles.all(), "ROLES", "RolesPerAccount")
    role = call.account.roles.create(
        role_id=new_unique_id(IdPrefix.ROLE),
        role_name=role_name,
        name_key=name_key(role_name),
        path=path,
        create_date=call.now,
        description=description or "",
        max_session_duration=max_session_duration or DEFAULT_SESSION_DURATION,
        trust_policy=trust.text,
        trusted_ids=dict(trust.ids),
        permissions_boundary=permissions_boundary,
        tags=checked(tags),
    )
    call.respond(roleId=role.role_id, arn=role.arn)
    return role


def is_taken(call: Call, role_name: str) -> bool:
    return call.account.roles.filter(name_key=name_key(role_name)).exists()


def _authorize_new(call: Call, arn: str, permissions_boundary: str | None, tags: Sequence[Tag]) -> None:
    conditions = {**tag_conditions(tags)}
    if permissions_boundary:
        conditions["iam:PermissionsBoundary"] = permissions_boundary
    call.authorize(arn, conditions)
    if tags:
        call.authorize(arn, conditions, action="iam:TagRole")


def _leftovers(role: Role) -> Iterator[str]:
    if role.instance_profiles.exists():
        yield "remove roles from instance profile"
    if role.attachments.exists():
        yield "detach all policies"
    if role.inline_policies.exists():
        yield "delete policies"

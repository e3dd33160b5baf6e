"""Instance profiles: containers that hand one role to an EC2 instance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import InstanceProfile, Role
from accounts.names import IdPrefix, name_key, new_unique_id
from operations.boundaries import ensure_modifiable
from operations.call import Call
from operations.errors import DeleteConflict, EntityAlreadyExists, LimitExceeded, NoSuchEntity
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.roles import DescribedRole, described
from operations.tags import Tag, checked, tag_conditions

# The one service that takes a role out of an instance profile.
PASSED_TO = "ec2.amazonaws.com"


@dataclass(frozen=True, slots=True)
class DescribedProfile:
    """An instance profile as it is shown, with its role described like a role."""

    instance_profile_id: str
    instance_profile_name: str
    arn: str
    path: str
    create_date: datetime
    roles: Sequence[DescribedRole]
    tags: Sequence[Tag]


@operation("iam:CreateInstanceProfile")
def create_instance_profile(
    call: Call, *, instance_profile_name: str, path: str | None = None, tags: Sequence[Tag] = ()
) -> DescribedProfile:
    """Make an instance profile without a role.

    Raises EntityAlreadyExists and LimitExceeded. Tags need iam:TagInstanceProfile as well.
    """
    arn = InstanceProfile.arn_of(call.account.id, instance_profile_name, path or "/")
    call.authorize(arn, tag_conditions(tags))
    if tags:
        call.authorize(arn, tag_conditions(tags), action="iam:TagInstanceProfile")
    _ensure_free(call, instance_profile_name)
    ensure_room(call.account.instance_profiles.all(), "INSTANCE_PROFILES", "InstanceProfilesPerAccount")
    profile = call.account.instance_profiles.create(
        instance_profile_id=new_unique_id(IdPrefix.INSTANCE_PROFILE),
        instance_profile_name=instance_profile_name,
        name_key=name_key(instance_profile_name),
        path=path or "/",
        create_date=call.now,
        tags=checked(tags),
    )
    call.respond(instanceProfileId=profile.instance_profile_id, arn=profile.arn)
    call.undo_by("iam:DeleteInstanceProfile", instance_profile_name=instance_profile_name)
    return _described([profile])[0]


@operation("iam:GetInstanceProfile", reads=True)
def get_instance_profile(call: Call, *, instance_profile_name: str) -> DescribedProfile:
    """One instance profile by name."""
    return _described([call.access(InstanceProfile, instance_profile_name)])[0]


@operation("iam:ListInstanceProfiles", reads=True)
def list_instance_profiles(
    call: Call, *, path_prefix: str | None = None, marker: str | None = None, max_items: int | None = None
) -> Page[DescribedProfile]:
    """Instance profiles in the order of their names."""
    call.authorize(InstanceProfile.arn_of(call.account.id, "*", path_prefix or "/"))
    profiles = call.account.instance_profiles.filter(path__startswith=path_prefix or "/")
    return _page(profiles, marker=marker, max_items=max_items)


@operation("iam:ListInstanceProfilesForRole", reads=True)
def list_instance_profiles_for_role(
    call: Call, *, role_name: str, marker: str | None = None, max_items: int | None = None
) -> Page[DescribedProfile]:
    """The instance profiles that a role is in."""
    role = call.access(Role, role_name)
    return _page(role.instance_profiles.all(), marker=marker, max_items=max_items)


@operation("iam:AddRoleToInstanceProfile")
def add_role_to_instance_profile(call: Call, *, instance_profile_name: str, role_name: str) -> None:
    """Put a role into an instance profile, which passes it to EC2: that right is needed as well.

    Raises LimitExceeded for a second role, and UnmodifiableEntity for a service-linked one.
    """
    profile = call.access(InstanceProfile, instance_profile_name)
    role = call.access(Role, role_name, {"iam:PassedToService": PASSED_TO}, action="iam:PassRole")
    ensure_modifiable(role)
    if profile.role is not None:
        raise LimitExceeded("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    profile.role = role
    profile.save(update_fields=["role"])
    call.undo_by(
        "iam:RemoveRoleFromInstanceProfile",
        instance_profile_name=profile.instance_profile_name,
        role_name=role.role_name,
    )


@operation("iam:RemoveRoleFromInstanceProfile")
def remove_role_from_instance_profile(call: Call, *, instance_profile_name: str, role_name: str) -> None:
    """Take the role out of an instance profile; raises NoSuchEntity when another one is in it, or none."""
    profile = call.access(InstanceProfile, instance_profile_name)
    role = profile.role
    if role is None or role.name_key != name_key(role_name):
        raise NoSuchEntity(
            f"The role with name {role_name} cannot be found in Instance Profile {instance_profile_name}."
        )
    profile.role = None
    profile.save(update_fields=["role"])
    call.undo_by(
        "iam:AddRoleToInstanceProfile",
        instance_profile_name=profile.instance_profile_name,
        role_name=role.role_name,
    )


@operation("iam:DeleteInstanceProfile")
def delete_instance_profile(call: Call, *, instance_profile_name: str) -> None:
    """Delete an instance profile that holds no role; raises DeleteConflict."""
    profile = call.access(InstanceProfile, instance_profile_name)
    if profile.role is not None:
        raise DeleteConflict("Cannot delete entity, must remove roles from instance profile first.")
    call.deleted(profile.snapshot())
    profile.delete()


def _page(
    profiles: QuerySet[InstanceProfile], *, marker: str | None, max_items: int | None
) -> Page[DescribedProfile]:
    with_roles = profiles.select_related("role__trust_policy", "role__permissions_boundary")
    page = page_of(with_roles, "name_key", marker=marker, max_items=max_items)
    return Page(_described(page.items), page.marker)


def _described(profiles: Sequence[InstanceProfile]) -> list[DescribedProfile]:
    """The profiles as they are shown, in their order; a few queries, however many they are."""
    held = [role for profile in profiles for role in profile.roles]
    roles = {role.role_id: role for role in described(held)}
    return [
        DescribedProfile(
            instance_profile_id=profile.instance_profile_id,
            instance_profile_name=profile.instance_profile_name,
            arn=profile.arn,
            path=profile.path,
            create_date=profile.create_date,
            roles=[roles[role.role_id] for role in profile.roles],
            tags=profile.tags,
        )
        for profile in profiles
    ]


def _ensure_free(call: Call, name: str) -> None:
    if call.account.instance_profiles.filter(name_key=name_key(name)).exists():
        raise EntityAlreadyExists(
            f"Instance Profile {name} already exists.", parameter="instance_profile_name"
        )

"""Roles: identities without credentials of their own, taken on by whoever their trust policy lets in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.db import models

from accounts.models.account import Account
from accounts.names import KeyField, name_key
from accounts.prepared_queries import PreparedQuery
from accounts.resources import NamedInPath, found_by_names

SERVICE_LINKED_PATH = "/aws-service-role/"
DEFAULT_SESSION_DURATION = 3600


class Role(NamedInPath, models.Model):
    """A name in one account with a trust policy; who assumes it has its permissions and no others.

    `trusted_ids` holds the unique id of each user and role that the trust policy names: somebody made anew under
    an old name is not the one who was trusted.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="roles", db_index=False)
    role_id = models.CharField(max_length=128, unique=True)
    role_name = models.CharField(max_length=64)
    name_key = KeyField(max_length=64)
    path = models.CharField(max_length=512, default="/")
    create_date = models.DateTimeField()
    description = models.CharField(max_length=1000, default="", blank=True)
    max_session_duration = models.PositiveIntegerField(default=DEFAULT_SESSION_DURATION)
    trust_policy = models.ForeignKey("policies.PolicyText", models.PROTECT, related_name="trusting_roles")
    trusted_ids = models.JSONField(default=dict)
    permissions_boundary = models.ForeignKey(
        "policies.Policy", models.PROTECT, null=True, related_name="bounded_roles"
    )
    tags = models.JSONField(default=list)
    last_used_date = models.DateTimeField(null=True)
    last_used_region = models.CharField(max_length=64, default="", blank=True)

    kind: ClassVar[str] = "Role"
    arn_type: ClassVar[str] = "role"
    called: ClassVar[str] = "role"

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name_key"], name="role_name_unique")
        ]

    def __str__(self) -> str:
        return self.role_name

    @classmethod
    def find(cls, account: Account, identifier: str) -> Role | None:
        return cls.named(account.id, identifier)

    @staticmethod
    def named(account_id: str, role_name: str) -> Role | None:
        """The role of a name in an account, which comes with it."""
        return ROLE.first(account_id, name_key(role_name))

    @classmethod
    def find_all(cls, account: Account, identifiers: Sequence[str]) -> Mapping[str, Role]:
        return found_by_names(
            account.roles.select_related("permissions_boundary", "trust_policy"), identifiers
        )

    @property
    def unique_id(self) -> str:
        return self.role_id

    @property
    def is_service_linked(self) -> bool:
        """Whether a service owns the role: only it changes anything but the description."""
        return self.path.startswith(SERVICE_LINKED_PATH)

    def snapshot(self) -> Mapping[str, object]:
        """What a bin needs to bring the role back."""
        boundary = self.permissions_boundary
        return {
            "RoleName": self.role_name,
            "RoleId": self.role_id,
            "Path": self.path,
            "CreateDate": self.create_date.isoformat(),
            "Description": self.description,
            "MaxSessionDuration": self.max_session_duration,
            "AssumeRolePolicyDocument": self.trust_policy_id,
            "Tags": self.tags,
            "PermissionsBoundary": boundary.arn if boundary else None,
        }


ROLE = PreparedQuery(
    lambda account_id, key: Role.objects.select_related(
        "account", "permissions_boundary", "trust_policy"
    ).filter(account_id=account_id, name_key=key),
    str,
    str,
)


class RoleDeletion(models.Model):
    """What became of the wish to delete a service-linked role, which its service has a say in."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="role_deletions")
    task_id = models.CharField(max_length=255, unique=True)
    create_date = models.DateTimeField()
    status = models.CharField(max_length=16)
    reason = models.CharField(max_length=1000, default="", blank=True)

    def __str__(self) -> str:
        return self.task_id


class InstanceProfile(NamedInPath, models.Model):
    """The container that hands one role to an instance."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="instance_profiles", db_index=False)
    instance_profile_id = models.CharField(max_length=128, unique=True)
    instance_profile_name = models.CharField(max_length=128)
    name_key = KeyField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    create_date = models.DateTimeField()
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="instance_profiles")
    tags = models.JSONField(default=list)

    arn_type: ClassVar[str] = "instance-profile"
    called: ClassVar[str] = "Instance Profile"

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name_key"], name="instance_profile_name_unique")
        ]

    def __str__(self) -> str:
        return self.instance_profile_name

    @classmethod
    def find(cls, account: Account, identifier: str) -> InstanceProfile | None:
        profiles = account.instance_profiles.select_related(
            "role__trust_policy", "role__permissions_boundary"
        )
        return profiles.filter(name_key=name_key(identifier)).first()

    @classmethod
    def missing(cls, identifier: str) -> str:
        return f"Instance Profile {identifier} cannot be found."

    @property
    def roles(self) -> list[Role]:
        """A list on the wire; there is never more than one."""
        return [self.role] if self.role else []

    def snapshot(self) -> Mapping[str, object]:
        return {
            "InstanceProfileName": self.instance_profile_name,
            "InstanceProfileId": self.instance_profile_id,
            "Path": self.path,
            "CreateDate": self.create_date.isoformat(),
            "Tags": self.tags,
        }

"""User groups and who is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.db import models

from accounts.arns import iam_arn
from accounts.models.account import Account
from accounts.models.identity import User
from accounts.names import KeyField, name_key
from accounts.resources import WithoutResourcePolicy


class Group(WithoutResourcePolicy, models.Model):
    """A collection of users that share policies. It is no principal, nests in nothing and has no tags."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="groups", db_index=False)
    group_id = models.CharField(max_length=128, unique=True)
    group_name = models.CharField(max_length=128)
    name_key = KeyField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    create_date = models.DateTimeField()
    users = models.ManyToManyField(User, through="Membership", related_name="groups")

    tags: ClassVar[list[dict[str, str]]] = []

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name_key"], name="group_name_unique")
        ]

    def __str__(self) -> str:
        return self.group_name

    @staticmethod
    def arn_of(account_id: str, name: str, path: str = "/") -> str:
        return iam_arn(account_id, "group", path, name)

    @classmethod
    def find(cls, account: Account, identifier: str) -> Group | None:
        return account.groups.filter(name_key=name_key(identifier)).first()

    @classmethod
    def find_all(cls, account: Account, identifiers: Sequence[str]) -> Mapping[str, Group]:
        keys = {identifier: name_key(identifier) for identifier in identifiers}
        found = {group.name_key: group for group in account.groups.filter(name_key__in=keys.values())}
        return {identifier: found[key] for identifier, key in keys.items() if key in found}

    @classmethod
    def presumed_arn(cls, account: Account, identifier: str) -> str:
        return cls.arn_of(account.id, identifier)

    @classmethod
    def missing(cls, identifier: str) -> str:
        return f"The group with name {identifier} cannot be found."

    @property
    def arn(self) -> str:
        return self.arn_of(self.account_id, self.group_name, self.path)

    def snapshot(self) -> Mapping[str, object]:
        return {
            "GroupName": self.group_name,
            "GroupId": self.group_id,
            "Path": self.path,
            "CreateDate": self.create_date.isoformat(),
        }


class Membership(models.Model):
    account = models.ForeignKey(Account, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "group"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"

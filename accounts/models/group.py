"""User groups and who is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.db import models

from accounts.models.account import Account
from accounts.models.identity import User
from accounts.names import KeyField, name_key
from accounts.resources import NamedInPath, found_by_names


class Group(NamedInPath, models.Model):
    """A collection of users that share policies. It is no principal, nests in nothing and has no tags."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="groups", db_index=False)
    group_id = models.CharField(max_length=128, unique=True)
    group_name = models.CharField(max_length=128)
    name_key = KeyField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    create_date = models.DateTimeField()
    users = models.ManyToManyField(User, through="Membership", related_name="groups")

    tags: ClassVar[list[dict[str, str]]] = []

    arn_type: ClassVar[str] = "group"
    called: ClassVar[str] = "group"

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name_key"], name="group_name_unique")
        ]

    def __str__(self) -> str:
        return self.group_name

    @classmethod
    def find(cls, account: Account, identifier: str) -> Group | None:
        return account.groups.filter(name_key=name_key(identifier)).first()

    @classmethod
    def find_all(cls, account: Account, identifiers: Sequence[str]) -> Mapping[str, Group]:
        return found_by_names(account.groups.all(), identifiers)

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

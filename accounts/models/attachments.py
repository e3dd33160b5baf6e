"""What ties policies to identities: attachments of managed policies, and inline policies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.account import Account
from accounts.models.group import Group
from accounts.models.identity import User
from accounts.models.role import Role
from accounts.names import KeyField

HOLDERS = ("user", "group", "role")
ONE_HOLDER = reduce(or_, (Q(**{f"{one}__isnull": one != holder for one in HOLDERS}) for holder in HOLDERS))


class Attachment(models.Model):
    """A managed policy on one user, one group or one role."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="attachments")
    policy = models.ForeignKey("policies.Policy", models.PROTECT, related_name="attachments")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="attachments", db_index=False)
    group = models.ForeignKey(Group, models.CASCADE, null=True, related_name="attachments", db_index=False)
    role = models.ForeignKey(Role, models.CASCADE, null=True, related_name="attachments", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "policy"], name="user_attachment_unique"),
            models.UniqueConstraint(fields=["group", "policy"], name="group_attachment_unique"),
            models.UniqueConstraint(fields=["role", "policy"], name="role_attachment_unique"),
            models.CheckConstraint(condition=ONE_HOLDER, name="attachment_has_one_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} on {self.user_id or self.group_id or self.role_id}"


class InlinePolicy(models.Model):
    """A policy that lives and dies with the one user, group or role it is embedded in."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="inline_policies")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="inline_policies", db_index=False)
    group = models.ForeignKey(
        Group, models.CASCADE, null=True, related_name="inline_policies", db_index=False
    )
    role = models.ForeignKey(Role, models.CASCADE, null=True, related_name="inline_policies", db_index=False)
    policy_name = models.CharField(max_length=128)
    name_key = KeyField(max_length=128)
    text = models.ForeignKey("policies.PolicyText", models.PROTECT)

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name_key"], name="user_inline_policy_unique"),
            models.UniqueConstraint(fields=["group", "name_key"], name="group_inline_policy_unique"),
            models.UniqueConstraint(fields=["role", "name_key"], name="role_inline_policy_unique"),
            models.CheckConstraint(condition=ONE_HOLDER, name="inline_policy_has_one_holder"),
        ]

    def __str__(self) -> str:
        return self.policy_name

    @property
    def policy_document(self) -> str:
        return self.text.document

    @property
    def user_name(self) -> str | None:
        return self.user.user_name if self.user else None

    @property
    def group_name(self) -> str | None:
        return self.group.group_name if self.group else None

    @property
    def role_name(self) -> str | None:
        return self.role.role_name if self.role else None

    def snapshot(self) -> Mapping[str, object]:
        return {"PolicyName": self.policy_name, "PolicyDocument": self.text_id}

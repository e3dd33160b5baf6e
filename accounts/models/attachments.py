"""What ties policies to identities: attachments of managed policies, and inline policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.account import Account
from accounts.models.group import Group
from accounts.models.identity import User
from accounts.names import KeyField

ONE_HOLDER = Q(user__isnull=False, group__isnull=True) | Q(user__isnull=True, group__isnull=False)


class Attachment(models.Model):
    """A managed policy on one user or one group."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="attachments")
    policy = models.ForeignKey("policies.Policy", models.PROTECT, related_name="attachments")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="attachments")
    group = models.ForeignKey(Group, models.CASCADE, null=True, related_name="attachments")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "policy"], name="user_attachment_unique"),
            models.UniqueConstraint(fields=["group", "policy"], name="group_attachment_unique"),
            models.CheckConstraint(condition=ONE_HOLDER, name="attachment_has_one_holder"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id} on {self.user_id or self.group_id}"


class InlinePolicy(models.Model):
    """A policy that lives and dies with the one user or group it is embedded in."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="inline_policies")
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="inline_policies")
    group = models.ForeignKey(Group, models.CASCADE, null=True, related_name="inline_policies")
    policy_name = models.CharField(max_length=128)
    name_key = KeyField(max_length=128)
    text = models.ForeignKey("policies.PolicyText", models.PROTECT)

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "name_key"], name="user_inline_policy_unique"),
            models.UniqueConstraint(fields=["group", "name_key"], name="group_inline_policy_unique"),
            models.CheckConstraint(condition=ONE_HOLDER, name="inline_policy_has_one_holder"),
        ]

    def __str__(self) -> str:
        return self.policy_name

    def snapshot(self) -> Mapping[str, object]:
        return {"PolicyName": self.policy_name, "PolicyDocument": self.text_id}

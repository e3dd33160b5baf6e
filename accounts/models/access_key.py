"""Access keys: what programs sign requests with."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.account import Account
from accounts.models.identity import User


class KeyStatus(models.TextChoices):
    ACTIVE = "Active", "Active"
    INACTIVE = "Inactive", "Inactive"


class AccessKey(models.Model):
    """A key of one user, or of the root user.

    The secret is sealed, not hashed: signatures are checked with it.
    """

    access_key_id = models.CharField(primary_key=True, max_length=128)
    account = models.ForeignKey(Account, models.PROTECT, related_name="access_keys")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="access_keys")
    for_root = models.BooleanField(default=False)
    secret = models.CharField(max_length=512)
    is_active = models.BooleanField(default=True)
    create_date = models.DateTimeField()
    last_used_date = models.DateTimeField(null=True)
    last_used_service = models.CharField(max_length=64, default="", blank=True)
    last_used_region = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, for_root=False) | Q(user__isnull=True, for_root=True),
                name="access_key_has_one_owner",
            )
        ]

    def __str__(self) -> str:
        return self.access_key_id

    @property
    def user_name(self) -> str | None:
        """None for a key of the root user."""
        return self.user.user_name if self.user else None

    @property
    def status(self) -> str:
        return KeyStatus.ACTIVE if self.is_active else KeyStatus.INACTIVE

    @property
    def seal_context(self) -> str:
        return self.seal_context_of(self.account_id, self.access_key_id)

    @staticmethod
    def seal_context_of(account_id: str, access_key_id: str) -> str:
        return f"access-key:{account_id}:{access_key_id}"

"""What signing in leaves behind: sessions, former passwords, failures per network."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models

from accounts.models.account import Account
from accounts.models.identity import User


class Session(AbstractBaseSession):
    """A web session. The column holds a hash of its key: a stolen table opens nothing."""

    account = models.ForeignKey(Account, models.CASCADE, null=True, db_index=False)
    principal_id = models.CharField(max_length=128, default="")

    objects: ClassVar = BaseSessionManager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "principal_id"])]

    @classmethod
    def get_session_store_class(cls) -> type:
        from accounts.sessions import SessionStore  # noqa: PLC0415  the store imports this model

        return SessionStore


class FormerPassword(models.Model):
    """Hashes of earlier passwords, kept as long as a password policy could forbid their reuse."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="former_passwords")
    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    changed_date = models.DateTimeField()

    class Meta:
        ordering = ("-changed_date",)

    def __str__(self) -> str:
        return f"former password of {self.user_id}"


class NetworkFailures(models.Model):
    """Failed sign-ins of one network in one quarter of an hour: many of them delay, none of them lock."""

    network = models.CharField(max_length=64)
    window = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    last_failure = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["network", "window"], name="network_window_unique")
        ]

    def __str__(self) -> str:
        return f"{self.failures} failures from {self.network}"

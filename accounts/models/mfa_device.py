"""Virtual MFA devices: a sealed seed, the last step spent, and the count of wrong codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.arns import iam_arn
from accounts.models.account import Account
from accounts.models.identity import User
from accounts.names import KeyField, name_key
from accounts.resources import WithoutResourcePolicy


class MFADevice(WithoutResourcePolicy, models.Model):
    """A device is made unassigned and enabled for one user, or for the root user (`for_root`)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="mfa_devices", db_index=False)
    device_name = models.CharField(max_length=226)
    name_key = KeyField(max_length=226)
    path = models.CharField(max_length=512, default="/")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="mfa_devices")
    for_root = models.BooleanField(default=False)
    create_date = models.DateTimeField()
    enable_date = models.DateTimeField(null=True)
    seed = models.CharField(max_length=512)
    # A TOTP step is spent by raising this number in one UPDATE: no step opens a second door, ever.
    last_step = models.BigIntegerField(default=0)
    # Seconds by which the device's clock was off when it was last resynchronised, in steps of 30.
    drift_steps = models.SmallIntegerField(default=0)
    failed_codes = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
    tags = models.JSONField(default=list)

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name_key"], name="mfa_device_name_unique"),
            models.CheckConstraint(
                condition=~Q(user__isnull=False, for_root=True), name="mfa_device_has_one_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.device_name

    @staticmethod
    def arn_of(account_id: str, name: str, path: str = "/") -> str:
        return iam_arn(account_id, "mfa", path, name)

    @property
    def serial_number(self) -> str:
        return self.arn_of(self.account_id, self.device_name, self.path)

    @property
    def arn(self) -> str:
        return self.serial_number

    @property
    def user_name(self) -> str | None:
        """None for a device of the root user, and for one that is nobody's."""
        return self.user.user_name if self.user else None

    @classmethod
    def find(cls, account: Account, identifier: str) -> MFADevice | None:
        """By serial number; one of another account, or with another path, is none of ours."""
        device = account.mfa_devices.select_related("user").filter(
            name_key=name_key(identifier.rpartition("/")[2])
        )
        found = device.first()
        return found if found is not None and found.serial_number.lower() == identifier.lower() else None

    @classmethod
    def presumed_arn(cls, account: Account, identifier: str) -> str:
        return identifier if identifier.startswith("arn:") else cls.arn_of(account.id, identifier)

    @classmethod
    def missing(cls, identifier: str) -> str:
        return f"VirtualMFADevice with serial number {identifier} doesn't exist."

    @property
    def is_enabled(self) -> bool:
        return self.enable_date is not None

    @property
    def seal_context(self) -> str:
        """Binds the seed to its account and device, so that rows cannot be swapped."""
        return f"totp:{self.account_id}:{self.name_key}"

    def snapshot(self) -> Mapping[str, object]:
        return {"SerialNumber": self.serial_number, "Tags": self.tags}

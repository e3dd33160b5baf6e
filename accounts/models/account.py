"""The account: the wall around everything, and the settings that hold for all of it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import models

from accounts.arns import account_arn, grouped_account_id
from accounts.statements import Statement


class SupportPlan(models.TextChoices):
    BASIC = "basic", "Basic"
    DEVELOPER = "developer", "Developer"
    BUSINESS = "business", "Business"
    ENTERPRISE = "enterprise", "Enterprise"


def new_revision() -> str:
    return secrets.token_hex(16)


class Account(models.Model):
    """Every row of the directory names its account, and every query starts from one."""

    id = models.CharField(primary_key=True, max_length=12)
    name = models.CharField(max_length=128)
    # Null, not empty: many accounts have none, and aliases are unique.
    alias = models.CharField(max_length=63, unique=True, null=True)  # noqa: DJ001
    create_date = models.DateTimeField()
    # Another one after each write, under the lock of this row. A caller resolved at another revision is resolved
    # again; what a process remembers of the account, it remembers of one revision. Random, not counted: a count
    # would come back with a restored backup.
    revision = models.CharField(max_length=32, default=new_revision)
    # Training accounts live ahead of or behind the real time; everywhere else the offset is zero.
    clock_offset = models.DurationField(default=timedelta)
    # Days after its creation that an IAM user may sign in without a device; root never may.
    mfa_grace_days = models.PositiveSmallIntegerField(default=0)
    support_plan = models.CharField(max_length=16, choices=SupportPlan, default=SupportPlan.BASIC)
    # Which tokens the global endpoint of STS would hand out; here both are valid everywhere.
    global_endpoint_token_version = models.CharField(max_length=8, default="v1Token")
    properties = models.JSONField(default=dict)
    # Kept, because counting the rows for the quota took longer the more there were.
    user_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.alias or self.id

    @property
    def arn(self) -> str:
        return account_arn(self.id)

    @property
    def grouped_id(self) -> str:
        return grouped_account_id(self.id)

    @property
    def sign_in_name(self) -> str:
        """What stands in the sign-in address: the alias when there is one."""
        return self.alias or self.id

    def now(self, real: datetime) -> datetime:
        return real + self.clock_offset

    def gain_users(self, number: int) -> None:
        """Count users made, or deleted where the number is negative; the caller holds the account's lock."""
        self.user_count += number
        GAIN_USERS.run([number, self.id])


GAIN_USERS = Statement("UPDATE accounts_account SET user_count = user_count + %s WHERE id = %s")


class PasswordPolicy(models.Model):
    """The account's own rules for the passwords of its users; without a row IAM's default rules hold."""

    account = models.OneToOneField(Account, models.CASCADE, related_name="password_policy", primary_key=True)
    minimum_password_length = models.PositiveSmallIntegerField(default=6)
    require_symbols = models.BooleanField(default=False)
    require_numbers = models.BooleanField(default=False)
    require_uppercase_characters = models.BooleanField(default=False)
    require_lowercase_characters = models.BooleanField(default=False)
    allow_users_to_change_password = models.BooleanField(default=False)
    max_password_age = models.PositiveSmallIntegerField(null=True)
    password_reuse_prevention = models.PositiveSmallIntegerField(null=True)
    hard_expiry = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"password policy of {self.account_id}"

    @property
    def expire_passwords(self) -> bool:
        return self.max_password_age is not None

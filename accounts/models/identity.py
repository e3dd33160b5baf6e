"""The two kinds of identity that sign in: the root user and IAM users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models

from accounts.arns import root_arn
from accounts.models.account import Account
from accounts.names import KeyField, name_key
from accounts.prepared_queries import PreparedQuery
from accounts.resources import NamedInPath, found_by_names
from accounts.statements import Statement


class Identity(models.Model):
    """What every identity that can sign in keeps about its password and its live sessions."""

    password = models.CharField(max_length=128, default="", blank=True)
    password_create_date = models.DateTimeField(null=True)
    password_changed_date = models.DateTimeField(null=True)
    password_last_used = models.DateTimeField(null=True)
    password_reset_required = models.BooleanField(default=False)
    failed_passwords = models.PositiveIntegerField(default=0)
    password_blocked_until = models.DateTimeField(null=True)
    # A session remembers the epoch it began in; raising it ends every live session at its next request.
    session_epoch = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def has_console_access(self) -> bool:
        return bool(self.password)

    def set_password(self, hashed: str, *, at: datetime, reset_required: bool) -> None:
        """Replace the password by one already hashed, and end the sessions that the old one opened."""
        self.password_create_date = self.password_create_date or at
        self.password = hashed
        self.password_changed_date = at
        self.password_reset_required = reset_required
        self.end_sessions()

    def remove_password(self) -> None:
        self.password = ""
        self.password_create_date = self.password_changed_date = None
        self.password_reset_required = False
        self.end_sessions()

    def end_sessions(self) -> None:
        self.session_epoch += 1

    def password_expires(self, max_age: int | None) -> datetime | None:
        if max_age is None or self.password_changed_date is None:
            return None
        return self.password_changed_date + timedelta(days=max_age)


class RootUser(Identity):
    """The owner of an account. It is no IAM user: it has an e-mail address and no policies."""

    account = models.OneToOneField(Account, models.PROTECT, related_name="root", primary_key=True)
    email = models.EmailField(max_length=254)
    email_key = KeyField(max_length=254, unique=True)
    reset_asked = models.DateTimeField(null=True)
    new_email = models.EmailField(max_length=254, default="", blank=True)
    new_email_code = models.CharField(max_length=128, default="", blank=True)
    new_email_expires = models.DateTimeField(null=True)
    new_email_failures = models.PositiveSmallIntegerField(default=0)

    kind: ClassVar[str] = "Root"
    tags: ClassVar[list[dict[str, str]]] = []

    def __str__(self) -> str:
        return self.email

    @property
    def arn(self) -> str:
        return root_arn(self.account_id)

    @property
    def unique_id(self) -> str:
        """The root user's unique id is the account's."""
        return self.account_id

    @property
    def label(self) -> str:
        return "root"


class User(NamedInPath, Identity):
    """An IAM user: a name in one account, with credentials of its own."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="users", db_index=False)
    user_id = models.CharField(max_length=128, unique=True)
    user_name = models.CharField(max_length=64)
    name_key = KeyField(max_length=64)
    path = models.CharField(max_length=512, default="/")
    create_date = models.DateTimeField()
    permissions_boundary = models.ForeignKey(
        "policies.Policy", models.PROTECT, null=True, related_name="bounded_users"
    )
    tags = models.JSONField(default=list)
    last_activity = models.DateTimeField(null=True)

    kind: ClassVar[str] = "IAMUser"
    arn_type: ClassVar[str] = "user"
    called: ClassVar[str] = "user"
    # Set on the rows of the users list alone.
    group_names: list[str]
    device_count: int

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name_key"], name="user_name_unique")
        ]

    def __str__(self) -> str:
        return self.user_name

    @classmethod
    def find(cls, account: Account, identifier: str) -> User | None:
        return USER.first(account.id, name_key(identifier))

    @classmethod
    def find_all(cls, account: Account, identifiers: Sequence[str]) -> Mapping[str, User]:
        return found_by_names(account.users.select_related("permissions_boundary"), identifiers)

    @property
    def unique_id(self) -> str:
        return self.user_id

    @property
    def label(self) -> str:
        return self.user_name

    def erase(self) -> None:
        """Delete a user who has nothing left, past the search for what would have to go as well.

        Former passwords are all that may; the database itself refuses to leave anything else behind.
        """
        FORGET_PASSWORDS.run([self.pk])
        ERASE.run([self.pk])

    def snapshot(self) -> Mapping[str, object]:
        """What a bin needs to bring the user back; no secret is in it."""
        boundary = self.permissions_boundary
        return {
            "UserName": self.user_name,
            "UserId": self.user_id,
            "Path": self.path,
            "CreateDate": self.create_date.isoformat(),
            "Tags": self.tags,
            "PermissionsBoundary": boundary.arn if boundary else None,
        }


FORGET_PASSWORDS = Statement("DELETE FROM accounts_formerpassword WHERE user_id = %s")
ERASE = Statement("DELETE FROM accounts_user WHERE id = %s")
USER = PreparedQuery(
    lambda account_id, key: User.objects.select_related("permissions_boundary").filter(
        account_id=account_id, name_key=key
    ),
    str,
    str,
)

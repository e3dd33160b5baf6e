"""Managed policies, their versions, and the immutable texts that versions, inline policies and events refer to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.arns import iam_arn
from accounts.names import KeyField
from accounts.prepared_queries import PreparedQuery
from accounts.resources import WithoutResourcePolicy

if TYPE_CHECKING:
    from accounts.models import Account

AWS_ACCOUNT = "aws"


class PolicyText(models.Model):
    """A policy document as it was typed, kept once under its hash and never changed or deleted.

    It belongs to no account: it holds nothing but its text, and is reached only through a row that does.
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    document = models.TextField()

    def __str__(self) -> str:
        return self.sha256

    @staticmethod
    def hash_of(document: str) -> str:
        return hashlib.sha256(document.encode()).hexdigest()

    @classmethod
    def of(cls, document: str) -> Self:
        """The row of this very text, made when it is new."""
        return cls.objects.get_or_create(sha256=cls.hash_of(document), defaults={"document": document})[0]


class PolicyQuerySet(models.QuerySet["Policy"]):
    def visible_to(self, account_id: str) -> PolicyQuerySet:
        """The account's own policies and AWS's."""
        return self.filter(Q(account_id=account_id) | Q(account__isnull=True))


class Policy(WithoutResourcePolicy, models.Model):
    """A managed policy: the account's own, or (without an account) one of AWS's, which nobody changes."""

    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="policies", db_index=False
    )
    policy_id = models.CharField(max_length=128, unique=True)
    policy_name = models.CharField(max_length=128)
    name_key = KeyField(max_length=128)
    path = models.CharField(max_length=512, default="/")
    description = models.CharField(max_length=1000, default="", blank=True)
    create_date = models.DateTimeField()
    update_date = models.DateTimeField()
    last_version = models.PositiveIntegerField(default=1)
    tags = models.JSONField(default=list)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        ordering = ("name_key",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "name_key"], name="policy_name_unique"),
            models.UniqueConstraint(
                fields=["name_key"], condition=Q(account__isnull=True), name="aws_policy_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.policy_name

    @staticmethod
    def arn_of(account_id: str, name: str, path: str = "/") -> str:
        return iam_arn(account_id, "policy", path, name)

    @classmethod
    def find(cls, account: Account, identifier: str) -> Policy | None:
        """By ARN, among the account's own and AWS's; an ARN of another account finds nothing."""
        name = identifier.rpartition("/")[2].lower()
        found = (one for one in NAMED.all(account.id, name) if one.arn.lower() == identifier.lower())
        return next(found, None)

    @classmethod
    def find_all(cls, account: Account, identifiers: Sequence[str]) -> Mapping[str, Policy]:
        names = {identifier.rpartition("/")[2].lower() for identifier in identifiers}
        candidates = cls.objects.visible_to(account.id).filter(name_key__in=names)
        found = {policy.arn.lower(): policy for policy in candidates}
        return {one: found[one.lower()] for one in identifiers if one.lower() in found}

    @classmethod
    def presumed_arn(cls, account: Account, identifier: str) -> str:
        return identifier if identifier.startswith("arn:") else cls.arn_of(account.id, identifier)

    @classmethod
    def missing(cls, identifier: str) -> str:
        return f"Policy {identifier} does not exist or is not attachable."

    @property
    def arn(self) -> str:
        return self.arn_of(self.account_id or AWS_ACCOUNT, self.policy_name, self.path)

    @property
    def policy_arn(self) -> str:
        """What lists of attached policies call the ARN."""
        return self.arn

    @property
    def permissions_boundary_type(self) -> str:
        """Of the policy as somebody's boundary. The API says this word, whatever its model says."""
        return "Policy"

    @property
    def permissions_boundary_arn(self) -> str:
        return self.arn

    @property
    def is_attachable(self) -> bool:
        """True of those of service-linked roles as well, in AWS's answers too."""
        return True

    @property
    def is_aws_managed(self) -> bool:
        return self.account_id is None

    @property
    def type(self) -> str:
        """The console's word for the kind of policy."""
        if not self.is_aws_managed:
            return "Customer managed"
        return "AWS managed - job function" if self.path == "/job-function/" else "AWS managed"

    @property
    def default_version(self) -> PolicyVersion:
        return self.versions.select_related("text").get(is_default=True)

    def snapshot(self) -> Mapping[str, object]:
        versions = self.versions.order_by("number").values_list("number", "text_id", "is_default")
        return {
            "PolicyName": self.policy_name,
            "PolicyId": self.policy_id,
            "Path": self.path,
            "Description": self.description,
            "CreateDate": self.create_date.isoformat(),
            "Tags": self.tags,
            "Versions": [
                {"VersionId": f"v{number}", "Document": text, "IsDefaultVersion": default}
                for number, text, default in versions
            ],
        }


class PolicyVersion(models.Model):
    """One of at most five texts of a policy; exactly one is in force."""

    policy = models.ForeignKey(Policy, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    text = models.ForeignKey(PolicyText, models.PROTECT)
    create_date = models.DateTimeField()
    is_default = models.BooleanField(default=False)
    # Ours: AWS has no such member, so no answer of the API tells it.
    reason = models.CharField(max_length=256, default="", blank=True)

    class Meta:
        ordering = ("-number",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["policy", "number"], name="policy_version_unique"),
            models.UniqueConstraint(
                fields=["policy"], condition=Q(is_default=True), name="policy_has_one_default_version"
            ),
        ]

    def __str__(self) -> str:
        return self.version_id

    @property
    def version_id(self) -> str:
        return f"v{self.number}"

    @property
    def is_default_version(self) -> bool:
        return self.is_default

    @property
    def document(self) -> str:
        return self.text.document


NAMED = PreparedQuery(
    lambda account_id, key: Policy.objects.visible_to(account_id).filter(name_key=key).order_by(), str, str
)

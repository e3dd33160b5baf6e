"""Reports that are generated first and fetched later."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.models.account import Account


class CredentialReport(models.Model):
    """The last credential report of an account, as CSV."""

    account = models.OneToOneField(
        Account, models.PROTECT, related_name="credential_report", primary_key=True
    )
    generated_time = models.DateTimeField()
    content = models.TextField()

    def __str__(self) -> str:
        return f"credential report of {self.account_id}"


class LastAccessedJob(models.Model):
    """What GenerateServiceLastAccessedDetails found out about one user, group, role or policy."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="last_accessed_jobs", db_index=False)
    job_id = models.CharField(max_length=36, unique=True)
    arn = models.CharField(max_length=2048)
    job_type = models.CharField(max_length=16)
    job_creation_date = models.DateTimeField()
    services = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "job_creation_date"])]

    def __str__(self) -> str:
        return self.job_id

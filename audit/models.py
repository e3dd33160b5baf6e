"""The trail: one event per change and per refusal, in CloudTrail's words, each chained to the one before it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class Event(models.Model):
    """A row of the trail. Nothing updates or deletes one; `verify_audit` finds who did."""

    event_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account = models.ForeignKey(
        "accounts.Account", models.PROTECT, null=True, related_name="events", db_index=False
    )
    sequence = models.BigIntegerField()
    event_time = models.DateTimeField()
    event_source = models.CharField(max_length=64)
    event_name = models.CharField(max_length=128)
    event_type = models.CharField(max_length=32, default="AwsApiCall")
    read_only = models.BooleanField(default=False)
    user_identity = models.JSONField(default=dict)
    principal_id = models.CharField(max_length=128, default="")
    source_ip_address = models.CharField(max_length=64, default="")
    user_agent = models.CharField(max_length=512, default="")
    request_id = models.CharField(max_length=64, default="")
    request_parameters = models.JSONField(default=dict)
    response_elements = models.JSONField(null=True)
    resources = models.JSONField(default=list)
    error_code = models.CharField(max_length=64, default="")
    error_message = models.TextField(default="")
    # What CloudTrail has no field for: how it was decided, what was deleted, and how to undo it.
    additional_event_data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64, default="")
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("-sequence",)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "sequence"], name="event_sequence_unique"),
            models.UniqueConstraint(
                fields=["sequence"], condition=Q(account__isnull=True), name="installation_event_unique"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["account", "event_name", "-sequence"]),
            models.Index(fields=["account", "principal_id", "-sequence"]),
        ]

    def __str__(self) -> str:
        return f"{self.event_name} {self.sequence}"

    @property
    def action(self) -> str:
        return f"{self.event_source.partition('.')[0]}:{self.event_name}"

    @property
    def is_refused(self) -> bool:
        return bool(self.error_code)


class Head(models.Model):
    """The end of a chain: how many events it has and the hash of the last, under the audit key."""

    # "installation" is the chain of events that belong to no account.
    chain = models.CharField(primary_key=True, max_length=16)
    events = models.BigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, default="")
    mac = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.events} events of {self.chain}"


class Activity(models.Model):
    """When a principal last used an action, and how often: feeds last-used columns, at most one write in 5 minutes."""

    account = models.ForeignKey("accounts.Account", models.CASCADE, related_name="activities", db_index=False)
    principal_id = models.CharField(max_length=128)
    action = models.CharField(max_length=160)
    last_time = models.DateTimeField()
    count = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "principal_id", "action"], name="activity_unique")
        ]

    def __str__(self) -> str:
        return f"{self.principal_id} {self.action}"

"""`manage.py export_audit`: the trail as JSON lines, to be kept where nobody who can write here can reach it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from audit.cloudtrail import record_of
from audit.models import Event

BATCH = 2000


class Command(BaseCommand):
    help = "Print the trail, oldest event first, one JSON object a line in CloudTrail's words."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=["jsonl"], default="jsonl")
        parser.add_argument("--since", metavar="DATE", help="2026-11-24, or a time: 2026-11-24T08:00:00Z")
        parser.add_argument("--account", metavar="ID", help="the events of one account only")

    def handle(self, *_: object, since: str | None, account: str | None, **__: object) -> None:
        for event in _events(since, account).iterator(BATCH):
            self.stdout.write(json.dumps(record_of(event), separators=(",", ":")))


def _events(since: str | None, account: str | None) -> QuerySet[Event]:
    """In the order of each account's chain."""
    events = Event.objects.order_by("account_id", "sequence")
    if since:
        events = events.filter(event_time__gte=_moment(since))
    return events.filter(account_id=account) if account else events


def _moment(text: str) -> datetime:
    """A time without zone is UTC, as every time in the trail."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text} is no date such as 2026-11-24.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

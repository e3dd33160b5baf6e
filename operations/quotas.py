"""AWS's quotas, each raisable by the environment: one table in the settings, one question here."""

from __future__ import annotations

from django.conf import settings
from django.db.models import Model, QuerySet

from operations.errors import LimitExceeded


def quota(name: str) -> int:
    """The figure of `QUOTA_<NAME>`."""
    return int(settings.QUOTAS[name])


def ensure_room(rows: QuerySet[Model], name: str, shown: str, *, adding: int = 1) -> None:
    """Raise LimitExceeded, in AWS's words, when `adding` more rows would pass the quota."""
    ensure_below(rows.count(), name, shown, adding=adding)


def ensure_below(present: int, name: str, shown: str, *, adding: int = 1) -> None:
    """The same where the rows are counted already."""
    limit = quota(name)
    if present + adding > limit:
        raise LimitExceeded(f"Cannot exceed quota for {shown}: {limit}")

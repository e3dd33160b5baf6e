"""Marker and MaxItems: lists are read by keyset, so the last page costs what the first one does."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, QuerySet

from operations.errors import ValidationError

DEFAULT_MAX_ITEMS = 100
T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some items, and the marker of the next ones when there are more."""

    items: Sequence[T]
    marker: str | None = None

    @property
    def is_truncated(self) -> bool:
        return self.marker is not None


def marker_of(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode()


def key_of(marker: str) -> str:
    """The key behind a marker of ours; raises ValidationError for any other text."""
    try:
        return base64.b64decode(marker.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise ValidationError("Invalid Marker.", parameter="marker") from error


def page_of(rows: QuerySet[M], by: str, *, marker: str | None, max_items: int | None) -> Page[M]:
    """The page of `rows`, ordered by the unique column `by`, that begins after `marker`."""
    size = max_items or DEFAULT_MAX_ITEMS
    if marker is not None:
        rows = rows.filter(**{f"{by}__gt": key_of(marker)})
    found = list(rows.order_by(by)[: size + 1])
    more = len(found) > size
    return Page(found[:size], marker_of(str(getattr(found[size - 1], by))) if more else None)

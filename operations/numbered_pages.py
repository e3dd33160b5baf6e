"""Marker and MaxItems for lists that are no table: the place of the next item is its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from operations.errors import ValidationError
from operations.paging import DEFAULT_MAX_ITEMS, Page, key_of, marker_of

LONGEST_NUMBER = 9
T = TypeVar("T")


def numbered_page(items: Sequence[T], *, marker: str | None, max_items: int | None) -> Page[T]:
    """The items that begin at `marker`, at most `max_items` of them; raises ValidationError for a made-up marker."""
    start = _number(marker) if marker else 0
    end = start + (max_items or DEFAULT_MAX_ITEMS)
    return Page(items[start:end], marker_of(str(end)) if end < len(items) else None)


def _number(marker: str) -> int:
    text = key_of(marker)
    if not (text.isascii() and text.isdigit()) or len(text) > LONGEST_NUMBER:
        raise ValidationError("Invalid Marker.", parameter="marker")
    return int(text)

"""The console's lists: text, filters, a sort column and pages in both directions, all by keyset."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar, cast

from django.db.models import DateTimeField, F, Model, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from operations.errors import ValidationError
from operations.paging import key_of, marker_of

M = TypeVar("M", bound=Model)
PAGE_SIZES = (10, 20, 50, 100)
# Sorts before every real time: "never" is the oldest.
NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Order:
    """A sort column; equal values are told apart by `tie`, which is unique in the account."""

    column: str
    tie: str = "name_key"
    descending: bool = False

    @property
    def is_time(self) -> bool:
        return self.column != self.tie


@dataclass(frozen=True, slots=True)
class Slice(Generic[M]):
    """Some rows of a longer list, and the markers of the rows before and after them."""

    items: Sequence[M]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    value: str
    tie: str
    backwards: bool


def order_of(columns: dict[str, str], sort: str | None, *, tie: str = "name_key") -> Order:
    """`-last_activity` → descending by that column; raises ValidationError for a column that is not offered."""
    name = (sort or "").removeprefix("-")
    if name and name not in columns:
        raise ValidationError(f"Cannot sort by `{name}`.", parameter="sort")
    return Order(columns.get(name, tie), tie, (sort or "").startswith("-"))


def slice_of(rows: QuerySet[M], order: Order, *, marker: str | None, max_items: int | None) -> Slice[M]:
    """The rows next to `marker` (after it, or before it when it points backwards)."""
    size = max_items or PAGE_SIZES[2]
    place = _place(marker, order) if marker else None
    backwards = place is not None and place.backwards
    found = list(_ordered(rows, order, place, backwards=backwards)[: size + 1])
    more, items = len(found) > size, found[:size]
    if backwards:
        items.reverse()
    has_next, has_previous = (True, more) if backwards else (more, place is not None)
    return Slice(
        items,
        _marker(items[-1], order, backwards=False) if has_next and items else None,
        _marker(items[0], order, backwards=True) if has_previous and items else None,
    )


def _ordered(rows: QuerySet[M], order: Order, place: _Place | None, *, backwards: bool) -> QuerySet[M]:
    key = order.tie
    if order.is_time:
        value = Coalesce(F(order.column), Value(NEVER, DateTimeField()))
        rows = cast("QuerySet[M]", rows.annotate(sort_value=value))
        key = "sort_value"
    downwards = order.descending != backwards
    if place is not None:
        rows = rows.filter(_beyond(place, order, key, downwards=downwards))
    sign = "-" if downwards else ""
    return rows.order_by(*dict.fromkeys([sign + key, sign + order.tie]))


def _beyond(place: _Place, order: Order, key: str, *, downwards: bool) -> Q:
    comparison = "lt" if downwards else "gt"
    if not order.is_time:
        return Q(**{f"{order.tie}__{comparison}": place.tie})
    value = datetime.fromisoformat(place.value)
    return Q(**{f"{key}__{comparison}": value}) | Q(**{key: value, f"{order.tie}__{comparison}": place.tie})


def _marker(row: Model, order: Order, *, backwards: bool) -> str:
    value = getattr(row, order.column) if order.is_time else None
    place = [
        "" if not order.is_time else (value or NEVER).isoformat(),
        str(getattr(row, order.tie)),
        backwards,
    ]
    return marker_of(json.dumps(place))


def _place(marker: str, order: Order) -> _Place:
    try:
        value, tie, backwards = json.loads(key_of(marker))
        # A time without an offset, or one where the order has none, is no marker of ours.
        if order.is_time and datetime.fromisoformat(value).tzinfo is None:
            raise ValueError(value)
        return _Place(str(value), str(tie), bool(backwards))
    except (ValueError, TypeError) as error:
        raise ValidationError("Invalid Marker.", parameter="marker") from error

"""Effective access in numbers: services by access levels, each cell with its counts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from operations.effective_access import EffectiveAccess
from operations.paging import key_of, marker_of
from policies.all_actions import AllActions
from policies.catalog import AccessLevel
from policies.summary import LEVEL_WORDS

SERVICES_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """The actions of a service at one level: how many there are, and what may become of them."""

    service: str
    level: AccessLevel
    total: int
    allowed: int
    conditional: int
    is_refused: bool
    is_open: bool

    @property
    def level_word(self) -> str:
        return LEVEL_WORDS[self.level]

    @property
    def id(self) -> str:
        return f"cell-{self.service}-{self.level.name.lower()}"

    @property
    def look(self) -> tuple[str, str, str]:
        """Class, icon and word."""
        if self.allowed and self.conditional:
            return "info", "half", "Mixed"
        if self.allowed:
            return "ok", "ok", "Allowed"
        if self.conditional:
            return "info", "half", "Conditional"
        return ("bad", "bad", "Denied") if self.is_refused else ("", "none", "None")

    @property
    def reached(self) -> int:
        """What is allowed for some requests at least."""
        return self.allowed + self.conditional

    @property
    def shares(self) -> tuple[int, int]:
        """The lengths of the bar, in percent: anything at all is seen."""
        sure = -(-100 * self.allowed // self.total)
        return sure, min(-(-100 * self.conditional // self.total), 100 - sure)


@dataclass(frozen=True, slots=True)
class ServiceRow:
    prefix: str
    name: str
    cells: Sequence[Cell | None]

    @property
    def is_open(self) -> bool:
        return any(cell.is_open for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A page of services. `quiet` are those in which nothing is allowed; they are left out unless wanted."""

    rows: Sequence[ServiceRow]
    found: int
    quiet: int
    marker: str | None
    next_marker: str | None


def matrix_of(
    access: EffectiveAccess,
    actions: AllActions,
    asked: int,
    *,
    opened: tuple[str, AccessLevel] | None,
    marker: str | None,
    has_quiet: bool,
) -> Matrix:
    """The services with actions in `asked`, in the order of their names."""
    names = actions.catalog.services()
    known = {prefix for prefix, mask in actions.services.items() if mask & asked}
    loud = {prefix for prefix in known if actions.services[prefix] & asked & access.effective.reach.possible}
    keys = {f"{names[prefix].casefold()} {prefix}": prefix for prefix in (known if has_quiet else loud)}
    ordered = sorted(keys)
    start = _start(ordered, keys, opened, marker)
    page, rest = ordered[start : start + SERVICES_SHOWN], ordered[start + SERVICES_SHOWN :]
    return Matrix(
        rows=[_row(access, actions, asked, names, keys[key], opened) for key in page],
        found=len(ordered),
        quiet=len(known) - len(loud),
        marker=marker_of(ordered[start - 1]) if start else None,
        next_marker=marker_of(page[-1]) if rest else None,
    )


def _start(
    ordered: Sequence[str],
    keys: Mapping[str, str],
    opened: tuple[str, AccessLevel] | None,
    marker: str | None,
) -> int:
    """Where the page begins: behind the marker; without one it is the page with the open cell."""
    if marker is not None:
        return bisect_right(ordered, key_of(marker))
    places = (place for place, key in enumerate(ordered) if opened and keys[key] == opened[0])
    return next(places, 0) // SERVICES_SHOWN * SERVICES_SHOWN


def _row(
    access: EffectiveAccess,
    actions: AllActions,
    asked: int,
    names: Mapping[str, str],
    prefix: str,
    opened: tuple[str, AccessLevel] | None,
) -> ServiceRow:
    sets = actions.cells[prefix]
    cells = (
        _cell(access, prefix, level, sets[level] & asked, is_open=(prefix, level) == opened)
        for level in AccessLevel
    )
    return ServiceRow(prefix, names[prefix], tuple(cell if cell.total else None for cell in cells))


def _cell(access: EffectiveAccess, prefix: str, level: AccessLevel, actions: int, *, is_open: bool) -> Cell:
    found = access.effective
    return Cell(
        service=prefix,
        level=level,
        total=actions.bit_count(),
        allowed=(actions & found.allowed).bit_count(),
        conditional=(actions & found.conditional).bit_count(),
        is_refused=not actions & found.reach.possible and bool(actions & found.refused.sure),
        is_open=is_open,
    )

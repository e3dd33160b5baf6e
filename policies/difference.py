"""Two texts beside each other, line by line, with gaps where only one of them has something."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a side: its number from 0, or None for a gap; `is_changed` when the other side differs."""

    number: int | None
    is_changed: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    old: tuple[Line, ...]
    new: tuple[Line, ...]

    @property
    def is_none(self) -> bool:
        return not any(line.is_changed for line in (*self.old, *self.new))


def difference(old: str, new: str) -> Difference:
    """The lines of both texts, paired so that both sides have the same height."""
    pairs: list[tuple[Line, Line]] = []
    matcher = SequenceMatcher(None, old.splitlines(), new.splitlines())
    for kind, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        numbers = zip_longest(range(old_start, old_end), range(new_start, new_end))
        pairs += [(_line(left, kind), _line(right, kind)) for left, right in numbers]
    return Difference(tuple(left for left, _ in pairs), tuple(right for _, right in pairs))


def _line(number: int | None, kind: str) -> Line:
    return Line(number, is_changed=number is not None and kind != "equal")

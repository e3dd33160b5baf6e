"""Somebody saved while a text was typed: both edits merged where they fit together, else beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from policies.difference import Difference, Line, difference
from policies.merging import Merge, Span, merge
from policies.views.deciding import marked

# Longer texts stand beside each other line by line as they are: pairing their lines could take too long.
MOST_PAIRED: Final = 2_000


@dataclass(frozen=True, slots=True)
class SideLine:
    """A line as shown; `sign` is + or - where the texts differ and ! where both changed the same statement."""

    html: str
    sign: str = ""
    is_gap: bool = False

    @property
    def css(self) -> str:
        return "gap" if self.is_gap else {"": "", "+": "add", "−": "del"}.get(self.sign, "clash")


@dataclass(frozen=True, slots=True)
class ConflictSide:
    title: str
    hint: str
    lines: Sequence[SideLine]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two edits of one text. `merged` is None where they do not fit together."""

    mine: str
    theirs: str
    merge: Merge

    @classmethod
    def of(cls, base: str, mine: str, theirs: str) -> Self:
        """Without the text that both began with, nothing can be merged."""
        return cls(mine, theirs, merge(base, mine, theirs) if base else Merge(None))

    @property
    def is_same(self) -> bool:
        return self.mine == self.theirs

    @property
    def merged(self) -> str | None:
        """Worth offering: it is neither of the two."""
        return self.merge.text if self.merge.text not in (self.mine, self.theirs) else None

    @property
    def is_mine_untouched(self) -> bool:
        """Nothing of mine would be lost by going on with theirs."""
        return self.merge.text == self.theirs and not self.is_same

    @property
    def clash_count(self) -> int:
        return len(self.merge.clashes)

    @property
    def sides(self) -> tuple[ConflictSide, ConflictSide]:
        found, clashes = _difference(self.theirs, self.mine), self.merge.clashes
        their_spans, my_spans = [one.theirs for one in clashes], [one.mine for one in clashes]
        return (
            ConflictSide("Theirs", "Saved meanwhile", _lines(self.theirs, found.old, "−", their_spans)),
            ConflictSide("Yours", "In the editor", _lines(self.mine, found.new, "+", my_spans)),
        )


def _difference(old: str, new: str) -> Difference:
    old_count, new_count = len(old.splitlines()), len(new.splitlines())
    if max(old_count, new_count) <= MOST_PAIRED:
        return difference(old, new)
    return Difference(*(tuple(Line(number) for number in range(count)) for count in (old_count, new_count)))


def _lines(text: str, lines: Sequence[Line], sign: str, spans: Sequence[Span | None]) -> list[SideLine]:
    shown = [html for html, _ in marked(text, None)]
    clashing = {number for span in spans if span for number in _numbers(text, span)}
    return [_line(line, shown, sign, clashing) for line in lines]


def _line(line: Line, shown: Sequence[str], sign: str, clashing: set[int]) -> SideLine:
    if line.number is None:
        return SideLine("", is_gap=True)
    changed = "!" if line.number in clashing else sign
    return SideLine(shown[line.number], changed if line.is_changed or line.number in clashing else "")


def _numbers(text: str, span: Span) -> range:
    """The lines of a span, from 0."""
    start, end = span
    return range(text.count("\n", 0, start), text.count("\n", 0, end) + 1)

"""The rules of a password as lines on a page, each with patterns by which the page's script ticks it off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.passwords import MAXIMUM_LENGTH, SYMBOLS, Rules

# What JavaScript wants escaped inside square brackets.
SPECIAL = frozenset("^$\\.*+?()[]{}|/-")
KINDS = {
    "uppercase": "[A-Z]",
    "lowercase": "[a-z]",
    "numbers": "[0-9]",
    "symbols": "[{}]".format("".join(f"\\{sign}" if sign in SPECIAL else sign for sign in SYMBOLS)),
}


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in words; it holds when `least` of its patterns match. Without patterns only the server can tell."""

    words: str
    patterns: tuple[str, ...] = ()
    least: int = 1

    @property
    def json(self) -> str:
        return json.dumps(self.patterns)


def rule_lines(rules: Rules) -> list[RuleLine]:
    words = rules.in_words()
    known = [RuleLine(line, *pattern) for line, pattern in zip(words, _patterns(rules), strict=False)]
    return [*known, *map(RuleLine, words[len(known) :])]


def _patterns(rules: Rules) -> Iterator[tuple[tuple[str, ...], int]]:
    """In the order of the words."""
    yield (f"^[^]{{{rules.minimum_length},{MAXIMUM_LENGTH}}}$",), 1
    if rules.kinds:
        yield tuple(KINDS.values()), rules.kinds
    for name, pattern in KINDS.items():
        if getattr(rules, name):
            yield (pattern,), 1

"""ARN patterns in which a wildcard may have to stay within its segment, between two colons.

A `*` that ends a segment of a Resource may run over colons into the segments after it; any other `*`, and every `?`,
stays where it is ("IAM JSON policy elements: Resource"). The sixth segment is all the rest of an ARN, colons included.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from policies.engine.patterns import PatternToken, Wildcard
from policies.engine.variables import Token, Variable

SEGMENTS: Final = 6


class Within(Enum):
    """A wildcard that stands for no colon: MANY is a `*`, ONE a `?`."""

    MANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Confined:
    """A variable before the last segment, whose value must not add segments."""

    variable: Variable


SegmentToken: TypeAlias = PatternToken | Within
Bound: TypeAlias = Token | Within | Confined


def bound(tokens: Sequence[Token]) -> list[Bound]:
    """The tokens, those told apart that must stay within their segments."""
    found: list[Bound] = []
    colons = 0
    for token, following in zip(tokens, (*tokens[1:], ":"), strict=True):
        if token is following is Wildcard.MANY:
            # Of stars in a row the last one does it all.
            continue
        found.append(token if colons >= SEGMENTS - 1 else _in_segment(token, following))
        colons += colons_in(token)
    return found


def colons_in(token: Token) -> int:
    """The colons written in a token: those of a variable's key or value separate nothing."""
    return token.count(":") if isinstance(token, str) else 0


def _in_segment(token: Token, following: Token) -> Bound:
    if isinstance(token, Variable):
        return Confined(token)
    if token is Wildcard.ONE:
        return Within.ONE
    ends_segment = isinstance(following, str) and following.startswith(":")
    return Within.MANY if token is Wildcard.MANY and not ends_segment else token


class SegmentedPattern:
    """A compiled pattern of both kinds of wildcards.

    One integer holds, bit by bit, which beginnings of the pattern fit what has been read of the text, so that the time
    grows with the text and never with the ways to match it.
    """

    def __init__(self, tokens: Iterable[SegmentToken]) -> None:
        self._fitting: dict[str, int] = {}
        # What any character continues, and what any character but a colon does: by a step, or by staying.
        self._steps = self._stays = self._steps_within = self._stays_within = 0
        self._end = 1
        for token in tokens:
            self._add(token)

    def _add(self, token: SegmentToken) -> None:
        if token is Wildcard.MANY:
            self._stays |= self._end
        elif token is Within.MANY:
            self._stays_within |= self._end
        elif token is Wildcard.ONE:
            self._steps |= self._end
            self._end <<= 1
        elif token is Within.ONE:
            self._steps_within |= self._end
            self._end <<= 1
        else:
            for character in str(token):
                self._fitting[character] = self._fitting.get(character, 0) | self._end
                self._end <<= 1

    def matches(self, text: str) -> bool:
        """Whether the whole of the text fits."""
        reached, fitting = 1, self._fitting
        at_colon = self._steps, self._stays
        elsewhere = self._steps | self._steps_within, self._stays | self._stays_within
        for character in text:
            steps, stays = at_colon if character == ":" else elsewhere
            reached = (reached & (fitting.get(character, 0) | steps)) << 1 | reached & stays
            if not reached:
                return False
        return reached >= self._end

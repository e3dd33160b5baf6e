"""Sets of actions about which not everything is known, and what policies say in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, Self

from policies.engine.decision import Match
from policies.engine.document import Effect
from policies.engine.kinds import Layer
from policies.engine.sources import Source


class Certainty(StrEnum):
    """Whether a statement is about the requests in question: about all, some or none of them."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Reach(NamedTuple):
    """Two sets of actions: what surely is so, and what possibly is; the first lies within the second."""

    sure: int = 0
    possible: int = 0

    @classmethod
    def all_of(cls, actions: int) -> Self:
        """These actions, without any doubt."""
        return cls(actions, actions)

    def __and__(self, other: "Reach") -> "Reach":
        return Reach(self.sure & other.sure, self.possible & other.possible)

    def __or__(self, other: "Reach") -> "Reach":
        return Reach(self.sure | other.sure, self.possible | other.possible)

    def without(self, other: "Reach") -> "Reach":
        """What is left: surely what is not even possibly taken, possibly what is not surely taken."""
        return Reach(self.sure & ~other.possible, self.possible & ~other.sure)


NOTHING: Final = Reach()


@dataclass(frozen=True, slots=True)
class Voice:
    """A statement that can be about some of the requests: the actions it reaches, and how surely.

    `spares` are the layers that need no Allow where this one of a resource's policy gives its own.
    """

    match: Match
    reach: Reach
    spares: frozenset[Layer] = frozenset()

    def says(self, action: int) -> Certainty:
        """How surely the statement is about an action, given as its bit."""
        if self.reach.sure & action:
            return Certainty.YES
        return Certainty.MAYBE if self.reach.possible & action else Certainty.NO


@dataclass(frozen=True, slots=True)
class Heard:
    """All that one policy says to a caller, also put together: what it allows, denies, and spares in which layers.

    `level` is its layer, with the target for the guardrails of an organization.
    """

    source: Source
    level: tuple[Layer, str]
    voices: Sequence[Voice]
    allowed: Reach
    denied: Reach
    spared: Sequence[tuple[Layer, Reach]]

    @classmethod
    def of(cls, source: Source, voices: Iterable[Voice]) -> Self:
        """What these statements of the policy come to."""
        said = tuple(voices)
        allows = [voice for voice in said if voice.match.statement.effect is Effect.ALLOW]
        denials = [voice for voice in said if voice.match.statement.effect is Effect.DENY]
        spared = tuple((layer, voice.reach) for voice in allows for layer in voice.spares)
        return cls(source, (source.layer, source.target), said, _together(allows), _together(denials), spared)


def _together(voices: Iterable[Voice]) -> Reach:
    reach = NOTHING
    for voice in voices:
        reach |= voice.reach
    return reach

"""What is answered, and why."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Self

from policies.engine.document import Statement
from policies.engine.kinds import Layer
from policies.engine.sources import Source


class Outcome(StrEnum):
    """The three answers, in the words of SimulatePrincipalPolicy."""

    ALLOWED = "allowed"
    IMPLICIT_DENY = "implicitDeny"
    EXPLICIT_DENY = "explicitDeny"


@dataclass(frozen=True, slots=True)
class Match:
    """A statement that is about the request, and the policy it stands in."""

    source: Source
    statement: Statement


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a request. A refusal names one layer; AWS names only one even when several refuse.

    `matches` are the statements that determined it: every Allow that let the request through its layer, or
    every Deny that struck it. An implicit deny has none, for nothing was said.
    """

    outcome: Outcome
    denied_by: Layer | None = None
    matches: tuple[Match, ...] = ()

    @classmethod
    def allow(cls, matches: tuple[Match, ...]) -> Self:
        """The request is allowed by these statements."""
        return cls(Outcome.ALLOWED, None, matches)

    @classmethod
    @cache
    def implicit_deny(cls, layer: Layer) -> Self:
        """This layer had to allow the request and did not."""
        return cls(Outcome.IMPLICIT_DENY, layer)

    @classmethod
    def explicit_deny(cls, layer: Layer, matches: tuple[Match, ...]) -> Self:
        """These statements deny the request, one of them in this layer."""
        return cls(Outcome.EXPLICIT_DENY, layer, matches)

    @property
    def is_allowed(self) -> bool:
        """Whether the request may be carried out."""
        return self.outcome is Outcome.ALLOWED

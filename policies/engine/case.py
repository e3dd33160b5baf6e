"""What the policies say about one request, gathered in one pass over their statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from policies.engine.decision import Match
from policies.engine.document import Effect
from policies.engine.kinds import Kind, Layer
from policies.engine.principals import Naming
from policies.engine.request import Request
from policies.engine.sources import Source


@dataclass(frozen=True, slots=True)
class Voice:
    """One policy's statements about the request, and how those of a resource's policy name the caller."""

    source: Source
    allows: list[Match] = field(default_factory=list)
    denials: list[Match] = field(default_factory=list)
    namings: set[Naming] = field(default_factory=set)

    @classmethod
    def of(cls, source: Source, request: Request, now: datetime | None, *, is_bounded: bool) -> Self:
        """What the policy says; its dates decide at `now` which of its statements count."""
        voice = cls(source)
        for statement in source.document.about(request.folded_action):
            if not statement.matches(request, source.kind) or not source.counts(statement.effect, now):
                continue
            namings = statement.namings(request.principal, is_bounded=is_bounded)
            if source.kind.names_principals and not namings:
                continue
            if statement.effect is Effect.DENY:
                voice.denials.append(Match(source, statement))
            else:
                voice.allows.append(Match(source, statement))
                voice.namings.update(namings)
        return voice


@dataclass(frozen=True, slots=True)
class Case:
    """A request and the voices of all policies, by layer and in the order given."""

    request: Request
    voices: dict[Layer, list[Voice]]
    has_trust: bool

    @classmethod
    def of(cls, request: Request, sources: Sequence[Source]) -> Self:
        """The case of these policies; each statement is asked once."""
        is_bounded = any(source.kind is Kind.BOUNDARY for source in sources)
        now = request.time
        voices: dict[Layer, list[Voice]] = {}
        for source in sources:
            voice = Voice.of(source, request, now, is_bounded=is_bounded)
            voices.setdefault(source.kind.layer, []).append(voice)
        return cls(request, voices, any(source.kind is Kind.TRUST for source in sources))

    @property
    def denials(self) -> list[Match]:
        """Every Deny that strikes the request."""
        return [match for voices in self.voices.values() for voice in voices for match in voice.denials]

    @property
    def denying_layer(self) -> Layer:
        """The first layer, in the order AWS names them, that denies explicitly."""
        return next(layer for layer in Layer if any(voice.denials for voice in self.voices.get(layer, ())))

    @property
    def allows(self) -> list[Match]:
        """Every Allow that is about the request."""
        return [match for voices in self.voices.values() for voice in voices for match in voice.allows]

    @property
    def namings(self) -> set[Naming]:
        """How the resource's policies name the caller where they allow the request."""
        return set[Naming]().union(*(voice.namings for voice in self.voices.get(Layer.RESOURCE, ())))

    def has(self, layer: Layer) -> bool:
        """Whether any policy speaks in that layer."""
        return layer in self.voices

    def is_allowed_by(self, layer: Layer) -> bool:
        """Whether any policy of the layer allows the request: several add up."""
        return any(voice.allows for voice in self.voices.get(layer, ()))

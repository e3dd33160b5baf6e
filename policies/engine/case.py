"""What the policies say about one request, gathered in one pass over the statements about its action."""

from dataclasses import dataclass, field
from typing import Self

from policies.engine.decision import Match
from policies.engine.document import Effect
from policies.engine.kinds import Layer
from policies.engine.policy_set import PolicySet
from policies.engine.principals import Naming
from policies.engine.request import Request


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and every statement that is about it, in the order of the policies.

    `allowing` are the levels in which a statement allows: a layer and, for guardrails of an organization,
    their target. `namings` tells how the resource's policy names the caller where it allows.
    """

    request: Request
    policies: PolicySet
    unbound: frozenset[Layer]
    allows: list[Match] = field(default_factory=list)
    denials: list[Match] = field(default_factory=list)
    allowing: set[tuple[Layer, str]] = field(default_factory=set)
    namings: set[Naming] = field(default_factory=set)

    @classmethod
    def of(cls, request: Request, policies: PolicySet) -> Self:
        """The case of these policies; each statement is asked once."""
        case = cls(request, policies, request.principal.unbound)
        now = request.time if policies.is_dated else None
        for match in policies.about(request.folded_action):
            source, statement = match.source, match.statement
            if not statement.applies(request, source.kind) or not source.counts(statement.effect, now):
                continue
            if source.kind.layer not in case.unbound:
                case._hear(match)
        return case

    def _hear(self, match: Match) -> None:
        source, statement = match.source, match.statement
        layer = source.kind.layer
        if source.kind.names_principals:
            caller, is_bounded = self.request.principal, self.policies.is_bounded
            namings = statement.namings(caller, source.kind, is_bounded=is_bounded)
            if not namings:
                return
            if layer is Layer.RESOURCE and statement.effect is Effect.ALLOW:
                self.namings.update(namings)
        if statement.effect is Effect.DENY:
            self.denials.append(match)
        else:
            self.allows.append(match)
            self.allowing.add((layer, source.target))

    @property
    def denying_layer(self) -> Layer:
        """The first layer, in the order AWS names them, that denies explicitly."""
        denying = {match.source.kind.layer for match in self.denials}
        return next(layer for layer in Layer if layer in denying)

    def has(self, layer: Layer) -> bool:
        """Whether any policy speaks in that layer to this caller."""
        return layer in self.policies.layers and layer not in self.unbound

    def is_allowed_by(self, layer: Layer) -> bool:
        """Whether any policy of the layer allows the request: several add up."""
        return any(allowing is layer for allowing, _ in self.allowing)

    def is_allowed_at_every_level(self, layer: Layer) -> bool:
        """Whether each target with guardrails of that layer allows the request."""
        return all(level in self.allowing for level in self.policies.levels if level[0] is layer)

"""What the policies say about one request, gathered in one pass over the statements about its resource."""

from typing import Final

from policies.engine.decision import Match
from policies.engine.document import Effect
from policies.engine.kinds import Layer
from policies.engine.policy_set import PolicySet
from policies.engine.principals import Naming
from policies.engine.request import Request

_NOBODY: Final = frozenset[Naming]()


class Case:
    """A request, and every statement that is about it, in the order of the policies.

    `allowing` are the layers in which a statement allows. `namings` tells how the resource's policy names the
    caller where it allows.
    """

    __slots__ = ("allowing", "allows", "denials", "namings", "policies", "request", "unbound")

    def __init__(self, request: Request, policies: PolicySet) -> None:
        self.request, self.policies = request, policies
        self.unbound = request.principal.unbound
        self.allows: list[Match] = []
        self.denials: list[Match] = []
        self.namings: frozenset[Naming] = _NOBODY
        self._hear_all()
        self.allowing = {match.source.layer for match in self.allows}

    def _hear_all(self) -> None:
        request = self.request
        now = request.time if self.policies.is_dated else None
        for match in self.policies.about(request.folded_action).covering(request.resource, request.context):
            source, statement = match.source, match.statement
            if not statement.holds(request.context) or source.layer in self.unbound:
                continue
            if not source.is_dated or source.counts(statement.effect, now):
                self._hear(match)

    def _hear(self, match: Match) -> None:
        source, statement = match.source, match.statement
        if source.kind.names_principals and not self._is_named(match):
            return
        if statement.effect is Effect.DENY:
            self.denials.append(match)
        else:
            self.allows.append(match)

    def _is_named(self, match: Match) -> bool:
        source, statement = match.source, match.statement
        caller, is_bounded = self.request.principal, self.policies.is_bounded
        namings = statement.namings(caller, source.kind, is_bounded=is_bounded)
        if source.layer is Layer.RESOURCE and statement.effect is Effect.ALLOW:
            self.namings |= namings
        return bool(namings)

    @property
    def denying_layer(self) -> Layer:
        """The first layer, in the order AWS names them, that denies explicitly."""
        denying = {match.source.layer for match in self.denials}
        return next(layer for layer in Layer if layer in denying)

    def has(self, layer: Layer) -> bool:
        """Whether any policy speaks in that layer to this caller."""
        return layer in self.policies.layers and layer not in self.unbound

    def is_allowed_at_every_level(self, layer: Layer) -> bool:
        """Whether each target with guardrails of that layer allows the request."""
        allowing = {(match.source.layer, match.source.target) for match in self.allows}
        return all(level in allowing for level in self.policies.levels if level[0] is layer)

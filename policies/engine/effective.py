"""Sets instead of points: what a caller may do among all actions, also where not everything is known yet.

Each statement is asked once whether it holds surely, possibly or not at all; then whole sets of actions go
through the gates of `decide` together. What is surely allowed is allowed however the request turns out;
what is only possible depends on conditions, and these are named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.engine.conditions import Condition
from policies.engine.decision import Match
from policies.engine.document import Effect, Statement
from policies.engine.hearing import NOTHING, Asker, Certainty, Hearing, Reach, Voice
from policies.engine.kinds import Layer
from policies.engine.policy_set import Policies, PolicySet
from policies.engine.request import PrincipalKind
from policies.engine.sources import Source
from policies.engine.special import (
    ALWAYS_ALLOWED,
    KEY_ACTIONS,
    depends_on_its_own_policy,
    is_always_allowed,
    is_reserved,
)
from policies.engine.universe import Universe


class Verdict(StrEnum):
    """What may become of an action: CONDITIONAL is allowed for some requests and denied for others."""

    ALLOWED = "allowed"
    DENIED = "denied"
    CONDITIONAL = "conditional"


@dataclass(frozen=True, slots=True)
class Prospect:
    """What may become of one action, and the statements that speak about it with their certainty."""

    verdict: Verdict
    allows: tuple[tuple[Match, Certainty], ...]
    denials: tuple[tuple[Match, Certainty], ...]


@dataclass(frozen=True, slots=True)
class Effective:
    """Every action of a universe, sorted into allowed, conditional and denied; `refused` holds explicit denials."""

    universe: Universe
    reach: Reach
    refused: Reach
    voices: tuple[Voice, ...]

    @property
    def allowed(self) -> int:
        """The actions that are allowed whatever the rest of the request."""
        return self.reach.sure

    @property
    def conditional(self) -> int:
        """The actions that are allowed for some requests only."""
        return self.reach.possible & ~self.reach.sure

    @property
    def denied(self) -> int:
        """The actions that are never allowed."""
        return self.universe.everything & ~self.reach.possible

    def verdict(self, action: str) -> Verdict:
        """What may become of an action; one that the universe does not hold is denied."""
        bit = self.universe.bit(action)
        if self.reach.sure & bit:
            return Verdict.ALLOWED
        return Verdict.CONDITIONAL if self.reach.possible & bit else Verdict.DENIED

    def prospect(self, action: str) -> Prospect:
        """The verdict on an action, with the statements behind it."""
        bit = self.universe.bit(action)
        said = [(voice.match, voice.says(bit)) for voice in self.voices]
        about = [(match, how) for match, how in said if how is not Certainty.NO]
        return Prospect(
            self.verdict(action),
            tuple(pair for pair in about if pair[0].statement.effect is Effect.ALLOW),
            tuple(pair for pair in about if pair[0].statement.effect is Effect.DENY),
        )


def effective(
    asker: Asker, policies: Policies, universe: Universe, hearing: Hearing | None = None
) -> Effective:
    """What the caller may do among all actions. With a resource and not open, it says what `decide` says of each.

    Who asks for many callers hands over one `Hearing`, made for this universe and this resource.
    """
    sweep = _Sweep(asker.folded(), PolicySet.of(policies), universe, hearing or Hearing(universe))
    allowed = Reach.all_of(universe.everything)
    for layer in Layer:
        allowed &= sweep.gate(layer)
    allowed = allowed.without(sweep.denied)
    free = (action for action in ALWAYS_ALLOWED if is_always_allowed(asker.request(action)))
    allowed |= Reach.all_of(universe.set_of(free))
    return Effective(universe, allowed, sweep.denied, tuple(sweep.voices))


@dataclass(frozen=True, slots=True)
class Difference:
    """Sets of actions that change: `granted` or `taken`, `loosened` from conditional to allowed or `tightened`."""

    granted: int
    taken: int
    loosened: int
    tightened: int


def diff(before: Effective, after: Effective) -> Difference:
    """What a change grants and takes; both sides over the same universe."""
    return Difference(
        granted=after.reach.possible & ~before.reach.possible,
        taken=before.reach.possible & ~after.reach.possible,
        loosened=before.conditional & after.allowed,
        tightened=before.allowed & after.conditional,
    )


def open_conditions(statement: Statement, asker: Asker) -> tuple[Condition, ...]:
    """The conditions of a statement that the request, not the caller, will decide."""
    folded = asker.folded()
    return tuple(
        condition
        for condition in statement.conditions
        if not all(map(folded.knows, (condition.folded_key, *condition.required_keys)))
    )


class _Sweep:
    """What all policies say, with the actions it reaches, gathered by the gate it is said at."""

    def __init__(self, asker: Asker, policies: PolicySet, universe: Universe, hearing: Hearing) -> None:
        self._asker, self._policies, self._universe = asker, policies, universe
        self._unbound = asker.principal.unbound
        self._request = asker.request("")
        self._allowed: dict[tuple[Layer, str], Reach] = {}
        self._spared: dict[Layer, Reach] = {}
        self.denied = NOTHING
        self.voices: list[Voice] = []
        for source in policies.sources:
            if source.layer not in self._unbound:
                self._take(source, hearing.of(source, asker, is_bounded=policies.is_bounded))

    def gate(self, layer: Layer) -> Reach:
        """The actions that pass a layer."""
        everything = Reach.all_of(self._universe.everything)
        if layer is Layer.RESOURCE:
            return self._past_the_resource(everything)
        if layer is Layer.IDENTITY:
            return self._past_the_identity(everything)
        if layer not in self._policies.layers or layer in self._unbound:
            return everything
        if layer in (Layer.SCP, Layer.RCP):
            for level in self._policies.levels:
                if level[0] is layer:
                    everything &= self._allowed.get(level, NOTHING)
            return everything
        return self._granted(layer)

    def _granted(self, layer: Layer) -> Reach:
        return self._allowed.get((layer, ""), NOTHING) | self._spared.get(layer, NOTHING)

    def _past_the_resource(self, everything: Reach) -> Reach:
        is_needed = (
            self._policies.has_trust
            or not self._request.is_in_account
            or not self._asker.principal.has_identity_policies
        )
        named = self._allowed.get((Layer.RESOURCE, ""), NOTHING)
        free = NOTHING if is_needed else everything.without(Reach.all_of(self._depending_on_its_policy))
        return (named | free).without(Reach.all_of(self._reserved))

    def _past_the_identity(self, everything: Reach) -> Reach:
        principal = self._asker.principal
        if principal.kind is PrincipalKind.ROOT or not principal.has_identity_policies:
            return everything
        is_federated_user = principal.kind is PrincipalKind.FEDERATED_USER
        if is_federated_user and Layer.SESSION not in self._policies.layers:
            return self._spared.get(Layer.IDENTITY, NOTHING)
        return self._granted(Layer.IDENTITY)

    @property
    def _reserved(self) -> int:
        resource, kind = self._request.resource, self._asker.principal.kind
        names = self._universe.names_in(self._universe.out_of_reach)
        return self._universe.set_of(name for name in names if is_reserved(name, resource, kind))

    @property
    def _depending_on_its_policy(self) -> int:
        is_key = depends_on_its_own_policy(self._asker.request(KEY_ACTIONS))
        return self._universe.matching(KEY_ACTIONS) if is_key else 0

    def _take(self, source: Source, voices: Sequence[Voice]) -> None:
        level = (source.layer, source.target)
        for voice in voices:
            if voice.match.statement.effect is Effect.DENY:
                self.denied |= voice.reach
            else:
                self._allowed[level] = self._allowed.get(level, NOTHING) | voice.reach
                self._spare(voice)
        self.voices.extend(voices)

    def _spare(self, voice: Voice) -> None:
        if voice.spares and self._request.is_in_account:
            for layer in voice.spares:
                self._spared[layer] = self._spared.get(layer, NOTHING) | voice.reach

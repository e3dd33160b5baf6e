"""Sets instead of points: what a caller may do among all actions, also where not everything is known yet.

Each statement is asked once whether it holds surely, possibly or not at all; then whole sets of actions go
through the gates of `decide` together. What is surely allowed is allowed however the request turns out;
what is only possible depends on conditions, and these are named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from policies.engine.asker import Asker
from policies.engine.decision import Match
from policies.engine.document import Effect
from policies.engine.hearing import Hearing
from policies.engine.kinds import Kind, Layer
from policies.engine.policy_set import Policies, PolicySet
from policies.engine.reach import NOTHING, Certainty, Heard, Reach
from policies.engine.request import PrincipalKind
from policies.engine.sources import Source
from policies.engine.special import (
    KEY_ACTIONS,
    depends_on_its_own_policy,
    is_always_allowed,
    is_reserved,
)
from policies.engine.universe import Universe

_ALWAYS_ASKED: Final = (Layer.RESOURCE, Layer.IDENTITY)


class Verdict(StrEnum):
    """What may become of an action: CONDITIONAL is allowed for some requests and denied for others."""

    ALLOWED = "allowed"
    DENIED = "denied"
    CONDITIONAL = "conditional"


@dataclass(frozen=True, slots=True)
class Prospect:
    """What may become of one action, and the statements that speak about it with their certainty."""

    verdict: Verdict
    said: tuple[tuple[Match, Certainty], ...]

    @property
    def allows(self) -> tuple[tuple[Match, Certainty], ...]:
        """What allows it."""
        return tuple(pair for pair in self.said if pair[0].statement.effect is Effect.ALLOW)

    @property
    def denials(self) -> tuple[tuple[Match, Certainty], ...]:
        """What denies it."""
        return tuple(pair for pair in self.said if pair[0].statement.effect is Effect.DENY)


@dataclass(frozen=True, slots=True)
class Effective:
    """Every action of a universe, sorted into allowed, conditional and denied; `refused` holds explicit denials."""

    universe: Universe
    reach: Reach
    refused: Reach
    heard: Sequence[Heard]

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
        voices = [voice for heard in self.heard for voice in heard.voices if voice.reach.possible & bit]
        return Prospect(self.verdict(action), tuple([(voice.match, voice.says(bit)) for voice in voices]))


def effective(asker: Asker, policies: Policies, universe: Universe) -> Effective:
    """What the caller may do among all actions. With a resource and not open, it says what `decide` says of each."""
    hearing = Hearing(universe, asker.resource)
    return of_heard(asker, hear(asker, PolicySet.of(policies).sources, hearing), universe)


def hear(asker: Asker, sources: Sequence[Source], hearing: Hearing) -> list[Heard]:
    """What each policy that binds the caller says to it."""
    unbound = asker.principal.unbound
    is_bounded = any(source.kind is Kind.BOUNDARY for source in sources)
    return [
        hearing.of(source, asker, is_bounded=is_bounded) for source in sources if source.layer not in unbound
    ]


def of_heard(asker: Asker, heard: Sequence[Heard], universe: Universe) -> Effective:
    """What all that was heard comes to: whole sets go through the gates."""
    sweep = _Sweep(asker, heard, universe)
    allowed = Reach.all_of(universe.everything)
    for layer in Layer:
        if layer in sweep.layers or layer in _ALWAYS_ASKED:
            allowed &= sweep.gate(layer)
    return Effective(universe, allowed.without(sweep.denied) | sweep.free, sweep.denied, heard)


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


class _Sweep:
    """What all policies say, with the actions it reaches, gathered by the gate it is said at."""

    def __init__(self, asker: Asker, heard: Iterable[Heard], universe: Universe) -> None:
        self._asker, self._universe = asker, universe
        self._request = asker.any_request
        self._everything = Reach.all_of(universe.everything)
        self._levels: dict[tuple[Layer, str], Reach] = {}
        self._spared: dict[Layer, Reach] = {}
        self._has_trust = False
        self.denied = NOTHING
        for one in heard:
            self._take(one)
        self.layers = {layer for layer, _ in self._levels}

    def _take(self, heard: Heard) -> None:
        level, allowed = heard.level, heard.allowed
        before = self._levels.get(level)
        if before is None:
            self._levels[level] = allowed
        elif allowed.possible:
            self._levels[level] = before | allowed
        if heard.source.kind is Kind.TRUST:
            self._has_trust = True
        if heard.denied.possible:
            self.denied |= heard.denied
        if heard.spared and self._request.is_in_account:
            for layer, reach in heard.spared:
                self._spared[layer] = self._spared.get(layer, NOTHING) | reach

    def gate(self, layer: Layer) -> Reach:
        """The actions that pass a layer."""
        if layer is Layer.RESOURCE:
            return self._past_the_resource()
        if layer is Layer.IDENTITY:
            return self._past_the_identity()
        if layer not in (Layer.SCP, Layer.RCP):
            return self._granted(layer)
        passed = self._everything
        for level, reach in self._levels.items():
            if level[0] is layer:
                passed &= reach
        return passed

    @property
    def free(self) -> Reach:
        """What is allowed whatever the policies say."""
        if not self._universe.always_allowed:
            return NOTHING
        names = self._universe.names_in(self._universe.always_allowed)
        free = (name for name in names if is_always_allowed(self._asker.request(name)))
        return Reach.all_of(self._universe.set_of(free))

    def _granted(self, layer: Layer) -> Reach:
        granted = self._levels.get((layer, ""), NOTHING)
        return granted | self._spared[layer] if layer in self._spared else granted

    def _past_the_resource(self) -> Reach:
        principal = self._request.principal
        is_needed = self._has_trust or not self._request.is_in_account or not principal.has_identity_policies
        free = Reach.all_of(0 if is_needed else self._everything.sure & ~self._depending_on_its_policy)
        named = self._levels.get((Layer.RESOURCE, ""), NOTHING)
        return (named | free).without(Reach.all_of(self._reserved))

    def _past_the_identity(self) -> Reach:
        principal = self._request.principal
        if principal.kind is PrincipalKind.ROOT or not principal.has_identity_policies:
            return self._everything
        is_federated_user = principal.kind is PrincipalKind.FEDERATED_USER
        if is_federated_user and Layer.SESSION not in self.layers:
            return self._spared.get(Layer.IDENTITY, NOTHING)
        return self._granted(Layer.IDENTITY)

    @property
    def _reserved(self) -> int:
        if not self._universe.out_of_reach:
            return 0
        resource, kind = self._request.resource, self._request.principal.kind
        names = self._universe.names_in(self._universe.out_of_reach)
        return self._universe.set_of(name for name in names if is_reserved(name, resource, kind))

    @property
    def _depending_on_its_policy(self) -> int:
        of_keys = self._universe.of_keys
        return of_keys if of_keys and depends_on_its_own_policy(self._asker.request(KEY_ACTIONS)) else 0

"""Sets instead of points: what a caller may do among all actions, also where not everything is known yet.

Each statement is asked once whether it holds surely, possibly or not at all; then whole sets of actions go
through the gates of `decide` together. What is surely allowed is allowed however the request turns out;
what is only possible depends on conditions, and these are named.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, Self

from policies.engine.arns import ALL_RESOURCES
from policies.engine.conditions import Condition
from policies.engine.decide import SUFFICES_FOR
from policies.engine.decision import Match
from policies.engine.document import Effect, Statement
from policies.engine.kinds import Kind, Layer
from policies.engine.patterns import fold
from policies.engine.policy_set import Policies, PolicySet
from policies.engine.request import Principal, PrincipalKind, Request
from policies.engine.sources import Source
from policies.engine.special import (
    ALWAYS_ALLOWED,
    KEY_ACTIONS,
    OUT_OF_REACH,
    depends_on_its_own_policy,
    is_out_of_reach,
)
from policies.engine.universe import Universe
from policies.engine.variables import Context

# What describes a caller is known with the caller: a key of these that the context lacks is not there.
_OF_THE_CALLER: Final = (
    "aws:principal",
    "aws:username",
    "aws:userid",
    "aws:sourceidentity",
    "aws:federatedprovider",
)


class Verdict(StrEnum):
    """What may become of an action: CONDITIONAL is allowed for some requests and denied for others."""

    ALLOWED = "allowed"
    DENIED = "denied"
    CONDITIONAL = "conditional"


class Certainty(StrEnum):
    """Whether a statement is about the requests in question: about all, some or none of them."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, about which resource, and what is known of the requests.

    Without a `resource` every resource of the caller's account is meant. While `is_open`, keys that the
    context does not name may turn out to have any value; otherwise they are missing, as in a request.
    """

    principal: Principal
    context: Context = field(default_factory=dict)
    resource: str | None = None
    resource_account: str = ""
    is_open: bool = True

    def request(self, action: str) -> Request:
        """The request for one action, as far as it is known."""
        resource = ALL_RESOURCES if self.resource is None else self.resource
        return Request(self.principal, action, resource, self.resource_account, self.context)

    def knows(self, key: str) -> bool:
        """Whether it is settled which values a folded key has, or that it has none."""
        return not self.is_open or key in self.context or key.startswith(_OF_THE_CALLER)


@dataclass(frozen=True, slots=True)
class Reach:
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


@dataclass(frozen=True, slots=True)
class Voice:
    """A statement that can be about some of the requests: the actions it reaches, and how surely."""

    match: Match
    reach: Reach

    def says(self, action: int) -> Certainty:
        """How surely the statement is about an action, given as its bit."""
        if self.reach.sure & action:
            return Certainty.YES
        return Certainty.MAYBE if self.reach.possible & action else Certainty.NO


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


def effective(asker: Asker, policies: Policies, universe: Universe) -> Effective:
    """What the caller may do among all actions. With a resource and not open, it says what `decide` says of each."""
    sweep = _Sweep(_folded(asker), PolicySet.of(policies), universe)
    allowed = Reach.all_of(universe.everything)
    for layer in Layer:
        allowed &= sweep.gate(layer)
    allowed = allowed.without(sweep.denied)
    if asker.principal.kind is not PrincipalKind.ANONYMOUS:
        allowed |= Reach.all_of(universe.bit(ALWAYS_ALLOWED))
    return Effective(universe, allowed, sweep.denied, tuple(sweep.voices))


def open_conditions(statement: Statement, asker: Asker) -> tuple[Condition, ...]:
    """The conditions of a statement that the request, not the caller, will decide."""
    folded = _folded(asker)
    return tuple(
        condition
        for condition in statement.conditions
        if not all(map(folded.knows, (condition.folded_key, *condition.required_keys)))
    )


def certainty(statement: Statement, asker: Asker) -> Certainty:
    """How surely the variables and conditions of a statement let it count, its resource left aside."""
    missing = statement.missing_keys(asker.context) if statement.required_keys else ()
    if any(map(asker.knows, missing)):
        return Certainty.NO
    answers = {_fulfilment(statement, condition, asker) for condition in statement.conditions}
    if Certainty.NO in answers:
        return Certainty.NO
    return Certainty.MAYBE if missing or Certainty.MAYBE in answers else Certainty.YES


def _fulfilment(statement: Statement, condition: Condition, asker: Asker) -> Certainty:
    keys = (condition.folded_key, *condition.required_keys)
    if condition.is_known and not all(map(asker.knows, keys)):
        return Certainty.MAYBE
    return Certainty.YES if statement.fulfils(condition, asker.context) else Certainty.NO


def _folded(asker: Asker) -> Asker:
    return replace(asker, context={fold(key): tuple(values) for key, values in asker.context.items()})


class _Sweep:
    """The statements of all policies, each with the actions it reaches, gathered by the gate they speak at."""

    def __init__(self, asker: Asker, policies: PolicySet, universe: Universe) -> None:
        self._asker, self._policies, self._universe = asker, policies, universe
        self._unbound = asker.principal.unbound
        self._request = asker.request(ALWAYS_ALLOWED)
        self._allowed: dict[tuple[Layer, str], Reach] = defaultdict(Reach)
        self._spared: dict[Layer, Reach] = defaultdict(Reach)
        self._certainties: dict[tuple[object, ...], Certainty] = {}
        self.denied = Reach()
        self.voices: list[Voice] = []
        for source in policies.sources:
            if source.kind.layer not in self._unbound:
                self._hear(source)

    def gate(self, layer: Layer) -> Reach:
        """The actions that pass a layer."""
        everything = Reach.all_of(self._universe.everything)
        if layer is Layer.RESOURCE:
            return self._past_the_resource(everything)
        if layer is Layer.IDENTITY:
            return self._past_the_identity(everything)
        levels = [level for level in self._policies.levels if level[0] is layer]
        if not levels or layer in self._unbound:
            return everything
        if layer in (Layer.SCP, Layer.RCP):
            for level in levels:
                everything &= self._allowed[level]
            return everything
        return self._allowed[layer, ""] | self._spared[layer]

    def _past_the_resource(self, everything: Reach) -> Reach:
        is_needed = (
            self._policies.has_trust
            or not self._request.is_in_account
            or not self._asker.principal.has_identity_policies
        )
        named = self._allowed[Layer.RESOURCE, ""]
        free = Reach() if is_needed else everything.without(Reach.all_of(self._depending_on_its_policy))
        return (named | free).without(Reach.all_of(self._out_of_reach))

    def _past_the_identity(self, everything: Reach) -> Reach:
        principal = self._asker.principal
        if principal.kind is PrincipalKind.ROOT or not principal.has_identity_policies:
            return everything
        is_empty = (
            principal.kind is PrincipalKind.FEDERATED_USER and Layer.SESSION not in self._policies.layers
        )
        granted = Reach() if is_empty else self._allowed[Layer.IDENTITY, ""]
        return granted | self._spared[Layer.IDENTITY]

    @property
    def _out_of_reach(self) -> int:
        reserved = (action for action in OUT_OF_REACH if is_out_of_reach(self._asker.request(action)))
        return self._universe.set_of(reserved)

    @property
    def _depending_on_its_policy(self) -> int:
        is_key = depends_on_its_own_policy(self._asker.request(KEY_ACTIONS))
        return self._universe.matching(KEY_ACTIONS) if is_key else 0

    def _hear(self, source: Source) -> None:
        covered = self._universe.covered(source.document)
        for statement, actions in zip(source.document.statements, covered, strict=True):
            if actions and (reach := self._reach(source, statement, actions)).possible:
                self._take(source, statement, reach)

    def _take(self, source: Source, statement: Statement, reach: Reach) -> None:
        if source.kind.names_principals:
            caller, is_bounded = self._asker.principal, self._policies.is_bounded
            namings = statement.namings(caller, source.kind, is_bounded=is_bounded)
            if not namings:
                return
            if source.kind.layer is Layer.RESOURCE and statement.effect is Effect.ALLOW:
                self._spare({layer for naming in namings for layer in SUFFICES_FOR[naming]}, reach)
        self.voices.append(Voice(Match(source, statement), reach))
        if statement.effect is Effect.DENY:
            self.denied |= reach
        else:
            level = (source.kind.layer, source.target)
            self._allowed[level] |= reach

    def _spare(self, layers: Iterable[Layer], reach: Reach) -> None:
        if self._request.is_in_account:
            for layer in layers:
                self._spared[layer] |= reach

    def _reach(self, source: Source, statement: Statement, actions: int) -> Reach:
        sure, possible = self._of_resource(source.kind, statement, actions)
        how = self._certainty(source, statement) if possible else Certainty.NO
        if how is Certainty.NO:
            return Reach()
        return Reach(sure if how is Certainty.YES else 0, possible)

    def _of_resource(self, kind: Kind, statement: Statement, actions: int) -> tuple[int, int]:
        """The actions that the Resource element surely, and possibly, lets the statement be about."""
        asker = self._asker
        if asker.resource is None:
            return self._of_any_resource(kind, statement, actions)
        if not all(map(asker.knows, statement.resource_set.required_keys - asker.context.keys())):
            return 0, actions
        is_covered = statement.covers_resource(asker.resource, asker.context, kind)
        return (actions, actions) if is_covered else (0, 0)

    def _of_any_resource(self, kind: Kind, statement: Statement, actions: int) -> tuple[int, int]:
        if statement.resources is None and statement.not_resources is None:
            return (actions, actions) if kind is Kind.TRUST or statement.effect is Effect.DENY else (0, 0)
        without = actions & self._universe.unresourced
        if statement.resource_set.everything:
            return (actions, actions) if statement.not_resources is None else (0, 0)
        return (0, actions & ~without) if statement.not_resources is None else (without, actions)

    def _certainty(self, source: Source, statement: Statement) -> Certainty:
        """Statements share their conditions more often than not, so each set of them is asked once."""
        key = (statement.conditions, statement.required_keys, statement.effect)
        found = self._certainties.get(key)
        if found is None:
            found = self._certainties[key] = certainty(statement, self._asker)
        return self._in_time(source, statement, found)

    def _in_time(self, source: Source, statement: Statement, found: Certainty) -> Certainty:
        """A source with dates counts while the request's time is within them."""
        if not source.is_dated:
            return found
        now = self._request.time
        if now is None and self._asker.is_open:
            return found if found is Certainty.NO else Certainty.MAYBE
        return found if source.counts(statement.effect, now) else Certainty.NO

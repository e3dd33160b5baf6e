"""What single policies say about sets of actions to callers of whom not everything is known yet."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final, NamedTuple, Self

from policies.engine.conditions import Condition
from policies.engine.decide import SUFFICES_FOR
from policies.engine.decision import Match
from policies.engine.document import Effect, Statement
from policies.engine.kinds import Kind, Layer
from policies.engine.patterns import fold
from policies.engine.request import CURRENT_TIME, Principal, Request
from policies.engine.resources import ALL_RESOURCES
from policies.engine.sources import Source
from policies.engine.universe import Universe
from policies.engine.variables import Context

# What describes a caller is known with the caller: a key of these that the context lacks is not there.
OF_THE_CALLER: Final = (
    "aws:principal",
    "aws:username",
    "aws:userid",
    "aws:sourceidentity",
    "aws:federatedprovider",
)


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
    A principal without an ARN is anybody of its account, and may turn out to be whoever a key describes.
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
        if not self.is_open or key in self.context:
            return True
        return bool(self.principal.arn) and key.startswith(OF_THE_CALLER)

    def folded(self) -> "Asker":
        """The same with its condition keys as the engine compares them."""
        return replace(self, context={fold(key): tuple(values) for key, values in self.context.items()})


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


class Hearing:
    """What single policies say to callers, remembered by what it depends on; for one universe and resource."""

    def __init__(self, universe: Universe) -> None:
        self._universe = universe
        self._keys: dict[int, tuple[Source, tuple[str, ...]]] = {}
        self._heard: dict[tuple[object, ...], tuple[Voice, ...]] = {}

    def of(self, source: Source, asker: Asker, *, is_bounded: bool) -> tuple[Voice, ...]:
        """The statements of a policy that can be about some of the caller's requests."""
        named = (asker.principal, is_bounded) if source.kind.names_principals else ()
        key = (id(source), *map(asker.context.get, self._keys_of(source)), *named)
        found = self._heard.get(key)
        if found is None:
            found = self._heard[key] = tuple(self._voices(source, asker, is_bounded=is_bounded))
        return found

    def _keys_of(self, source: Source) -> tuple[str, ...]:
        """The context keys that the policy reads. The source is kept, so that its identity stays its own."""
        known = self._keys.get(id(source))
        if known is None:
            statements = [statement for statement, _ in self._covered(source)]
            keys = {key for statement in statements for key in statement.required_keys}
            keys |= {condition.folded_key for statement in statements for condition in statement.conditions}
            dated = {CURRENT_TIME} if source.is_dated else set()
            known = self._keys[id(source)] = (source, tuple(keys | dated))
        return known[1]

    def _covered(self, source: Source) -> Iterable[tuple[Statement, int]]:
        covered = self._universe.covered(source.document)
        pairs = zip(source.document.statements, covered, strict=True)
        return ((statement, actions) for statement, actions in pairs if actions)

    def _voices(self, source: Source, asker: Asker, *, is_bounded: bool) -> Iterable[Voice]:
        for statement, actions in self._covered(source):
            reach = _reach(source, statement, actions, asker, self._universe)
            if not reach.possible:
                continue
            if not source.kind.names_principals:
                yield Voice(Match(source, statement), reach)
            elif namings := statement.namings(asker.principal, source.kind, is_bounded=is_bounded):
                grants = source.layer is Layer.RESOURCE and statement.effect is Effect.ALLOW
                spared = frozenset[Layer]().union(*(SUFFICES_FOR[naming] for naming in namings))
                yield Voice(Match(source, statement), reach, spared if grants else frozenset())


def _reach(source: Source, statement: Statement, actions: int, asker: Asker, universe: Universe) -> Reach:
    """The actions that a statement surely, and possibly, is about."""
    sure, possible = _of_resource(source.kind, statement, actions, asker, universe)
    how = _in_time(source, statement, asker) if possible else Certainty.NO
    if how is Certainty.NO:
        return NOTHING
    return Reach(sure if how is Certainty.YES else 0, possible)


def _of_resource(
    kind: Kind, statement: Statement, actions: int, asker: Asker, universe: Universe
) -> tuple[int, int]:
    """The actions that the Resource element surely, and possibly, lets the statement be about."""
    if asker.resource is None:
        return _of_any_resource(kind, statement, actions, universe)
    if not all(map(asker.knows, statement.resource_set.required_keys - asker.context.keys())):
        return 0, actions
    is_covered = statement.covers_resource(asker.resource, asker.context, kind)
    return (actions, actions) if is_covered else (0, 0)


def _of_any_resource(kind: Kind, statement: Statement, actions: int, universe: Universe) -> tuple[int, int]:
    if statement.resources is None and statement.not_resources is None:
        return (actions, actions) if statement.covers_without_resource(kind) else (0, 0)
    without = actions & universe.unresourced
    if statement.resource_set.everything:
        return (actions, actions) if statement.not_resources is None else (0, 0)
    return (0, actions & ~without) if statement.not_resources is None else (without, actions)


def _in_time(source: Source, statement: Statement, asker: Asker) -> Certainty:
    """A source with dates counts while the request's time is within them."""
    found = certainty(statement, asker)
    if not source.is_dated or found is Certainty.NO:
        return found
    now = asker.request("").time
    if now is None and asker.is_open:
        return Certainty.MAYBE
    return found if source.counts(statement.effect, now) else Certainty.NO


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

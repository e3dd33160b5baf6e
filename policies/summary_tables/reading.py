"""What each statement of a policy is about: the actions it names, and those of them that it gives a resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from policies.all_actions import AllActions, union
from policies.catalog import Catalog, ResourceType
from policies.engine import Effect, Kind, Policy, Statement
from policies.engine.arns import split_arn
from policies.engine.patterns import fold
from policies.engine.resources import ALL_RESOURCES
from policies.engine.variables import VERSION_WITH_VARIABLES
from policies.named_kinds import MOST_OPEN, MOST_TEXTS, NamedKind, kinds_of, outline
from policies.summary import kind_of, name_of

# A policy that names nobody is attached to somebody; the other kinds belong to a resource.
OF_AN_IDENTITY: Final = Kind.IDENTITY
OF_A_RESOURCE: Final = Kind.TRUST
# A set of actions takes three kilobytes.
MOST_SETS: Final = 4_096


class Resources:
    """What texts of Resource elements name, remembered for one catalog."""

    def __init__(self, sets: AllActions) -> None:
        self.catalog = sets.catalog
        self._sets = sets
        self._kinds = kinds_of(sets.catalog)
        self._actions = lru_cache(maxsize=MOST_SETS)(self._actions_of)
        self._of_kinds = lru_cache(maxsize=None)(self._actions_of_kinds)
        self._of_services = lru_cache(maxsize=MOST_OPEN)(self._actions_of_services)
        self.kind = lru_cache(maxsize=MOST_TEXTS)(self._kind)

    def kinds(self, written: str, version: str) -> tuple[NamedKind, ...]:
        return self._kinds.named_by(written, version)

    def _kind(self, written: str, version: str) -> ResourceType | None:
        """The kind that is meant: the one that says most about the text, or the only one that it can name."""
        kinds, fields = self.kinds(written, version), split_arn(written)
        closest = kind_of(fields[2], fields[5], self.catalog) if fields else None
        if closest and any(found.kind == closest for found in kinds):
            return closest
        return kinds[0].kind if len(kinds) == 1 else None

    def actions(self, written: str, version: str) -> int:
        """The actions that a request can ask about a resource of this text."""
        if written == ALL_RESOURCES:
            return self._sets.universe.everything
        return self._actions(outline(written, version))

    def _actions_of(self, outlined: str) -> int:
        services = self._kinds.open_services(outlined)
        if services is not None:
            return self._of_services(services)
        return self._union(self._kinds.named_by(outlined, VERSION_WITH_VARIABLES))

    def _actions_of_services(self, services: tuple[str, ...]) -> int:
        return self._union(self._kinds.of_services(services))

    def _union(self, kinds: Iterable[NamedKind]) -> int:
        return union(self._of_kinds(found.prefix).get(found.kind.name, 0) for found in kinds)

    def _actions_of_kinds(self, prefix: str) -> Mapping[str, int]:
        """The actions of a service that work on each kind of its resources."""
        service, names = self.catalog.service(prefix), defaultdict[str, list[str]](list)
        for action in service.actions.values() if service else ():
            for kind in action.resource_types:
                names[kind].append(action.name)
        return {kind: self._sets.universe.set_of(named) for kind, named in names.items()}


@lru_cache(maxsize=2)
def resources_of(sets: AllActions) -> Resources:
    return Resources(sets)


@dataclass(frozen=True, slots=True)
class Line:
    """One statement: `covered` are the actions it is about, `granted` those of them with a fitting resource.

    `texts` are those of its Resource element, each once, with the actions that it is a resource for.
    """

    statement: Statement
    covered: int
    granted: int
    texts: Sequence[tuple[str, int]]

    @property
    def name(self) -> str:
        return name_of(self.statement)

    def texts_for(self, actions: int) -> Iterator[str]:
        """The texts that can be about some of these actions."""
        return (text for text, those in self.texts if those & actions)


@dataclass(frozen=True, eq=False)
class Reading:
    """A policy, its statements settled, and the catalog that they were read with."""

    policy: Policy
    sets: AllActions
    lines: Sequence[Line]

    @property
    def catalog(self) -> Catalog:
        return self.sets.catalog

    @property
    def resources(self) -> Resources:
        return resources_of(self.sets)

    @cached_property
    def services(self) -> Mapping[str, str]:
        """The full name of each service prefix, in the order of names."""
        return dict(sorted(self.catalog.services().items(), key=lambda pair: fold(pair[1])))

    @cached_property
    def covered(self) -> dict[Effect, int]:
        """The actions that any statement of an effect is about: what the tables show."""
        return {effect: union(line.covered for line in self.of(effect)) for effect in Effect}

    def of(self, effect: Effect) -> list[Line]:
        return [line for line in self.lines if line.statement.effect is effect]

    def about(self, effect: Effect, actions: int) -> list[Line]:
        """The statements of this effect that name some of the actions."""
        return [line for line in self.of(effect) if line.covered & actions]


def read(policy: Policy, sets: AllActions) -> Reading:
    """What the policy's statements are about, in their order."""
    resources = resources_of(sets)
    return Reading(policy, sets, tuple(_line(statement, sets, resources) for statement in policy.statements))


def _line(statement: Statement, sets: AllActions, resources: Resources) -> Line:
    covered = sets.universe.covered_by(statement)
    written = dict.fromkeys(statement.resources or ())
    texts = [(text, resources.actions(text, statement.version)) for text in written]
    return Line(statement, covered, covered & fitting(statement, texts, sets.universe.everything), texts)


def fitting(statement: Statement, texts: Iterable[tuple[str, int]], everything: int) -> int:
    """The actions, of all there are, for which the Resource element has a fitting resource.

    NotResource leaves something of every kind, unless it holds `*`. Without either element the resource is the one that
    the policy belongs to; a policy of an identity has none, so that there Allow allows nothing and Deny denies all.
    """
    if statement.resources is not None:
        return union(actions for _, actions in texts)
    if statement.not_resources is not None:
        return 0 if statement.resource_set.everything else everything
    kind = OF_A_RESOURCE if names_principals(statement) else OF_AN_IDENTITY
    return everything if statement.covers_without_resource(kind) else 0


def names_principals(statement: Statement) -> bool:
    return statement.principals is not None or statement.not_principals is not None

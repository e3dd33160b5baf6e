"""What a block chooses of each service: its actions by access level, and the resources that they work on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from policies.authoring.arn_patterns import covers
from policies.authoring.blocks import Block, service_of
from policies.authoring.changes import EVERYTHING, covering
from policies.catalog import AccessLevel, Action, Catalog, ResourceType, Service
from policies.engine.patterns import fold

# A statement of IAM's quota names fewer; beyond that, resources are not compared with every action.
MOST_ACTIONS: Final = 2_000
MOST_RESOURCES: Final = 200
# Some wildcards are compared with every name of a service.
LONGEST_WILDCARD: Final = 128
MOST_WILDCARDS: Final = 100


@dataclass(frozen=True, slots=True)
class ActionChoice:
    """An action of the catalog: whether the statement names it, and which wildcard of the statement covers it."""

    action: Action
    is_named: bool
    covered_by: str | None

    @property
    def is_chosen(self) -> bool:
        return self.is_named or self.covered_by is not None


@dataclass(frozen=True, slots=True)
class LevelChoice:
    level: AccessLevel
    choices: tuple[ActionChoice, ...]

    @property
    def slug(self) -> str:
        return self.level.value.partition(" ")[0].lower()

    @property
    def chosen_count(self) -> int:
        return sum(choice.is_chosen for choice in self.choices)

    @property
    def is_all(self) -> bool:
        return self.chosen_count == len(self.choices)

    @property
    def is_covered(self) -> bool:
        """Whether wildcards alone choose all of it, so that there is nothing to take back here."""
        return all(choice.covered_by for choice in self.choices)


@dataclass(frozen=True)
class ServiceChoice:
    """One service of a block. `others` are texts that the check boxes do not show: wildcards and unknown names."""

    service: Service
    levels: tuple[LevelChoice, ...]
    others: tuple[tuple[str, int], ...]

    @property
    def prefix(self) -> str:
        return self.service.prefix

    @property
    def is_whole(self) -> bool:
        return any(fold(text) == f"{self.prefix}:*" for text, _ in self.others)

    @cached_property
    def chosen_count(self) -> int:
        return sum(level.chosen_count for level in self.levels)

    @property
    def total(self) -> int:
        return sum(len(level.choices) for level in self.levels)

    def matching(self, words: str) -> list[ActionChoice]:
        """The actions whose name or description holds the words."""
        wanted = fold(words.strip())
        every = (choice for level in self.levels for choice in level.choices)
        return [
            choice
            for choice in every
            if wanted in fold(choice.action.name) or wanted in fold(choice.action.description)
        ]


def service_choice(block: Block, prefix: str, catalog: Catalog) -> ServiceChoice | None:
    """What the block chooses of a service; None when the catalog does not know it."""
    service = catalog.service(prefix)
    if service is None:
        return None
    own = [name for name in block.actions if service_of(name) in (service.prefix, EVERYTHING)]
    named = {fold(name) for name in own}
    covered = covering(_comparable(own))
    choices = [
        ActionChoice(action, fold(action.name) in named, covered(action.name))
        for action in sorted(service.actions.values(), key=lambda action: action.name)
    ]
    levels = [
        LevelChoice(level, tuple(choice for choice in choices if choice.action.access_level is level))
        for level in AccessLevel
    ]
    return ServiceChoice(
        service, tuple(level for level in levels if level.choices), _others(service, own, catalog)
    )


def _others(service: Service, own: list[str], catalog: Catalog) -> tuple[tuple[str, int], ...]:
    """What no check box shows, with the number of actions that each covers."""
    known = {fold(action.name) for action in service.actions.values()}
    names = [name for name in own if service_of(name) == service.prefix and fold(name) not in known]
    wild = frozenset(_comparable(names))
    return tuple(
        (name, len(catalog.actions_matching(name)) if name in wild else 0) for name in dict.fromkeys(names)
    )


def _comparable(names: Iterable[str]) -> list[str]:
    """Of hostile texts a part: what no statement within IAM's quota comes near."""
    wild = dict.fromkeys(
        name for name in names if ("*" in name or "?" in name) and len(name) <= LONGEST_WILDCARD
    )
    return list(wild)[:MOST_WILDCARDS]


@dataclass(frozen=True, slots=True)
class TypeRow:
    """A type of resource that chosen actions work on, and how many of them have no resource to work on yet."""

    prefix: str
    kind: ResourceType
    count: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Needs:
    """Which resources the actions of a block can use.

    `waiting` are actions without any fitting resource, and of these `untyped` work on none that could be named: they
    need a star. `is_open` when the block is about so much that no list says it.
    """

    rows: tuple[TypeRow, ...] = ()
    waiting: tuple[str, ...] = ()
    untyped: tuple[str, ...] = ()
    is_open: bool = False

    @property
    def takes_resources(self) -> bool:
        return self.is_open or bool(self.rows)


def needs_of(block: Block, catalog: Catalog) -> Needs:
    """An action is served by any type it takes: where AWS marks several as required, they mostly are alternatives."""
    actions = _actions(block, catalog)
    if block.is_except or block.is_about_everything or len(actions) > MOST_ACTIONS:
        return Needs(is_open=True)
    resources = (block.resources or ())[:MOST_RESOURCES]
    covered = _Covered(catalog, resources)
    counts: dict[tuple[str, str], list[int]] = {}
    waiting, untyped = [], []
    for action in actions:
        kinds = [(service_of(action.name), name) for name in action.resource_types]
        is_waiting = not covered.any_of(kinds)
        waiting += [action.name] if is_waiting else []
        untyped += [action.name] if is_waiting and not kinds else []
        for kind in kinds:
            counts.setdefault(kind, [0, 0])[0] += 1
            counts[kind][1] += is_waiting
    rows = sorted(_rows(counts, catalog), key=lambda row: -row.count)
    return Needs(tuple(rows), tuple(waiting), tuple(untyped))


def _rows(counts: Mapping[tuple[str, str], list[int]], catalog: Catalog) -> Iterator[TypeRow]:
    for (prefix, name), (count, waiting) in counts.items():
        service = catalog.service(prefix)
        kind = service.resource_types.get(name) if service else None
        if kind:
            yield TypeRow(prefix, kind, count, waiting)


def _actions(block: Block, catalog: Catalog) -> list[Action]:
    found: dict[str, Action] = {}
    wild = frozenset(_comparable(block.actions))
    for text in dict.fromkeys(block.actions):
        is_open = "*" in text or "?" in text
        if service_of(text) == EVERYTHING or (is_open and text not in wild) or len(found) > MOST_ACTIONS:
            continue
        for name in catalog.actions_matching(text):
            if action := catalog.action(name):
                found[action.name] = action
    return list(found.values())


class _Covered:
    """Which types the resources of a statement name; each is asked once."""

    def __init__(self, catalog: Catalog, resources: Iterable[str]) -> None:
        self._catalog = catalog
        self._resources = tuple(resources)
        self._known: dict[tuple[str, str], bool] = {}

    def any_of(self, kinds: Iterable[tuple[str, str]]) -> bool:
        return EVERYTHING in self._resources or any(map(self._is_covered, kinds))

    def _is_covered(self, kind: tuple[str, str]) -> bool:
        if kind not in self._known:
            service = self._catalog.service(kind[0])
            kinds = service.resource_types if service else {}
            wanted = kinds.get(kind[1])
            self._known[kind] = wanted is not None and any(
                covers(resource, wanted, kinds.values()) for resource in self._resources
            )
        return self._known[kind]

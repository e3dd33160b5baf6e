"""Every action of the catalog in sets: by service and access level, by a text, by the resource they work on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from pathlib import Path
from typing import Any, TypeAlias

from django.conf import settings

from policies.catalog import AccessLevel, Catalog, ResourceType, Service, catalog
from policies.engine import Universe
from policies.engine.arns import split_arn
from policies.engine.patterns import fold

# An action, as the compiled file of its service describes it.
Facts: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class AllActions:
    """`cells` holds the actions of each service at each access level, `services` all of each service."""

    catalog: Catalog
    universe: Universe
    cells: Mapping[str, Mapping[AccessLevel, int]]
    services: Mapping[str, int]
    # The prefixes of the services that describe resources under the name that stands in an ARN.
    owners: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, catalog: Catalog) -> AllActions:
        facts = {prefix: catalog.facts(prefix) for prefix in catalog.services()}
        actions = {prefix: row["actions"] for prefix, row in facts.items()}
        universe = Universe(_named(actions), _unresourced(actions))
        cells = {prefix: _cells(universe, prefix, rows) for prefix, rows in actions.items()}
        services = {prefix: union(levels.values()) for prefix, levels in cells.items()}
        kinds = {prefix: row["resource_types"].values() for prefix, row in facts.items()}
        return cls(catalog, universe, cells, services, _owners(kinds))

    def matching(self, text: str) -> int:
        """The actions whose name, or whose service's name, holds the text."""
        wanted, names = fold(text), self.catalog.services()
        services = (
            self.services[prefix] for prefix, name in names.items() if wanted in fold(f"{prefix} {name}")
        )
        return union(services) | self.universe.set_of(name for name in self.universe.names if wanted in name)

    def working_on(self, arn: str) -> int:
        """The actions that can be asked about this resource."""
        fields = split_arn(arn)
        if fields is None:
            return 0
        owners = [self.catalog.service(prefix) for prefix in self.owners.get(fields[2], ())]
        names = (name for owner in owners if owner for name in _actions_on(owner, fields[2], fields[5]))
        return self.universe.set_of(names)


def union(sets: Iterable[int]) -> int:
    return reduce(or_, sets, 0)


def all_actions() -> AllActions:
    """The sets of the installation's catalog, made at the first question."""
    return _made(Path(settings.CATALOG_DIR))


@lru_cache(maxsize=2)
def _made(_: Path) -> AllActions:
    return AllActions.of(catalog())


def _cells(universe: Universe, prefix: str, rows: Mapping[str, Facts]) -> Mapping[AccessLevel, int]:
    names: dict[str, list[str]] = defaultdict(list)
    for name, action in rows.items():
        names[action["access_level"]].append(f"{prefix}:{name}")
    return {level: universe.set_of(names[level.value]) for level in AccessLevel}


def _named(actions: Mapping[str, Mapping[str, Facts]]) -> Iterator[str]:
    return (f"{prefix}:{name}" for prefix, rows in actions.items() for name in rows)


def _unresourced(actions: Mapping[str, Mapping[str, Facts]]) -> Iterator[str]:
    """The actions without resource types, which are asked about with a star."""
    for prefix, rows in actions.items():
        yield from (f"{prefix}:{name}" for name, action in rows.items() if not action["resource_types"])


def _owners(kinds: Mapping[str, Iterable[Mapping[str, str]]]) -> Mapping[str, frozenset[str]]:
    owners: dict[str, set[str]] = defaultdict(set)
    for prefix, rows in kinds.items():
        for kind in rows:
            owners[kind["arn"].split(":")[2]].add(prefix)
    return {name: frozenset(prefixes) for name, prefixes in owners.items()}


def _actions_on(service: Service, arn_service: str, resource: str) -> Iterator[str]:
    """The service's actions on the kind of resource that says most about this one."""
    kinds = [
        kind
        for kind in service.resource_types.values()
        if kind.arn_service == arn_service and kind.resource_pattern.matches(resource)
    ]
    closest = max(map(_closeness, kinds), default=0)
    names = {kind.name for kind in kinds if _closeness(kind) == closest}
    return (action.name for action in service.actions.values() if names.intersection(action.resource_types))


def _closeness(kind: ResourceType) -> int:
    """A bucket's pattern covers its objects, too: the longer pattern is meant."""
    return len(kind.arn)

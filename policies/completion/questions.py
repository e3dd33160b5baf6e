"""A question: where the cursor is, in which statement, of a policy of which type."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final

from policies.catalog import Action, Catalog, ResourceType, Service
from policies.completion.places import Box, Place, Typed, Value
from policies.engine.patterns import fold
from policies.validation import PolicyType
from policies.validation.rules.actions import EVERYTHING

# What follows bounds the work on hostile texts; no statement that IAM would store comes near.
MOST_STRINGS: Final = 200
MOST_WILDCARDS: Final = 12
MOST_SERVICES: Final = 8
MOST_ACTIONS: Final = 2_000
LONGEST_WILDCARD: Final = 128


def strings(value: "Value | None") -> Iterator[str]:
    """The strings of a value or of a list of values, without the one under the cursor."""
    for written in value.items if isinstance(value, Box) else [value]:
        if isinstance(written, str) and not isinstance(written, Typed):
            yield written


@dataclass(frozen=True)
class Question:
    place: Place
    policy_type: PolicyType
    catalog: Catalog
    account_id: str | None = None

    @property
    def typed(self) -> str:
        return self.place.typed

    @property
    def statement(self) -> Box:
        return self.place.objects[1]

    @property
    def written(self) -> frozenset[str]:
        """The other values of the list that is being typed."""
        return frozenset(strings(self.place.box)) if not self.place.box.is_object else frozenset()

    def of_statement(self, name: str) -> list[str]:
        return list(islice(strings(self.statement.get(name)), MOST_STRINGS))

    @cached_property
    def actions(self) -> tuple[Action, ...]:
        """What Action names, wildcards opened; empty when that is nothing yet, or everything, or said by NotAction."""
        found: dict[str, Action] = {}
        services: set[str] = set()
        for pattern in self._action_patterns():
            prefix = fold(pattern.partition(":")[0])
            if len(services | {prefix}) > MOST_SERVICES or len(found) > MOST_ACTIONS:
                break
            services.add(prefix)
            for name in self.catalog.actions_matching(pattern):
                if action := self.catalog.action(name):
                    found[action.name] = action
        return tuple(found.values())

    def _action_patterns(self) -> Iterator[str]:
        """Those that say something about what is meant."""
        patterns = self.of_statement("Action")
        if any(pattern in EVERYTHING for pattern in patterns):
            return
        wildcards = MOST_WILDCARDS
        for pattern in patterns:
            is_open = "*" in pattern or "?" in pattern
            wildcards -= is_open
            if not is_open or (wildcards >= 0 and len(pattern) <= LONGEST_WILDCARD):
                yield pattern

    def service(self, action: Action) -> Service | None:
        return self.catalog.service(action.name.partition(":")[0])

    def resource_types(self, action: Action) -> list[ResourceType]:
        service = self.service(action)
        kinds = service.resource_types if service else {}
        return [kinds[name] for name in action.resource_types if name in kinds]

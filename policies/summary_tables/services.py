"""The first table: one row for each service that a policy denies or allows something of.

As AWS counts: of each access level all actions make it Full and some make it Limited, no matter on which resources and
under which conditions. What has no fitting resource is not counted, and a Deny takes nothing from the rows of Allow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Final

from policies.all_actions import union
from policies.catalog import AccessLevel
from policies.engine import Effect
from policies.engine.patterns import fold
from policies.summary import LEVEL_WORDS, Cut, cut_made_of, stronger, tooth
from policies.summary_tables.reading import Line, Reading
from policies.summary_tables.words import NONE, condition_cell, resource_cell

NO_RESOURCE: Final = "No permissions: no action has a fitting resource"
SOME_WITHOUT: Final = "Some actions have no fitting resource"


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as one effect of the policy has it. `note` tells of actions that have no fitting resource.

    `is_also_denied` is said of an Allow that a Deny of the same policy overlaps: the Deny wins where both match.
    """

    prefix: str
    name: str
    effect: Effect
    access: str
    cut: Cut
    resource: str
    condition: str
    note: str = ""
    is_also_denied: bool = False

    @property
    def is_deny(self) -> bool:
        return self.effect is Effect.DENY

    @property
    def grants_nothing(self) -> bool:
        return self.note == NO_RESOURCE


@dataclass(frozen=True)
class PolicySummary:
    """All services of the catalog: those denied, those allowed, and those about which the policy says nothing."""

    denied: Sequence[ServiceRow]
    allowed: Sequence[ServiceRow]
    services: Mapping[str, str]

    @property
    def service_count(self) -> int:
        return len(self.services)

    @cached_property
    def remaining(self) -> Sequence[tuple[str, str]]:
        """The prefixes and names of all services that are not allowed anything."""
        listed = {row.prefix for row in self.allowed}
        return [(prefix, name) for prefix, name in self.services.items() if prefix not in listed]

    def filtered(self, text: str) -> PolicySummary:
        """The services whose name or prefix holds the text."""
        wanted = fold(text)
        services = {
            prefix: name for prefix, name in self.services.items() if wanted in fold(f"{prefix} {name}")
        }
        denied = [row for row in self.denied if row.prefix in services]
        allowed = [row for row in self.allowed if row.prefix in services]
        return PolicySummary(denied, allowed, services)


def policy_summary(reading: Reading) -> PolicySummary:
    """The rows by the names of the services."""
    denied, allowed = (
        [row for prefix in reading.services if (row := service_row(reading, prefix, effect))]
        for effect in (Effect.DENY, Effect.ALLOW)
    )
    return PolicySummary(denied, allowed, reading.services)


def service_row(reading: Reading, prefix: str, effect: Effect) -> ServiceRow | None:
    """The row of one service; None when no statement of this effect names an action of it."""
    actions = reading.sets.services[prefix]
    if not reading.covered[effect] & actions:
        return None
    lines = reading.about(effect, actions)
    granted = union(line.granted for line in lines) & actions
    covered = reading.covered[effect] & actions
    return ServiceRow(
        prefix=prefix,
        name=reading.services[prefix],
        effect=effect,
        access=access_words(reading.sets.cells[prefix], granted),
        cut=_cut(reading.sets.cells[prefix], lines),
        resource=resource_cell(lines, actions, reading.resources),
        condition=condition_cell(lines),
        note=_note(covered, granted),
        is_also_denied=effect is Effect.ALLOW and bool(reading.covered[Effect.DENY] & granted),
    )


def access_words(cells: Mapping[AccessLevel, int], granted: int) -> str:
    """`Full access`, or `Full: List, Read · Limited: Write`."""
    full: list[str] = []
    limited: list[str] = []
    for level in LEVEL_WORDS:
        opened = granted & cells[level]
        if opened:
            (full if opened == cells[level] else limited).append(level.value)
    if not limited and len(full) == sum(map(bool, cells.values())):
        return "Full access"
    parts = [
        f"{word}: {', '.join(levels)}" for word, levels in (("Full", full), ("Limited", limited)) if levels
    ]
    return " · ".join(parts) or NONE


def _cut(cells: Mapping[AccessLevel, int], lines: Iterable[Line]) -> Cut:
    """A tooth for each level of which something is granted."""
    teeth = {
        level: [tooth(line.statement) for line in lines if line.granted & cells[level]] for level in cells
    }
    return cut_made_of({level: reduce(stronger, found, "") for level, found in teeth.items()})


def _note(covered: int, granted: int) -> str:
    if not granted:
        return NO_RESOURCE
    return SOME_WITHOUT if covered != granted else ""

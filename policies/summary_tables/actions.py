"""The second table: the actions of one service by access level, with their resources and conditions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from policies.catalog import AccessLevel, Action
from policies.engine import Effect
from policies.engine.patterns import fold
from policies.summary import LEVEL_WORDS
from policies.summary_tables.reading import Line, Reading
from policies.summary_tables.words import NONE, condition_cell, resource_cell

NO_RESOURCE: Final = "This action does not have an applicable resource"


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action as one effect of the policy has it; one of the remaining ones has `is_defined` false."""

    name: str
    description: str
    resource: str = NONE
    condition: str = NONE
    is_defined: bool = False
    has_resource: bool = False
    is_also_denied: bool = False

    @property
    def note(self) -> str:
        return NO_RESOURCE if self.is_defined and not self.has_resource else ""


@dataclass(frozen=True, slots=True)
class LevelGroup:
    """The actions of one access level: `count` of `total` are named and have a fitting resource."""

    level: AccessLevel
    rows: Sequence[ActionRow]
    count: int
    total: int


@dataclass(frozen=True, slots=True)
class ServiceSummary:
    """One service as one effect has it; levels without an action are left out."""

    prefix: str
    name: str
    effect: Effect
    groups: Sequence[LevelGroup]

    @property
    def count(self) -> int:
        return sum(group.count for group in self.groups)

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)

    @property
    def rows(self) -> list[ActionRow]:
        return [row for group in self.groups for row in group.rows]

    def shown(self, text: str, *, with_remaining: bool) -> ServiceSummary:
        """The actions whose name holds the text, with or without those that the policy does not name."""
        wanted = fold(text)

        def is_shown(row: ActionRow) -> bool:
            return (row.is_defined or with_remaining) and wanted in fold(row.name)

        groups = [replace(group, rows=tuple(filter(is_shown, group.rows))) for group in self.groups]
        return replace(self, groups=groups)


def service_summary(reading: Reading, prefix: str, effect: Effect) -> ServiceSummary | None:
    """All actions of a service; None when there is no such service."""
    service = reading.catalog.service(prefix)
    if service is None:
        return None
    row = _rows(reading, reading.about(effect, reading.sets.services[service.prefix]))
    groups = [
        _group(level, [row(action) for action in service.actions.values() if action.access_level is level])
        for level in LEVEL_WORDS
    ]
    return ServiceSummary(service.prefix, service.name, effect, [group for group in groups if group.total])


def _group(level: AccessLevel, rows: Iterable[ActionRow]) -> LevelGroup:
    ordered = sorted(rows, key=lambda row: fold(row.name))
    return LevelGroup(level, ordered, sum(row.has_resource for row in ordered), len(ordered))


def _rows(reading: Reading, lines: Sequence[Line]) -> Callable[[Action], ActionRow]:
    """What makes the row of an action; actions of the same kinds of resources share their cells."""
    known: dict[object, tuple[str, str]] = {}

    def cells(action: Action, bit: int) -> tuple[str, str]:
        speaking = [line for line in lines if line.covered & bit]
        granting = [line for line in speaking if line.granted & bit] or speaking
        key = (tuple(id(line) for line in granting), action.resource_types)
        if key not in known:
            resource = resource_cell(granting, bit, reading.resources)
            known[key] = (resource, condition_cell(granting))
        return known[key]

    def row(action: Action) -> ActionRow:
        bit, name = reading.sets.universe.bit(action.name), action.name.partition(":")[2]
        if not any(line.covered & bit for line in lines):
            return ActionRow(name, action.description)
        resource, condition = cells(action, bit)
        return ActionRow(
            name=name,
            description=action.description,
            resource=resource,
            condition=condition,
            is_defined=True,
            has_resource=any(line.granted & bit for line in lines),
            is_also_denied=bool(
                lines[0].statement.effect is Effect.ALLOW and reading.covered[Effect.DENY] & bit
            ),
        )

    return row

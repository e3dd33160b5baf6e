"""The third table: one action, a row for each resource that a statement names for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from policies.catalog import Action
from policies.engine import Effect, Statement
from policies.engine.arns import split_arn
from policies.engine.resources import ALL_RESOURCES
from policies.summary_tables.reading import Line, Reading, names_principals
from policies.summary_tables.words import ALL, OWN, condition_words, exception_words, resource_words

ALL_REGIONS: Final = "All regions"
ALL_ACCOUNTS: Final = "All accounts"
THIS_ACCOUNT: Final = "This account"


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """A resource as one statement names it; `kind` is "" where it is open or not known."""

    kind: str
    resource: str
    region: str
    account: str
    conditions: tuple[str, ...]
    line: Line

    def holds(self, text: str) -> bool:
        """Whether the text, in any case, stands in one of the cells."""
        cells = (self.kind, self.resource, self.region, self.account, *self.conditions, self.line.name)
        return any(text.lower() in cell.lower() for cell in cells)


@dataclass(frozen=True, slots=True)
class ActionSummary:
    """One action as one effect has it. `without` are statements that name it but no resource that fits."""

    action: Action
    effect: Effect
    rows: Sequence[ResourceRow]
    without: Sequence[Line]
    is_also_denied: bool

    @property
    def lines(self) -> list[Line]:
        """All statements that name the action, each once."""
        found = {line.statement.index: line for line in (*(row.line for row in self.rows), *self.without)}
        return [found[index] for index in sorted(found)]


def action_summary(reading: Reading, name: str, effect: Effect, account_id: str = "") -> ActionSummary | None:
    """The rows of an action by its whole name; None when there is no such action. `account_id` is ours."""
    action = reading.catalog.action(name)
    if action is None:
        return None
    bit = reading.sets.universe.bit(action.name)
    lines = reading.about(effect, bit)
    return ActionSummary(
        action=action,
        effect=effect,
        rows=[row for line in lines if line.granted & bit for row in _rows(reading, line, bit, account_id)],
        without=[line for line in lines if not line.granted & bit],
        is_also_denied=effect is Effect.ALLOW and bool(reading.covered[Effect.DENY] & bit),
    )


def _rows(reading: Reading, line: Line, bit: int, account_id: str) -> Iterable[ResourceRow]:
    statement = line.statement
    conditions = tuple(map(condition_words, statement.conditions))
    if statement.resources is None:
        yield ResourceRow("", _undivided(statement, reading), ALL_REGIONS, ALL_ACCOUNTS, conditions, line)
        return
    for text in line.texts_for(bit):
        region, account = _place(text, account_id)
        kind = reading.resources.kind(text, statement.version)
        words = resource_words(text, statement.version, reading.resources)
        yield ResourceRow(kind.name if kind else "", words, region, account, conditions, line)


def _undivided(statement: Statement, reading: Reading) -> str:
    """What is meant without a Resource element."""
    if statement.not_resources is not None:
        return exception_words(statement, reading.resources)
    return OWN if names_principals(statement) else ALL


def _place(text: str, account_id: str) -> tuple[str, str]:
    """Region and account of an ARN. Where it names none, or any, all are meant."""
    fields = split_arn(text) if text != ALL_RESOURCES else None
    region, account = (fields[3], fields[4]) if fields else ("", "")
    if account_id and account == account_id:
        account = THIS_ACCOUNT
    return (region if region.strip("*") else ALL_REGIONS), (account if account.strip("*") else ALL_ACCOUNTS)

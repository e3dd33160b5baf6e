"""What somebody will be able to do with the permissions that are being chosen, statement by statement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from accounts.views.pickers import Permissions, name_of
from policies.catalog import catalog
from policies.summary import StatementSummary, summarize

MOST_LINES = 8


@dataclass(frozen=True, slots=True)
class Prospect:
    """One statement, and through which group, user or policy it comes."""

    summary: StatementSummary
    through: str


@dataclass(frozen=True, slots=True)
class Prospects:
    """The aside of the wizard: at most `MOST_LINES` statements, and how many there are beyond them."""

    title: str
    told: str
    note: str
    lines: Sequence[Prospect]
    others: int
    unread: Sequence[str]


def prospects(
    title: str, told: str, chosen: Sequence[str], permissions: Permissions, *, note: str = ""
) -> Prospects:
    lines = _together(_lines(chosen, permissions))
    unread = [
        granted.policy_name
        for value in chosen
        for granted in permissions.get(value, ())
        if granted.document is None
    ]
    missing = [name_of(value) for value in chosen if value not in permissions]
    return Prospects(title, told, note, lines[:MOST_LINES], len(lines[MOST_LINES:]), [*unread, *missing])


def _together(lines: Iterable[Prospect]) -> list[Prospect]:
    """What is said twice, because two groups share a policy, is told once and through both."""
    said: dict[object, list[Prospect]] = {}
    for line in lines:
        summary = line.summary
        told = (summary.effect, summary.actions, summary.resources, summary.conditions)
        said.setdefault(told, []).append(line)
    return [
        Prospect(same[0].summary, ", ".join(dict.fromkeys(line.through for line in same)))
        for same in said.values()
    ]


def _lines(chosen: Sequence[str], permissions: Permissions) -> Iterator[Prospect]:
    for value in chosen:
        for granted in permissions.get(value, ()):
            if granted.document is not None:
                for summary in summarize(granted.document, catalog()):
                    yield Prospect(summary, name_of(value))

"""The statements that decided, and statements marked where they stand in their policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from iamconsole.templatetags.console import document
from operations.authorization import Explanation
from policies.engine import Match, Statement
from policies.views.addresses import address

ELEMENTS: Final = {
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
}
# A line as highlighted, and whether it belongs to what is pointed out.
Lines = Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Decider:
    """A deciding statement: in its text when that was pasted, else alone, with the way to its policy."""

    match: Match
    lines: Lines

    @property
    def is_allow(self) -> bool:
        return self.match.statement.effect == "Allow"

    @property
    def policy_url(self) -> str:
        return policy_url(self.match)


def policy_url(match: Match) -> str:
    """Where the statement is marked in the whole policy; "" for inline policies and pasted ones."""
    arn, number = match.source.arn, str(match.statement.index + 1)
    return address("policy", arn=arn, statement=number) + "#json" if arn else ""


def deciders(explanation: Explanation, pasted: str) -> list[Decider]:
    return [Decider(match, _lines(match.statement, pasted)) for match in explanation.decision.matches]


def _lines(statement: Statement, text: str) -> Lines:
    if text:
        return marked(text, statement)
    return [(line, False) for line in _highlighted(written(statement))]


def marked(text: str, statement: Statement | None) -> Lines:
    """The lines of a text, those of the statement marked."""
    lines = _highlighted(text)
    if statement is None:
        return [(line, False) for line in lines]
    first, last = text.count("\n", 0, statement.start), text.count("\n", 0, statement.end)
    return [(line, first <= number <= last) for number, line in enumerate(lines)]


def _highlighted(value: str | Mapping[str, Any]) -> list[str]:
    return cast("list[str]", document(value, "")["lines"])


def written(statement: Statement) -> dict[str, Any]:
    """The statement as JSON would have it, without the spelling of its author."""
    head: dict[str, Any] = {"Sid": statement.sid} if statement.sid else {}
    head["Effect"] = statement.effect.value
    for element, attribute in ELEMENTS.items():
        values = getattr(statement, attribute)
        if values is not None:
            head[element] = _one_or_list(values)
    return {**head, "Condition": _conditions(statement)} if statement.conditions else head


def _conditions(statement: Statement) -> dict[str, dict[str, Any]]:
    blocks: dict[str, dict[str, Any]] = {}
    for condition in statement.conditions:
        blocks.setdefault(condition.operator, {})[condition.key] = _one_or_list(condition.values)
    return blocks


def _one_or_list(values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)

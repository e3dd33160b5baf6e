"""The cells of the tables in AWS's words: `BucketName | string like | receipts`, `aws:SourceIp | IpAddress | …`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from policies.catalog import ResourceType
from policies.engine import Condition, Statement
from policies.engine.arns import split_arn
from policies.engine.resources import ALL_RESOURCES
from policies.summary import MOST_NAMED
from policies.summary_tables.reading import Line, Resources, names_principals

ALL: Final = "All resources"
MULTIPLE: Final = "Multiple"
NONE: Final = "None"
OWN: Final = "The resource of this policy"
_PLACEHOLDER: Final = re.compile(r"\$\{([^{}]*)\}")


def resource_cell(lines: Iterable[Line], actions: int, resources: Resources) -> str:
    """Of one or several statements, as far as they are about some of these actions."""
    told = ""
    for words in (words for line in lines for words in _resources(line, line.granted & actions, resources)):
        if told and words != told:
            return MULTIPLE
        told = words
    return told or NONE


def condition_cell(lines: Iterable[Line]) -> str:
    """None when no statement has any, the one that all of them have, or Multiple."""
    found = {line.statement.conditions for line in lines}
    if len(found) > 1:
        return MULTIPLE
    conditions = found.pop() if found else ()
    if not conditions:
        return NONE
    return MULTIPLE if len(conditions) > 1 else condition_words(conditions[0])


def condition_words(condition: Condition) -> str:
    return " | ".join((condition.key, condition.operator, _cut(condition.values)))


def resource_words(text: str, version: str, resources: Resources) -> str:
    """The parts of an ARN under the names that its kind gives them; the whole ARN for a kind that is not known."""
    if text == ALL_RESOURCES:
        return ALL
    fields, kind = split_arn(text), resources.kind(text, version)
    if fields is None or kind is None:
        return f"ARN | string like | {text}"
    parts = _parts(kind, fields[5])
    return ", ".join(f"{name} | string like | {_value(value)}" for name, value in parts)


def exception_words(statement: Statement, resources: Resources) -> str:
    """What NotResource leaves."""
    excluded = statement.not_resources or ()
    if len(excluded) > 1:
        return f"{ALL} except {len(excluded)}"
    words = (resource_words(text, statement.version, resources) for text in excluded)
    return f"{ALL} except {', '.join(words)}"


def _resources(line: Line, actions: int, resources: Resources) -> Iterable[str]:
    """Without an action that fits, whatever is written is shown."""
    statement = line.statement
    if statement.not_resources is not None:
        return [exception_words(statement, resources)]
    if statement.resources is None:
        return [OWN if names_principals(statement) else NONE]
    texts = line.texts_for(actions) if actions else statement.resources
    return (resource_words(text, statement.version, resources) for text in texts)


def _parts(kind: ResourceType, resource: str) -> list[tuple[str, str]]:
    """What stands for each placeholder of the kind's last field; its literals are found from left to right."""
    literals = _PLACEHOLDER.split(kind.resource_template)
    names, between = literals[1::2], literals[2::2]
    rest = resource.removeprefix(literals[0])
    found: list[tuple[str, str]] = []
    for name, literal in zip(names, between, strict=True):
        value, rest = _until(rest, literal, is_last=len(found) == len(names) - 1)
        found.append((name, value))
    return found or [(kind.name, resource)]


def _until(text: str, literal: str, *, is_last: bool) -> tuple[str, str]:
    if is_last:
        return text.removesuffix(literal) if literal else text, ""
    value, separator, rest = text.partition(literal)
    # A star may stand for the separator, too, and for all that follows.
    return (value, rest) if separator else (text, "*")


def _value(text: str) -> str:
    return {"*": "All", "": '""'}.get(text, text)


def _cut(values: Sequence[str]) -> str:
    hidden = len(values) - MOST_NAMED
    more = f" and {hidden} more" if hidden > 0 else ""
    return ", ".join(values[:MOST_NAMED]) + more

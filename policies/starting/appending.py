"""Statements added to a policy's text: an edit at the end of its Statement, in the indentation that is there.

Not a character of what was written is changed, but that a single statement gets the brackets of a list around it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from policies.authoring.changes import add_statements
from policies.authoring.layout import INDENTATION
from policies.engine import JsonError, Members, Node, parse_json, position
from policies.engine.text import MAXIMUM_LENGTH, plain

Statement = Mapping[str, Any]
VERSION: Final = "2012-10-17"


class Unappendable(ValueError):
    """Why nothing can be added to a text; `message` is for its writer."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Appended:
    """The new text, and the Sids that had to become others, each with the new one."""

    text: str
    renamed: tuple[tuple[str, str], ...] = ()


def new_text(statements: Iterable[Statement]) -> str:
    """A policy of nothing but these statements; Sids that come twice are renamed."""
    unique, _ = with_unique_sids(statements, ())
    return json.dumps({"Version": VERSION, "Statement": unique}, ensure_ascii=False, indent=INDENTATION)


def appended(text: str, statements: Sequence[Statement]) -> Appended:
    """The text with the statements at its end; one that says nothing yet gives way to a policy of theirs.

    Raises Unappendable for a text that is no JSON, that holds no statements to follow, or that would grow too long to
    be read.
    """
    if _says_nothing(text):
        unique, renamed = with_unique_sids(statements, ())
        return Appended(_short(new_text(unique)), renamed)
    node = _statement_node(text)
    unique, renamed = with_unique_sids(statements, _sids(node))
    return Appended(_short(add_statements(text, unique)), renamed)


def with_unique_sids(
    statements: Iterable[Statement], taken: Iterable[str]
) -> tuple[list[Statement], tuple[tuple[str, str], ...]]:
    """The statements under Sids that are not taken: a Sid has to be unique within its policy."""
    used, renamed = set(taken), []
    unique: list[Statement] = []
    for statement in statements:
        sid = statement.get("Sid")
        if not isinstance(sid, str) or not sid:
            unique.append(statement)
            continue
        free = _free(sid, used)
        used.add(free)
        renamed += [(sid, free)] if free != sid else []
        unique.append({**statement, "Sid": free})
    return unique, tuple(renamed)


def statements_of(text: str) -> list[dict[str, Any]]:
    """The statements of a policy's text. Raises Unappendable when it has none."""
    return [plain(item) for item in _statement_node(text).items]


def _short(text: str) -> str:
    if len(text) > MAXIMUM_LENGTH:
        raise Unappendable(
            f"Together this has {len(text):,} characters, more than the {MAXIMUM_LENGTH:,} that are read. "
            "Your text is kept."
        )
    return text


def _says_nothing(text: str) -> bool:
    """Whether the text is blank, or only the statement without actions and resources that a new policy begins with."""
    if not text.strip():
        return True
    try:
        document = plain(parse_json(text))
    except JsonError:
        return False
    if not isinstance(document, dict) or not document.keys() <= {"Version", "Statement"}:
        return False
    statements = document.get("Statement")
    return isinstance(statements, list) and all(map(_is_unwritten, statements))


def _is_unwritten(statement: object) -> bool:
    return (
        isinstance(statement, dict)
        and statement.keys() <= {"Sid", "Effect", "Action", "Resource"}
        and statement.get("Action") == []
        and statement.get("Resource") == []
    )


def _free(sid: str, used: set[str]) -> str:
    """The Sid, or the first of Sid2, Sid3 and so on that nothing has."""
    if sid not in used:
        return sid
    return next(name for number in count(2) if (name := f"{sid}{number}") not in used)


def _statement_node(text: str) -> Node:
    try:
        root = parse_json(text)
    except JsonError as error:
        line, column = position(text, error.offset)
        raise Unappendable(
            f"The text is no JSON yet, so nothing can be added to it. Line {line}, column {column + 1}: "
            f"{error.message} Your text is kept."
        ) from error
    node = root.value.named("Statement") if isinstance(root.value, Members) else None
    if node is None:
        raise Unappendable("The text has no `Statement` to add to. Your text is kept.")
    if any(item.kind != "object" for item in node.items):
        raise Unappendable("The `Statement` of the text is no list of statements. Your text is kept.")
    return node


def _sids(node: Node) -> list[str]:
    members = [item.value for item in node.items if isinstance(item.value, Members)]
    found = [each.named("Sid") for each in members]
    return [sid.value for sid in found if sid is not None and isinstance(sid.value, str)]

"""Statements added to a policy's text: an edit at the end of its Statement, in the indentation that is there.

Not a character of what was written is changed, but that a single statement gets the brackets of a list around it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from policies.engine import JsonError, Members, Node, parse_json, position
from policies.engine.text import MAXIMUM_LENGTH, plain

Statement = Mapping[str, Any]
VERSION: Final = "2012-10-17"
UNIT: Final = "  "
_INDENT: Final = re.compile(r"[ \t]*")
_FIRST_INDENT: Final = re.compile(r"\n([ \t]+)\S")


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


@dataclass(frozen=True, slots=True)
class Layout:
    """How new statements are written: each line begins with `indent`, and `unit` more for what lies deeper.

    A text in one line has no unit; `spaced` says whether its commas and colons are followed by a space.
    """

    indent: str
    unit: str | None
    spaced: bool = True

    def written(self, statement: Statement) -> str:
        if self.unit is None:
            separators = (", ", ": ") if self.spaced else (",", ":")
            return json.dumps(statement, ensure_ascii=False, separators=separators)
        lines = json.dumps(statement, ensure_ascii=False, indent=self.unit)
        return lines.replace("\n", f"\n{self.indent}")

    def added(self, statements: Iterable[Statement], *, after_another: bool) -> str:
        """The statements, each on lines of its own, with a comma before each that follows another."""
        gap = f"\n{self.indent}" if self.unit is not None else " " * self.spaced
        body = ",".join(gap + self.written(statement) for statement in statements)
        return f",{body}" if after_another else body.lstrip(" ")


def new_text(statements: Iterable[Statement]) -> str:
    """A policy of nothing but these statements; Sids that come twice are renamed."""
    unique, _ = with_unique_sids(statements, ())
    return json.dumps({"Version": VERSION, "Statement": unique}, ensure_ascii=False, indent=len(UNIT))


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
    return Appended(_short(_inserted(text, node, unique)), renamed)


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


def _inserted(text: str, node: Node, statements: Sequence[Statement]) -> str:
    if not statements:
        return text
    layout = _layout(text, node)
    if node.kind == "array" and node.items:
        end = node.items[-1].end
        return text[:end] + layout.added(statements, after_another=True) + text[end:]
    first = text[node.start : node.end] if node.kind == "object" else ""
    closing = "" if layout.unit is None else f"\n{_indent_at(text, node.start)}"
    body = first + layout.added(statements, after_another=bool(first))
    return f"{text[: node.start]}[{body}{closing}]{text[node.end :]}"


def _layout(text: str, node: Node) -> Layout:
    """As the statements that are there stand, or as their list would."""
    if "\n" not in text.strip():
        return Layout("", None, spaced=re.search(r'":\S', text) is None)
    unit = _unit(text)
    last = node.items[-1] if node.kind == "array" and node.items else None
    if last is not None and _begins_line(text, last.start):
        return Layout(_indent_at(text, last.start), unit)
    return Layout(_indent_at(text, node.start) + ("" if last is not None else unit), unit)


def _unit(text: str) -> str:
    """By how much the text goes in: the first indentation in it, which is that of its first member."""
    found = _FIRST_INDENT.search(text)
    return found[1] if found else UNIT


def _indent_at(text: str, offset: int) -> str:
    """The white space with which the line of the offset begins."""
    found = _INDENT.match(text, text.rfind("\n", 0, offset) + 1)
    return found[0] if found else ""


def _begins_line(text: str, offset: int) -> bool:
    return not text[text.rfind("\n", 0, offset) + 1 : offset].strip()

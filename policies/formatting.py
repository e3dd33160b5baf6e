"""A policy's text with a line for each part, when somebody asks for it: only white space changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from policies.authoring.layout import INDENTATION
from policies.engine.text import Members, Node, parse_json

_FIRST_INDENTATION: Final = re.compile(r"^([ \t]+)\S", re.MULTILINE)


def formatted(text: str) -> str:
    """The text laid out with its own step of indentation, or with two spaces where it shows none.

    Strings and numbers stay as they are written, escapes as well. Raises JsonError for a text that is no JSON.
    """
    root = parse_json(text)
    found = _FIRST_INDENTATION.search(text)
    return _written(text, root, "\n", found[1] if found else INDENTATION)


def _written(text: str, node: Node, line: str, unit: str) -> str:
    """The node's text; `line` is a line break and the indentation of the line that the node begins in."""
    inner = line + unit
    if isinstance(node.value, Members):
        members = (
            f"{member.key.raw(text)}: {_written(text, member.value, inner, unit)}" for member in node.value
        )
        return _enclosed("{", members, "}", line, inner)
    if type(node.value) is tuple:
        return _enclosed("[", (_written(text, item, inner, unit) for item in node.items), "]", line, inner)
    return node.raw(text)


def _enclosed(opening: str, parts: Iterable[str], closing: str, line: str, inner: str) -> str:
    body = f",{inner}".join(parts)
    return f"{opening}{inner}{body}{line}{closing}" if body else opening + closing

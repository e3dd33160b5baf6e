"""A text that is no JSON, mended where its fault is a comma, a colon, a quote or a bracket.

What the rules say of the mended text holds for what was written, so it is said of the places there. A text whose end is
missing is still being written: that something is missing in it goes without saying.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from policies.engine.text import JsonError, Node, parse_json, skip_space
from policies.validation.findings import Fix

# Reading takes time in proportion to the text: a long one is mended in fewer places.
MOST_CHARACTERS_READ: Final = 65_536
MOST_EDITS: Final = 8
CLOSING: Final = {"{": "}", "[": "]"}
# With what a value begins.
BEGINNINGS: Final = '"{[-0123456789tfn'


@dataclass(frozen=True, slots=True)
class Edit:
    """At `at` of the text as it then was, `removed` characters give way to `added`. `is_end` for a made-up end."""

    title: str
    at: int
    removed: int
    added: str
    is_end: bool = False

    def applied_to(self, text: str) -> str:
        return text[: self.at] + self.added + text[self.at + self.removed :]

    def before(self, offset: int) -> int:
        """Where the character of this offset stood before the edit."""
        if offset <= self.at:
            return offset
        return max(self.at, offset - len(self.added) + self.removed)


@dataclass(frozen=True, slots=True)
class Mended:
    """The text that can be read, its root, and the edits that led to it, in their order."""

    text: str
    root: Node
    edits: tuple[Edit, ...]

    def written(self, fix: Fix, text: str) -> Fix | None:
        """The same fix of the text as it was written; None where an edit lies in between."""
        start, end = self.original(fix.start), self.original(fix.end)
        is_same = text[start:end] == self.text[fix.start : fix.end]
        return Fix(fix.title, start, end, fix.replacement) if is_same else None

    @property
    def is_unfinished(self) -> bool:
        return any(edit.is_end for edit in self.edits)

    def original(self, offset: int) -> int:
        """The place in the text as it was written."""
        for edit in reversed(self.edits):
            offset = edit.before(offset)
        return offset


def mended(text: str, error: JsonError) -> Mended | None:
    """The text with its first few faults mended, `error` first; None where it is not clear what was meant."""
    edits: list[Edit] = []
    read = 0
    while len(edits) < MOST_EDITS and (edit := edit_for(text, error)):
        edits.append(edit)
        text = edit.applied_to(text)
        read += len(text)
        if read > MOST_CHARACTERS_READ:
            return None
        try:
            return Mended(text, parse_json(text), tuple(edits))
        except JsonError as another:
            error = another
    return None


def fix_of(text: str, error: JsonError) -> Fix | None:
    """The edit that mends the first fault, for whoever wants it done."""
    edit = edit_for(text, error)
    return Fix(edit.title, edit.at, edit.at + edit.removed, edit.added) if edit else None


def edit_for(text: str, error: JsonError) -> Edit | None:
    """What the fault asks for; None where that is not clear."""
    at = error.offset
    if error.lacks == "element":
        return Edit("Remove the comma", text.rindex(",", 0, at), 1, "")
    if error.lacks == '"':
        return _closed_string(text, at)
    if skip_space(text, at) == len(text):
        return _closed(text)
    if error.lacks == ":" and text[at] not in ",}":
        return Edit("Add the colon", at, 0, ": ")
    if error.lacks == "," and text[at] in BEGINNINGS:
        return Edit("Add the comma", len(text[:at].rstrip()), 0, ",")
    return None


def _closed_string(text: str, at: int) -> Edit:
    """The quote goes to the end of the line, before what else closes there; `at` is the string's begin or that end."""
    start = at if text[at] == '"' else text.rindex('"', 0, at)
    line_end = text.find("\n", at)
    end = len(text) if line_end < 0 else line_end
    written = text[start + 1 : end].rstrip(" \t\r,]}")
    return Edit("Add the closing quote", start + 1 + len(written), 0, '"')


def _closed(text: str) -> Edit | None:
    """All that is open is closed, after an element that is whole."""
    end = text.rstrip(" \t\n\r")
    if end.endswith(","):
        return Edit("Remove the comma", len(end) - 1, 1, "")
    if end.endswith(":") or not end:
        return None
    closing = "".join(reversed([CLOSING[bracket] for bracket in _open_brackets(text)]))
    return Edit(f"Close with `{closing}`", len(end), 0, closing, is_end=True) if closing else None


def _open_brackets(text: str) -> list[str]:
    """The brackets that are open at the end, the outermost first; what stands in quotes is none."""
    opened: list[str] = []
    for character in _outside_strings(text):
        if character in CLOSING:
            opened.append(character)
        elif opened and character in CLOSING.values():
            opened.pop()
    return opened


def _outside_strings(text: str) -> Iterator[str]:
    is_inside, is_escaped = False, False
    for character in text:
        if is_escaped:
            is_escaped = False
        elif character == "\\":
            is_escaped = True
        elif character == '"':
            is_inside = not is_inside
        elif not is_inside:
            yield character

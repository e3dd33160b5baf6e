"""How a policy's text is laid out, and new parts in the same manner.

Every function here answers an edit: what stands outside of it is not touched, so nobody's text is rewritten unasked.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple, TypeAlias

from policies.engine.text import Members, Node

# How the console lays out a text that shows no manner of its own.
INDENTATION: Final = "  "

Scalar: TypeAlias = str | int | float | bool | None
Json: TypeAlias = "Scalar | Sequence[Json] | Mapping[str, Json]"


class Edit(NamedTuple):
    """The characters from `start` to `end` give way to `replacement`."""

    start: int
    end: int
    replacement: str


class Pair(NamedTuple):
    """A member to be written into an object."""

    key: str
    value: Json


Part: TypeAlias = "Json | Pair"


def applied(text: str, edits: Iterable[Edit]) -> str:
    """The text after edits that do not overlap, all of them counted in the text as it was."""
    for start, end, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def parts_of(container: Node) -> list[tuple[int, int]]:
    """Where the elements of a list, or the members of an object, begin and end."""
    if isinstance(container.value, Members):
        return [(member.key.start, member.value.end) for member in container.value]
    return [(item.start, item.end) for item in container.items]


@dataclass(frozen=True)
class Layout:
    text: str
    root: Node

    @property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    @cached_property
    def is_tall(self) -> bool:
        """Whether members have lines of their own; so they get in an empty object, too."""
        parts = parts_of(self.root)
        return not parts or "\n" in self.text[self.root.start : parts[0][0]]

    @cached_property
    def unit(self) -> str:
        """One step of indentation."""
        parts = parts_of(self.root)
        if not parts:
            return INDENTATION
        outer, inner = self.indentation(self.root.start), self.indentation(parts[0][0])
        return inner.removeprefix(outer) if inner.startswith(outer) and inner != outer else INDENTATION

    @cached_property
    def colon(self) -> str:
        """What stands between a key and its value."""
        members = self.root.value
        if not isinstance(members, Members) or not members:
            return ": "
        written = self.text[members[0].key.end : members[0].value.start]
        return ": " if "\n" in written else written

    @property
    def comma(self) -> str:
        """What stands between two parts in one line."""
        return ", " if self.colon.endswith(" ") else ","

    @cached_property
    def has_tall_lists(self) -> bool:
        """Whether lists of strings have a line for each: as the first one has that shows it."""
        written = (self.text[node.start : node.end] for node in _lists_of_strings(self.root))
        return self.is_tall and next(("\n" in text for text in written), True)

    def indentation(self, offset: int) -> str:
        """The white space with which the line of an offset begins."""
        line = self.text[self.text.rfind("\n", 0, offset) + 1 : offset]
        return line[: len(line) - len(line.lstrip(" \t"))]

    def insertion(self, container: Node, place: int, added: Sequence[Part]) -> Edit:
        """New parts at a place of a list or an object, separated as the others are."""
        parts = parts_of(container)
        if not parts:
            return self._filling(container, added)
        separator = self._separator(container, parts, place)
        neighbour = parts[max(place - 1, 0)]
        is_tall = self.is_tall and ("\n" in separator or "\n" in self.text[slice(*neighbour)])
        margin = separator[len(separator.rstrip(" \t")) :]
        indentation = margin if "\n" in separator else self.indentation(neighbour[1])
        written = [self.written(part, indentation, is_tall=is_tall) for part in added]
        if place == 0:
            return Edit(neighbour[0], neighbour[0], "".join(part + separator for part in written))
        return Edit(neighbour[1], neighbour[1], "".join(separator + part for part in written))

    def _separator(self, container: Node, parts: list[tuple[int, int]], place: int) -> str:
        """What stands between the parts around the place, or else between the last two."""
        if len(parts) > 1:
            first = min(max(place - 1, 0), len(parts) - 2)
            return self.text[parts[first][1] : parts[first + 1][0]]
        before = self.text[container.start + 1 : parts[0][0]]
        return f",{before}" if "\n" in before else self.comma

    def _filling(self, container: Node, added: Sequence[Part]) -> Edit:
        is_object = isinstance(container.value, Members)
        is_list_of_strings = not is_object and all(isinstance(part, str) for part in added)
        is_tall = self._has_own_line(container) and (self.has_tall_lists or not is_list_of_strings)
        indentation = self.indentation(container.start)
        inner = indentation + self.unit
        written = [self.written(part, inner, is_tall=is_tall) for part in added]
        brackets = "{}" if is_object else "[]"
        return Edit(container.start, container.end, self._enclosed(brackets, written, indentation, is_tall))

    def _has_own_line(self, node: Node) -> bool:
        """Whether the value, with its key, stands in a line of its own and not in the middle of another value."""
        line = self.text[self.text.rfind("\n", 0, node.start) + 1 : node.start]
        return self.is_tall and not set(line) & set("{[,")

    def listed(self, node: Node, added: Sequence[str]) -> Edit:
        """A single value made the first of a list, itself as it was written."""
        is_tall = self._has_own_line(node) and self.has_tall_lists
        written = [node.raw(self.text), *map(_scalar, added)]
        indentation = self.indentation(node.start)
        return Edit(node.start, node.end, self._enclosed("[]", written, indentation, is_tall))

    def replacement(self, node: Node, value: Json) -> Edit:
        """Another value in the place of one."""
        is_tall = self._has_own_line(node)
        return Edit(node.start, node.end, self.written(value, self.indentation(node.start), is_tall=is_tall))

    def removal(self, container: Node, places: Iterable[int]) -> list[Edit]:
        """The edits that take parts out, each with a comma beside it; without any part the brackets remain."""
        parts, gone = parts_of(container), set(places)
        if len(gone) == len(parts):
            return [Edit(container.start + 1, container.end - 1, "")] if gone else []
        first_kept = next(place for place in range(len(parts)) if place not in gone)
        return [
            Edit(parts[place][0], parts[place + 1][0], "")
            if place < first_kept
            else Edit(parts[place - 1][1], parts[place][1], "")
            for place in sorted(gone)
        ]

    def written(self, part: Part, indentation: str, *, is_tall: bool) -> str:
        """A value or a member as it stands in the text, its first line not indented."""
        if isinstance(part, Pair):
            value = self.written(part.value, indentation, is_tall=is_tall)
            return f"{_scalar(part.key)}{self.colon}{value}"
        if isinstance(part, Scalar):
            return _scalar(part)
        inner = indentation + self.unit
        if isinstance(part, Mapping):
            pairs = [self.written(Pair(*pair), inner, is_tall=is_tall) for pair in part.items()]
            return self._enclosed("{}", pairs, indentation, is_tall)
        is_tall_list = is_tall and (self.has_tall_lists or not all(isinstance(item, str) for item in part))
        items = [self.written(item, inner, is_tall=is_tall_list) for item in part]
        return self._enclosed("[]", items, indentation, is_tall_list)

    def _enclosed(self, brackets: str, parts: Sequence[str], indentation: str, is_tall: bool) -> str:
        if not parts or not is_tall:
            return brackets[0] + self.comma.join(parts) + brackets[1]
        begin = f"{self.newline}{indentation}"
        inner = begin + self.unit
        return brackets[0] + inner + f",{inner}".join(parts) + begin + brackets[1]


def _scalar(value: Scalar) -> str:
    return json.dumps(value, ensure_ascii=False)


def _lists_of_strings(node: Node) -> Iterator[Node]:
    """The lists below a node that hold strings, in the order of the text."""
    if isinstance(node.value, Members):
        for member in node.value:
            yield from _lists_of_strings(member.value)
    elif type(node.value) is tuple:
        if node.items and all(isinstance(item.value, str) for item in node.items):
            yield node
        for item in node.items:
            yield from _lists_of_strings(item)

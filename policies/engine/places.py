"""Where the parts of a document stand in its text, found out only when somebody asks."""

import json
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from policies.engine.lazy import lazy
from policies.engine.text import skip_space

Step: TypeAlias = str | int
"""The name of a member, or the number of an item; a value that is no list has one item, itself."""
Span: TypeAlias = tuple[int, int]

# Reads the value at an offset, and says where it ends: what is passed over costs next to nothing.
_value_at: Final = json.JSONDecoder().raw_decode


class Places:
    """The places in one JSON text, which has been read before; without a text every statement is at (0, 0).

    Ends are exclusive.
    """

    def __init__(self, text: str = "") -> None:
        self._text = text

    def of(self, path: Sequence[Step], *, at_key: bool = False) -> Span:
        """The characters of the value to which the steps lead, or of the name under which it stands.

        Raises StopIteration for a path that leads nowhere.
        """
        key = value = skip_space(self._text, 0)
        for step in path:
            key, value = self._inside(value, step)
        start = key if at_key else value
        return start, _value_at(self._text, start)[1]

    def of_statement(self, index: int) -> Span:
        """The characters of one statement of a policy."""
        return self._statements[index] if self._text else (0, 0)

    @lazy
    def _statements(self) -> Sequence[Span]:
        _, listed = self._inside(skip_space(self._text, 0), "Statement")
        return [(start, _value_at(self._text, start)[1]) for _, start in self._items(listed)]

    def _inside(self, start: int, step: Step) -> tuple[int, int]:
        """The places of a member's name and of its value; of an item, twice its own."""
        if isinstance(step, str):
            return next(
                found for found in self._elements(start) if _value_at(self._text, found[0])[0] == step
            )
        return next(found for number, found in enumerate(self._items(start)) if number == step)

    def _items(self, start: int) -> Iterator[tuple[int, int]]:
        return self._elements(start) if self._text[start] == "[" else iter([(start, start)])

    def _elements(self, start: int) -> Iterator[tuple[int, int]]:
        """What stands between the brackets that begin here."""
        text, is_object = self._text, self._text[start] == "{"
        at = skip_space(text, start + 1)
        while text[at] not in "]}":
            key = at
            if is_object:
                _, end = _value_at(text, key)
                at = skip_space(text, skip_space(text, end) + 1)
            yield key, at
            at = skip_space(text, _value_at(text, at)[1])
            if text[at] == ",":
                at = skip_space(text, at + 1)


NO_PLACES: Final = Places()

"""What a form of the Visual view sends beside the text: fields by block, and which parts are open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from django.http import QueryDict

from policies.views.checks import visible

# Nobody has more parts open; each of them costs time.
MOST_OPEN: Final = 40
LONGEST_FIELD: Final = 4_096
# The names of the fields that keep a part open: `open-0/level/s3/read`.
OPEN: Final = "open-"


@dataclass(frozen=True, slots=True)
class Fields:
    """`opened` holds keys such as `0` for the first block and `0/level/s3/read` for a list in it."""

    values: Mapping[str, str]
    opened: tuple[str, ...] = ()

    @classmethod
    def of_form(cls, data: QueryDict) -> Self:
        values = {name: visible(str(value))[:LONGEST_FIELD] for name, value in data.items() if "-" in name}
        opened = [name.removeprefix(OPEN) for name in values if name.startswith(OPEN)]
        return cls(values, tuple(opened)[-MOST_OPEN:])

    def of(self, name: str, *places: object) -> str:
        """What stands in the field of this name in a block: `typed-0`."""
        return self.values.get(_key(name, places), "").strip()

    def has(self, name: str, *places: object) -> bool:
        return _key(name, places) in self.values

    def lines(self, name: str, *places: object) -> list[str]:
        """The words of a field in which several may stand."""
        return self.of(name, *places).replace(",", " ").split()

    def filled(self, name: str, *places: object, value: str) -> Self:
        return replace(self, values={**self.values, _key(name, places): value})

    def without(self, *names: str, index: int) -> Self:
        """Without what was typed into these fields of a block: it stands in the policy now."""
        beginnings = [f"{name}-{index}" for name in names]
        left = {
            name: value
            for name, value in self.values.items()
            if not any(name == begun or name.startswith(f"{begun}-") for begun in beginnings)
        }
        return replace(self, values=left)

    def opening(self, key: str) -> Self:
        return replace(self, opened=(*(other for other in self.opened if other != key), key)[-MOST_OPEN:])

    def closing(self, key: str) -> Self:
        return replace(self, opened=tuple(other for other in self.opened if other != key))

    def moved(self, place: Callable[[int], int | None]) -> Self:
        """After blocks have come or gone: what is open moves along; what was typed into them does not."""
        kept = []
        for key in self.opened:
            first, slash, rest = key.partition("/")
            index = place(int(first)) if first.isdecimal() and first.isascii() else None
            kept += [f"{index}{slash}{rest}"] if index is not None else []
        return replace(self, values={}, opened=tuple(kept))


def _key(name: str, places: tuple[object, ...]) -> str:
    return "-".join([name, *map(str, places)])

"""A statement as the rules see it: its elements, each read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from policies.engine.lazy import lazy
from policies.engine.patterns import fold
from policies.engine.text import Members, Node

# Bounds the work on hostile documents; none within IAM's quotas comes near.
MOST_STRINGS: Final = 10_000

Written: TypeAlias = tuple[Node, str]


class _Strings(dict[str, list[Written]]):
    """The strings of a statement's elements, read when one is first asked for."""

    def __init__(self, values: Mapping[str, Node]) -> None:
        self._values = values

    def __missing__(self, name: str) -> list[Written]:
        node = self._values.get(name)
        self[name] = found = strings(node)[:MOST_STRINGS] if node else []
        return found


class _Folded(dict[str, list[Written]]):
    def __init__(self, written: _Strings) -> None:
        self._written = written

    def __missing__(self, name: str) -> list[Written]:
        # Nearly all are ASCII, where to fold is to lower; a call for each would take longer than that.
        self[name] = found = [
            (node, text.lower() if text.isascii() else fold(text)) for node, text in self._written[name]
        ]
        return found


class _Texts(dict[str, frozenset[str]]):
    def __init__(self, folded: _Folded) -> None:
        self._folded = folded

    def __missing__(self, name: str) -> frozenset[str]:
        self[name] = found = frozenset([text for _, text in self._folded[name]])
        return found


class Statement:
    """One statement. What every rule asks of it is a method of a dict, since a call of one's own takes twice as long.

    `names` are those of its elements; `get` is the value of an element; `strings` are its strings, whether it holds
    one or a list; `folded` the same in small letters, for what IAM compares without regard to case; `texts` the set of
    these.
    """

    def __init__(self, index: int, node: Node, members: Members) -> None:
        self.index = index
        self.node = node
        self.members = members
        values: dict[Any, Node] = {key[0]: value for key, value in members}
        written = _Strings(values)
        folded = _Folded(written)
        self.names = values.keys()
        self.get: Final[Callable[[str], Node | None]] = values.get
        self.strings: Final[Callable[[str], list[Written]]] = written.__getitem__
        self.folded: Final[Callable[[str], list[Written]]] = folded.__getitem__
        self.texts: Final[Callable[[str], frozenset[str]]] = _Texts(folded).__getitem__
        effect = values.get("Effect")
        self.allows = effect is not None and effect.value == "Allow"

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def text(self, name: str) -> str | None:
        node = self.get(name)
        return node.value if node and isinstance(node.value, str) else None

    @lazy
    def condition_blocks(self) -> Members:
        node = self.get("Condition")
        return members_of(node) if node else Members()


def members_of(node: Node) -> Members:
    return node.value if isinstance(node.value, Members) else Members()


def is_list(node: Node) -> bool:
    return type(node.value) is tuple


def strings(node: Node) -> list[tuple[Node, str]]:
    return [(item, item.value) for item in node.items if isinstance(item.value, str)]

"""A statement as the rules see it: its elements, each read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from policies.engine.lazy import lazy
from policies.engine.patterns import fold
from policies.engine.text import Members, Node

# Bounds the work on hostile documents; none within IAM's quotas comes near.
MOST_STRINGS: Final = 10_000

Written: TypeAlias = tuple[Node, str]


# What these read from is assigned by the statement: an __init__ would be most of what making one costs, and each
# statement makes four.
class _Strings(dict[str, list[Written]]):
    """The strings of a statement's elements, read when one is first asked for."""

    elements: Mapping[str, Node]

    def __missing__(self, name: str) -> list[Written]:
        node = self.elements.get(name)
        self[name] = found = strings(node)[:MOST_STRINGS] if node else []
        return found


class _Folded(dict[str, list[Written]]):
    written: _Strings

    def __missing__(self, name: str) -> list[Written]:
        # Nearly all are ASCII, where to fold is to lower; a call for each would take longer than that.
        self[name] = found = [
            (node, text.lower() if text.isascii() else fold(text)) for node, text in self.written[name]
        ]
        return found


class _Texts(dict[str, frozenset[str]]):
    folded: _Folded

    def __missing__(self, name: str) -> frozenset[str]:
        self[name] = found = frozenset([text for _, text in self.folded[name]])
        return found


class _Wild(dict[str, list[str]]):
    texts: _Texts

    def __missing__(self, name: str) -> list[str]:
        self[name] = found = with_wildcards(self.texts[name])
        return found


class Statement:
    """One statement. What every rule asks of it is a method of a dict, since a call of one's own takes twice as long.

    `names` are those of its elements; `get` is the value of an element; `strings` are its strings, whether it holds
    one or a list; `folded` the same in small letters, for what IAM compares without regard to case; `texts` the set of
    these, and `wild` those of them with a wildcard.
    """

    def __init__(self, index: int, node: Node, members: Members) -> None:
        self.index = index
        self.node = node
        self.members = members
        values: dict[Any, Node] = {key[0]: value for key, value in members}
        written, folded, texts, wild = _Strings(), _Folded(), _Texts(), _Wild()
        written.elements, folded.written, texts.folded, wild.texts = values, written, folded, texts
        self.names = values.keys()
        self.get: Final[Callable[[str], Node | None]] = values.get
        self.strings: Final[Callable[[str], list[Written]]] = written.__getitem__
        self.folded: Final[Callable[[str], list[Written]]] = folded.__getitem__
        self.texts: Final[Callable[[str], frozenset[str]]] = texts.__getitem__
        self.wild: Final[Callable[[str], list[str]]] = wild.__getitem__
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


def with_wildcards(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if "*" in text or "?" in text]


def strings(node: Node) -> list[tuple[Node, str]]:
    return [(item, item.value) for item in node.items if isinstance(item.value, str)]

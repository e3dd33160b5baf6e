"""A policy's text, read so that parts of it can be changed where they stand."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from policies.authoring.layout import Json, Layout, Pair, applied
from policies.engine.patterns import fold
from policies.engine.text import JsonError, Members, Node, parse_json, plain, position
from policies.managed import ELEMENT_ORDER

NEW_POLICY: Final = '{\n  "Version": "2012-10-17",\n  "Statement": []\n}'


class CannotChange(ValueError):
    """A change that cannot be made: `message` says why, in words for whoever asked for it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Draft:
    text: str
    root: Node

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises CannotChange for a text that is no JSON object. An empty one is a policy to be begun."""
        text = text if text.strip() else NEW_POLICY
        try:
            root = parse_json(text)
        except JsonError as error:
            line, column = position(text, min(error.offset, len(text)))
            raise CannotChange(f"Line {line}, column {column + 1}: {error.message}") from error
        if not isinstance(root.value, Members):
            raise CannotChange(f"A policy is a JSON object; this text is a JSON {root.kind}.")
        return cls(text, root)

    @cached_property
    def layout(self) -> Layout:
        return Layout(self.text, self.root)

    @cached_property
    def container(self) -> Node | None:
        """What stands under Statement: a list, or a single statement."""
        return members_of(self.root).named("Statement")

    @property
    def statements(self) -> tuple[Node, ...]:
        return self.container.items if self.container else ()

    def statement(self, index: int) -> Node:
        """Raises CannotChange when there is no statement of this index, or it is no object."""
        nodes = self.statements
        if not 0 <= index < len(nodes) or not isinstance(nodes[index].value, Members):
            raise CannotChange(f"The policy has no statement {index + 1} any more.")
        return nodes[index]

    def with_member(self, owner: Node, name: str, value: Json) -> str:
        """The text with a new member, or with another value of the one there is."""
        node = members_of(owner).named(name)
        if node and plain(node) == value:
            return self.text
        if node:
            return applied(self.text, [self.layout.replacement(node, value)])
        return applied(self.text, [self.layout.insertion(owner, _place(owner, name), [Pair(name, value)])])

    def without_member(self, owner: Node, name: str) -> str:
        places = [place for place, member in enumerate(members_of(owner)) if member.name == name]
        return applied(self.text, self.layout.removal(owner, places))

    def with_values(self, node: Node, values: list[str]) -> str:
        """The text with more values behind those of an element, which may be one or a list."""
        is_list = type(node.value) is tuple
        edit = (
            self.layout.insertion(node, len(node.items), values)
            if is_list
            else self.layout.listed(node, values)
        )
        return applied(self.text, [edit])

    def without_values(self, node: Node, places: list[int]) -> str:
        """The text without some values of an element; a single value leaves an empty list behind."""
        if type(node.value) is tuple:
            return applied(self.text, self.layout.removal(node, places))
        return applied(self.text, [self.layout.replacement(node, [])]) if places else self.text


def members_of(node: Node) -> Members:
    """The members of an object; none of any other value."""
    return node.value if isinstance(node.value, Members) else Members()


def member_like(owner: Node, name: str) -> str | None:
    """The key as it is written that IAM would read as this one: it compares without regard to case."""
    return next((member.name for member in members_of(owner) if fold(member.name) == fold(name)), None)


def _place(owner: Node, name: str) -> int:
    """Where a member of this name belongs: behind those that usually stand before it."""
    if name not in ELEMENT_ORDER:
        return len(members_of(owner))
    before = ELEMENT_ORDER[: ELEMENT_ORDER.index(name)]
    places = [place + 1 for place, member in enumerate(members_of(owner)) if member.name in before]
    return max(places, default=0)

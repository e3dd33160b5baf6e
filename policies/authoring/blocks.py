"""The statements of a policy as blocks that can be shown and changed without writing JSON.

A statement that a block could show only in part stays JSON, and the block says why.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from policies.authoring.drafts import CannotChange, Draft, members_of
from policies.engine.patterns import fold
from policies.engine.text import Members, Node

SHOWN: Final = frozenset({"Sid", "Effect", "Action", "NotAction", "Resource", "Condition"})
EFFECTS: Final = ("Allow", "Deny")
_WITHOUT_PRINCIPAL: Final = "A policy of a user or a group has none: whoever it is attached to is meant."
_REASONS: Final = {
    "NotResource": "It is about all resources but some (`NotResource`), which the Visual view has no fields for.",
    "Principal": f"It names a `Principal`. {_WITHOUT_PRINCIPAL}",
    "NotPrincipal": f"It has a `NotPrincipal`. {_WITHOUT_PRINCIPAL}",
}


@dataclass(frozen=True, slots=True)
class WrittenCondition:
    """One key under one operator, both as written; of the values one is enough."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One statement. With a `reason` it stays JSON, and everything behind `source` is empty.

    `is_except` says that `actions` are those of NotAction: all others are meant. Without the element, `resources`
    is None.
    """

    index: int
    start: int
    end: int
    source: str
    reason: str = ""
    sid: str = ""
    effect: str = ""
    actions: tuple[str, ...] = ()
    is_except: bool = False
    resources: tuple[str, ...] | None = None
    conditions: tuple[WrittenCondition, ...] = ()

    @property
    def is_allow(self) -> bool:
        return self.effect == "Allow"

    @property
    def name(self) -> str:
        return self.sid or f"Statement {self.index + 1}"

    @property
    def is_about_everything(self) -> bool:
        """Whether an action is named with a wildcard for its service."""
        return any(prefix == "*" for prefix in map(service_of, self.actions))

    @property
    def services(self) -> tuple[str, ...]:
        """The prefixes of the services that the actions name, each once and in small letters."""
        return tuple(dict.fromkeys(prefix for name in self.actions if (prefix := service_of(name)) != "*"))


@dataclass(frozen=True, slots=True)
class Reading:
    """The blocks of a text; where it cannot be read there are none, and a reason."""

    blocks: tuple[Block, ...]
    reason: str = ""

    def at(self, offset: int) -> Block | None:
        """The statement that a place of the text belongs to; behind its last character still counts."""
        return next((block for block in self.blocks if block.start <= offset <= block.end), None)


class _StaysJson(Exception):
    """Why a statement is not shown as a block."""


def service_of(action: str) -> str:
    """The prefix in small letters; `*` where a wildcard leaves the service open."""
    prefix = fold(action.partition(":")[0])
    return "*" if "*" in prefix or "?" in prefix else prefix


def blocks_of(text: str) -> Reading:
    """One block for each statement, in their order. Never raises, whatever the text."""
    try:
        draft = Draft.of(text)
    except CannotChange as error:
        return Reading((), error.message)
    return Reading(tuple(_block(draft, index, node) for index, node in enumerate(draft.statements)))


def _block(draft: Draft, index: int, node: Node) -> Block:
    source = node.raw(draft.text)
    try:
        return _shown(draft, index, node)
    except _StaysJson as reason:
        return Block(index, node.start, node.end, source, str(reason))


def _shown(draft: Draft, index: int, node: Node) -> Block:
    if not isinstance(node.value, Members):
        raise _StaysJson(f"A statement is a JSON object; this is {_an(node)}.")
    members = {member.name: member.value for member in node.value}
    _refuse_others(members)
    names = [name for name in ("Action", "NotAction") if name in members]
    if len(names) > 1:
        raise _StaysJson("It has both `Action` and `NotAction`; a statement has one of them.")
    return Block(
        index,
        node.start,
        node.end,
        node.raw(draft.text),
        sid=_text(members, "Sid"),
        effect=_effect(members),
        actions=_texts(members, names[0]) if names else (),
        is_except=names == ["NotAction"],
        resources=_texts(members, "Resource") if "Resource" in members else None,
        conditions=tuple(_conditions(draft, members["Condition"])) if "Condition" in members else (),
    )


def _refuse_others(members: dict[str, Node]) -> None:
    for name, reason in _REASONS.items():
        if name in members:
            raise _StaysJson(reason)
    unknown = [name for name in members if name not in SHOWN]
    if unknown:
        raise _StaysJson(f"It has an element `{_cut(unknown[0])}`, which statements do not have.")


def _effect(members: dict[str, Node]) -> str:
    effect = _text(members, "Effect")
    if effect not in EFFECTS:
        raise _StaysJson("Its `Effect` is neither `Allow` nor `Deny`.")
    return effect


def _text(members: dict[str, Node], name: str) -> str:
    value = members[name].value if name in members else ""
    if not isinstance(value, str):
        raise _StaysJson(f"Its `{name}` is no text but {_an(members[name])}.")
    return value


def _texts(members: dict[str, Node], name: str) -> tuple[str, ...]:
    values = tuple(item.value for item in members[name].items if isinstance(item.value, str))
    if len(values) < len(members[name].items):
        raise _StaysJson(f"Its `{name}` holds something that is no text.")
    return values


def _conditions(draft: Draft, node: Node) -> Iterator[WrittenCondition]:
    for operator in _object(node, "Condition"):
        for key in _object(operator.value, operator.name):
            values = tuple(_value(draft, item, key.name) for item in key.value.items)
            yield WrittenCondition(operator.name, key.name, values)


def _object(node: Node, name: str) -> Members:
    if not isinstance(node.value, Members):
        raise _StaysJson(f"In its `Condition`, `{_cut(name)}` is no object but {_an(node)}.")
    if not node.value and name != "Condition":
        raise _StaysJson(f"In its `Condition`, `{_cut(name)}` names no key.")
    return members_of(node)


def _value(draft: Draft, node: Node, key: str) -> str:
    """A value as text: IAM reads JSON's numbers and Booleans as if they stood in quotes."""
    if isinstance(node.value, str):
        return node.value
    if node.kind not in ("boolean", "number"):
        raise _StaysJson(f"The values of `{_cut(key)}` are neither texts nor numbers nor Booleans.")
    return node.raw(draft.text)


def _cut(name: str) -> str:
    """A name that somebody wrote, short enough to be told and without the quotes of the sentence."""
    return name.replace("`", "'")[:60]


def _an(node: Node) -> str:
    article = "an" if node.kind[0] in "ao" else "a"
    return f"{article} {node.kind}"

"""JSON text to nodes that know where they stand, for the engine and for the validator.

Python's own parser forgets positions, keeps the last of two equal keys and lets `NaN` pass. A policy is a
security document: this parser refuses what two readers could understand differently, at the first fault.
`read_json` refuses the same, but leaves texts that hold nothing unusual to Python's parser, which is much faster.
"""

import json
import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple, NoReturn, cast

# The longest policy that AWS manages has 230,794 characters and 4,614 values; both limits together bound the time.
MAXIMUM_LENGTH: Final = 262_144
MAXIMUM_VALUES: Final = 6_000
MAXIMUM_DEPTH: Final = 32
# Longer numbers decide nothing in a policy, and reading them takes quadratic time.
MAXIMUM_NUMBER_LENGTH: Final = 64

# None of these can backtrack: no part of an expression begins with a character the part before may hold.
_SPACE: Final = re.compile(r"[ \t\n\r]+")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_PLAIN: Final = re.compile(r'[^"\\\x00-\x1f\ud800-\udfff]+')
_WHOLE_STRING: Final = re.compile(r'"([^"\\\x00-\x1f\ud800-\udfff]*)"')
# A list of nothing but plain strings, as most lists of actions and resources are.
_STRINGS: Final = re.compile(
    r'\[[ \t\n\r]*+(?:"[^"\\\x00-\x1f\ud800-\udfff]*+"[ \t\n\r]*+(?:,[ \t\n\r]*+(?=")|(?=\])))++\]'
)
# A plain key and its colon, with the value where that is a plain string too, as most are.
_PLAIN_MEMBER: Final = re.compile(
    r'"([^"\\\x00-\x1f\ud800-\udfff]*+)"[ \t\n\r]*+:[ \t\n\r]*+(?:"([^"\\\x00-\x1f\ud800-\udfff]*+)")?+'
)
# From the end of an element to the next one, or to the bracket that closes the container; not from a comma to that.
_AFTER_MEMBER: Final = re.compile(r"[ \t\n\r]*+(?:,[ \t\n\r]*+(?!\})|(?=\}))")
_AFTER_ITEM: Final = re.compile(r"[ \t\n\r]*+(?:,[ \t\n\r]*+(?!\])|(?=\]))")
_HEXADECIMAL: Final = re.compile(r"[0-9a-fA-F]{4}")
_WORD: Final = re.compile(r"\w{1,20}|.", re.DOTALL)
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LITERALS: Final = {"t": ("true", True), "f": ("false", False), "n": ("null", None)}
_HIGH_SURROGATES: Final = range(0xD800, 0xDC00)
_LOW_SURROGATES: Final = range(0xDC00, 0xE000)


class JsonError(ValueError):
    """The first fault of a text: `message` in plain words, `offset` in characters.

    `code` is DUPLICATE_KEY when an object holds one key twice, else SYNTAX. `lacks` is what alone is missing at the
    offset, where that is clear: a comma, a colon, the quote that closes a string, or an `element` after a comma.
    """

    def __init__(self, message: str, offset: int, code: str = "SYNTAX", *, lacks: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.code = code
        self.lacks = lacks


class Node(NamedTuple):
    """One JSON value and the characters it covers; `end` is exclusive.

    An array is a plain tuple of nodes, an object is `Members`; the other values are Python's own.
    """

    value: "str | int | float | bool | tuple[Node, ...] | Members | None"
    start: int
    end: int

    @property
    def kind(self) -> str:
        """The JSON type in words: string, number, boolean, null, array or object."""
        return kind_of(self.value)

    @property
    def items(self) -> "tuple[Node, ...]":
        """The nodes of an array; any other value counts as a list of one, as policies write it."""
        value: Any = self[0]
        return value if type(value) is tuple else (self,)

    def raw(self, text: str) -> str:
        """The characters of `text` this value was read from: a number as written, a string in its quotes."""
        return text[self.start : self.end]


# Makes a Node of its three parts, and Members likewise: a policy has hundreds, and a class is slow to call.
_node: Final[Callable[[tuple[Any, int, int]], Node]] = partial(tuple.__new__, Node)


class Member(NamedTuple):
    """One key of an object, a node whose value is a str, and its value."""

    key: Node
    value: Node

    @property
    def name(self) -> str:
        """The key as text, escapes resolved."""
        return cast("str", self.key.value)


_member_of: Final[Callable[[tuple[Node, Node]], Member]] = partial(tuple.__new__, Member)


class Members(tuple[Member, ...]):
    """The members of an object in the order written; its own type, so that `{}` and `[]` differ."""

    __slots__ = ()

    def named(self, name: str) -> Node | None:
        """The value under `name` (case matters), or None."""
        for key, value in self:
            if key.value == name:
                return value
        return None


_KINDS: Final[dict[type, str]] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
    tuple: "array",
    list: "array",
    Members: "object",
    dict: "object",
}


def kind_of(value: object) -> str:
    """The JSON type of a value in words: string, number, boolean, null, array or object."""
    return _KINDS.get(type(value), type(value).__name__)


def parse_json(text: str, *, maximum_length: int = MAXIMUM_LENGTH) -> Node:
    """The root node of a JSON text.

    Raises JsonError for what RFC 8259 refuses and also for duplicate keys, NaN and Infinity, lone surrogates,
    nesting deeper than 32 and texts longer than `maximum_length`. Takes linear time.
    """
    _check_length(text, maximum_length)
    root = _value(text, skip_space(text, 0), 0)
    if (end := skip_space(text, root.end)) < len(text):
        raise JsonError(f"Expected the end of the text, but found {_found(text, end)}.", end)
    return root


def read_json(text: str, *, maximum_length: int = MAXIMUM_LENGTH) -> Any:
    """The plain value of a JSON text. Raises JsonError as parse_json does, but for deep nesting, which it may read,
    and for texts of more than 6,000 values.
    """
    check_size(text, maximum_length=maximum_length)
    # Escapes of characters and all but ASCII can hide what the standard library lets pass: lone surrogates.
    if text.isascii() and "\\u" not in text:
        try:
            return _DECODER.decode(text)
        except (ValueError, RecursionError):
            # What is wrong, and where, says the parser that knows.
            pass
    return plain(parse_json(text, maximum_length=maximum_length))


def check_size(text: str, *, maximum_length: int = MAXIMUM_LENGTH) -> None:
    """Raises JsonError for a text that is too long, or that holds more than 6,000 values.

    The values are counted without reading them: each begins a list or an object, or follows another one.
    """
    _check_length(text, maximum_length)
    objects = text.count("{") - text.count("${")
    if objects + text.count("[") + text.count(",") > MAXIMUM_VALUES:
        raise JsonError(f"The text has more than {MAXIMUM_VALUES:,} values.", 0)


def _check_length(text: str, maximum_length: int) -> None:
    if len(text) > maximum_length:
        raise JsonError(
            f"The text has {len(text):,} characters; at most {maximum_length:,} are read.", maximum_length
        )


def distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of these members. Raises ValueError when one name stands twice."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"The key `{twice}` stands twice in one object.")
    return members


def refused_constant(constant: str) -> NoReturn:
    """Raises ValueError for NaN and Infinity."""
    raise ValueError(f"`{constant}` is no value of JSON.")


def _short(read: Callable[[str], int | float], digits: str) -> int | float:
    if len(digits) > MAXIMUM_NUMBER_LENGTH or math.isinf(value := read(digits)):
        raise ValueError(digits)
    return value


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=distinct,
    parse_constant=refused_constant,
    parse_int=partial(_short, int),
    parse_float=partial(_short, float),
)


def plain(node: Node) -> Any:
    """The value of a node without its places: dicts, lists, and Python's own."""
    if isinstance(node.value, Members):
        return {member.name: plain(member.value) for member in node.value}
    return [plain(item) for item in node.items] if type(node.value) is tuple else node.value


def position(text: str, offset: int) -> tuple[int, int]:
    """Line (from 1) and column (from 0) of an offset, as Access Analyzer counts them."""
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1)


def _value(text: str, start: int, depth: int) -> Node:
    character = text[start : start + 1]
    if character == '"':
        return _string(text, start)
    if character in _CONTAINERS:
        if depth == MAXIMUM_DEPTH:
            raise JsonError(f"{_found(text, start)} nests deeper than {MAXIMUM_DEPTH} levels.", start)
        return _CONTAINERS[character](text, start, depth + 1)
    if character in _LITERALS:
        return _literal(text, start, *_LITERALS[character])
    return _number(text, start)


def _literal(text: str, start: int, word: str, value: bool | None) -> Node:
    if not text.startswith(word, start):
        raise JsonError(f"Expected a value, but found {_found(text, start)}.", start)
    return Node(value, start, start + len(word))


def _object(text: str, start: int, depth: int) -> Node:
    members: list[Member] = []
    names: set[object] = set()
    at = skip_space(text, start + 1)
    while text[at : at + 1] != "}":
        if plain := _PLAIN_MEMBER.match(text, at):
            name, value = plain.groups()
            key = _node((name, at, at + len(name) + 2))
            end = plain.end()
            node = _value(text, end, depth) if value is None else _node((value, end - len(value) - 2, end))
        else:
            key, node = _member(text, at, depth)
            name = key[0]
        if name in names:
            raise JsonError(f"The key `{name}` stands twice in one object.", at, "DUPLICATE_KEY")
        names.add(name)
        members.append(_member_of((key, node)))
        following = _AFTER_MEMBER.match(text, node[2])
        if following is None:
            raise _misplaced(text, node[2], "}")
        at = following.end()
    return _node((Members(members), start, at + 1))


def _member(text: str, start: int, depth: int) -> tuple[Node, Node]:
    """A key, perhaps with escapes in it, and its value."""
    if text[start : start + 1] != '"':
        raise JsonError(f"Expected a key in double quotes, but found {_found(text, start)}.", start)
    key = _string(text, start)
    colon = skip_space(text, key.end)
    if text[colon : colon + 1] != ":":
        found = _found(text, colon)
        raise JsonError(f"Expected `:` after the key `{key.value}`, but found {found}.", colon, lacks=":")
    return key, _value(text, skip_space(text, colon + 1), depth)


def _array(text: str, start: int, depth: int) -> Node:
    if strings := _STRINGS.match(text, start):
        return _node((_plain_strings(strings[0], start), start, strings.end()))
    items: list[Node] = []
    at = skip_space(text, start + 1)
    while text[at : at + 1] != "]":
        item = _value(text, at, depth)
        items.append(item)
        following = _AFTER_ITEM.match(text, item[2])
        if following is None:
            raise _misplaced(text, item[2], "]")
        at = following.end()
    return _node((tuple(items), start, at + 1))


def _plain_strings(array: str, start: int) -> tuple[Node, ...]:
    """The strings of an array of nothing else; without an escape, each quote begins or ends one."""
    found: list[Node] = []
    parts = iter(array.split('"'))
    at = start
    for between, string in zip(parts, parts, strict=False):
        begun = at + len(between)
        at = begun + len(string) + 2
        found.append(_node((string, begun, at)))
    return tuple(found)


_CONTAINERS: Final[dict[str, Callable[[str, int, int], Node]]] = {"{": _object, "[": _array}


def _misplaced(text: str, end: int, closing: str) -> JsonError:
    """What is wrong after an element that neither a comma and another one nor the closing bracket follows."""
    at = skip_space(text, end)
    if text[at : at + 1] != ",":
        return JsonError(f"Expected `,` or `{closing}`, but found {_found(text, at)}.", at, lacks=",")
    found = f"Expected another element after `,`, but found `{closing}`."
    return JsonError(found, skip_space(text, at + 1), lacks="element")


def _string(text: str, start: int) -> Node:
    # Nearly every string is plain from end to end.
    if whole := _WHOLE_STRING.match(text, start):
        return _node((whole[1], start, whole.end()))
    parts: list[str] = []
    at = start + 1
    while True:
        if plain := _PLAIN.match(text, at):
            parts.append(plain[0])
            at = plain.end()
        if text[at : at + 1] == '"':
            return Node("".join(parts), start, at + 1)
        if text[at : at + 1] != "\\":
            raise _bad_character(text, start, at)
        character, at = _escape(text, at)
        parts.append(character)


def _bad_character(text: str, start: int, at: int) -> JsonError:
    if at == len(text):
        return JsonError("The string that begins here has no closing quote.", start, lacks='"')
    message = f"A string cannot hold the character {_found(text, at)}; write it as an escape."
    return JsonError(message, at, lacks='"' if text[at] == "\n" else "")


def _escape(text: str, at: int) -> tuple[str, int]:
    """The character an escape stands for, and the offset after it."""
    letter = text[at + 1 : at + 2]
    if letter == "u":
        return _unicode_escape(text, at)
    if letter not in _ESCAPES:
        raise JsonError(f"`\\{letter}` is not an escape of JSON.", at)
    return _ESCAPES[letter], at + 2


def _unicode_escape(text: str, at: int) -> tuple[str, int]:
    first = _code_unit(text, at)
    if first in _HIGH_SURROGATES and text.startswith("\\u", at + 6):
        second = _code_unit(text, at + 6)
        if second in _LOW_SURROGATES:
            pair = (first - _HIGH_SURROGATES.start << 10) + second - _LOW_SURROGATES.start
            return chr(0x10000 + pair), at + 12
    if first in _HIGH_SURROGATES or first in _LOW_SURROGATES:
        raise JsonError(f"`{text[at : at + 6]}` is half of a surrogate pair and no character.", at)
    return chr(first), at + 6


def _code_unit(text: str, at: int) -> int:
    digits = _HEXADECIMAL.match(text, at + 2)
    if digits is None:
        raise JsonError("`\\u` needs four hexadecimal digits.", at)
    return int(digits[0], 16)


def _number(text: str, start: int) -> Node:
    written = _NUMBER.match(text, start)
    if written is None:
        raise JsonError(f"Expected a value, but found {_found(text, start)}.", start)
    digits = written[0]
    if len(digits) > MAXIMUM_NUMBER_LENGTH:
        raise JsonError(
            f"The number `{digits[:20]}…` has more than {MAXIMUM_NUMBER_LENGTH} characters.", start
        )
    value = float(digits) if written.lastindex else int(digits)
    if math.isinf(value):
        raise JsonError(f"The number `{digits}` is too large.", start)
    return _node((value, start, written.end()))


def skip_space(text: str, start: int) -> int:
    """The offset of the first character from `start` that is no white space of JSON."""
    space = _SPACE.match(text, start)
    return space.end() if space else start


def _found(text: str, at: int) -> str:
    word = _WORD.match(text, at)
    if word is None:
        return "the end of the text"
    return f"`{word[0]}`" if word[0].isprintable() else f"`U+{ord(word[0]):04X}`"

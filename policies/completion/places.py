"""Where the cursor stands in a text that need not be JSON yet.

One pass over the tokens builds the objects and lists as far as they are written. Whatever is missing (a closing quote,
a comma, a bracket) is taken as what a person who is still typing would write next; nothing is an error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final, NamedTuple, TypeAlias

# Together these bound the time: a policy of 131,072 characters has some 10,000 tokens, and none nests so deep.
MOST_TOKENS: Final = 20_000
MAXIMUM_DEPTH: Final = 32
# A string ends with its line, since JSON lets none go on. Possessive, so that no text makes it try again.
_TOKEN: Final = re.compile(r'"(?:[^"\\\n]++|\\[^\n])*+("?)|[{}\[\]:,]|[^\s"{}\[\]:,]++')
# What follows the cursor and still belongs to a string without closing quote.
_REST: Final = re.compile(r"(?:[\w*?./@+=-]|:(?=[\w*]))*+")
_OPENING: Final = "{["
_CLOSING: Final = {"}": True, "]": False}
_BEFORE_A_VALUE: Final = ("{", "[", ",", ":")


class Typed(str):
    """The text under the cursor: it is being written, so it counts neither as present nor as absent."""

    __slots__ = ()


class Quotes(Enum):
    """How what is typed is quoted: not at all, by an opening quote alone, or by both."""

    NONE = auto()
    OPEN = auto()
    CLOSED = auto()


Value: TypeAlias = "str | Box"


@dataclass(slots=True, eq=False)
class Box:
    """An object or a list as far as it goes, and the key it stands under (None in a list and at the top)."""

    is_object: bool
    under: str | None = None
    members: list[tuple[str, Value]] = field(default_factory=list)
    items: list[Value] = field(default_factory=list)
    # The last key, while its value is not written yet.
    key: str | None = None
    has_colon: bool = False

    @property
    def awaits_value(self) -> bool:
        return not self.is_object or (self.key is not None and self.has_colon)

    def add(self, value: Value) -> None:
        """A value where one is due; otherwise a string is the next key."""
        if not self.is_object:
            self.items.append(value)
        elif self.key is not None and self.has_colon:
            self.members.append((self.key, value))
            self.key = None
        elif isinstance(value, str):
            self.key, self.has_colon = value, False

    def separate(self) -> None:
        """After a comma, or at the end: a key without a value is there all the same."""
        if self.key is not None:
            self.members.append((self.key, ""))
        self.key = None

    def get(self, name: str) -> "Value | None":
        return next((value for key, value in self.members if key == name), None)

    @property
    def names(self) -> frozenset[str]:
        """The keys that stand here, without the one being typed."""
        return frozenset(key for key, _ in self.members if not isinstance(key, Typed))


@dataclass(frozen=True, slots=True)
class Place:
    """The objects around the cursor, outermost first: `objects[n]` stands under `names[n - 1]`.

    With `is_key` a key of the last object is being typed, else a value under the last of `names`, in `box` when that
    is a list. `typed` stands before the cursor; `start` and `end` bound the text it is a part of, without quotes.
    """

    objects: tuple[Box, ...]
    names: tuple[str, ...]
    is_key: bool
    box: Box
    typed: str
    start: int
    end: int
    quotes: Quotes
    has_colon_after: bool


class _Token(NamedTuple):
    """`start` and `end` bound the text without its quotes; `quotes` is said of the token under the cursor alone."""

    text: str
    start: int
    end: int
    is_string: bool = False
    quotes: Quotes | None = None


class _Stack:
    """The boxes that are open, outermost first."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []

    def take(self, token: _Token) -> None:
        if not token.is_string and token.text in _OPENING:
            self._open(token.text == "{")
        elif not self.boxes:
            return
        elif token.is_string or (self.boxes[-1].awaits_value and token.text not in "}]:,"):
            self.boxes[-1].add(token.text)
        else:
            self._punctuate(token.text)

    def _punctuate(self, sign: str) -> None:
        if sign in _CLOSING:
            self._close(_CLOSING[sign])
        elif sign == ",":
            self.boxes[-1].separate()
        elif sign == ":":
            self._colon()

    def _open(self, is_object: bool) -> None:
        around = self.boxes[-1] if self.boxes else None
        box = Box(is_object)
        if around:
            if around.is_object:
                box.under = around.key if around.awaits_value else ""
            around.add(box)
        self.boxes.append(box)

    def _close(self, is_object: bool) -> None:
        """Closes the nearest box of the kind with all it holds; a bracket that closes nothing is passed over."""
        for depth in reversed(range(len(self.boxes))):
            if self.boxes[depth].is_object == is_object:
                self.finish(depth)
                return

    def finish(self, depth: int = 0) -> None:
        for box in self.boxes[depth:]:
            box.separate()
        del self.boxes[depth:]

    def _colon(self) -> None:
        """A colon in a list says that the list was left open: its last string is a key of the object around it."""
        top = self.boxes[-1]
        last = top.items[-1] if top.items else None
        around = self.boxes[-2] if len(self.boxes) > 1 else top
        if around.is_object and not top.is_object and isinstance(last, str):
            around.key = last
            del top.items[-1], self.boxes[-1]
        self.boxes[-1].has_colon = True


def place_of(text: str, offset: int) -> Place | None:
    """Where the cursor is, or None where nothing can be typed: outside all brackets, after a finished value.

    A text that nests too deep or has too many tokens has no places either.
    """
    stack, place = _Stack(), None
    for number, token in enumerate(_tokens(text, offset)):
        if number == MOST_TOKENS or len(stack.boxes) > MAXIMUM_DEPTH:
            return None
        if token.quotes is None:
            stack.take(token)
            continue
        place = _place(text, offset, token, stack.boxes)
        if place is None:
            return None
        if token.end > token.start or token.is_string:
            stack.boxes[-1].add(Typed(token.text))
    stack.finish()
    return place


def _place(text: str, offset: int, token: _Token, boxes: list[Box]) -> Place | None:
    if not boxes or (boxes[-1].key is not None and not boxes[-1].has_colon):
        return None
    if not token.is_string and not text[: token.start].rstrip().endswith(_BEFORE_A_VALUE):
        return None
    top = boxes[-1]
    names = [box.under for box in boxes if box.under is not None]
    if top.is_object and top.awaits_value:
        names.append(str(top.key))
    after = token.end + (token.quotes is Quotes.CLOSED)
    return Place(
        objects=tuple(box for box in boxes if box.is_object),
        names=tuple(names),
        is_key=not top.awaits_value,
        box=top,
        typed=text[token.start : offset],
        start=token.start,
        end=token.end,
        quotes=token.quotes or Quotes.NONE,
        has_colon_after=text[after:].lstrip().startswith(":"),
    )


def _tokens(text: str, offset: int) -> Iterator[_Token]:
    """The tokens of the text; the one under the cursor, empty when there is none, says how it is quoted."""
    resume = offset
    for match in _TOKEN.finditer(text):
        if match.start() >= offset:
            break
        token = _token(match)
        if token.start <= offset <= token.end and (token.is_string or token.text not in "{}[]:,"):
            token, resume = _under_cursor(text, offset, match, token)
            yield token
            break
        yield token
        resume = max(offset, match.end())
    else:
        yield _Token("", offset, offset, quotes=Quotes.NONE)
        return
    if match.start() >= offset:
        yield _Token("", offset, offset, quotes=Quotes.NONE)
    yield from map(_token, _TOKEN.finditer(text, resume))


def _token(match: re.Match[str]) -> _Token:
    start, end = match.span()
    if match[1] is None:
        return _Token(match[0], start, end)
    return _Token(match[0][1 : -1 if match[1] else None], start + 1, end - len(match[1]), is_string=True)


def _under_cursor(text: str, offset: int, match: re.Match[str], token: _Token) -> tuple[_Token, int]:
    """The token that is being typed, and where the text after it begins.

    The quote found may open the next string instead: `"s3:Get|, "s3:Put"`. Then what is typed has none of its own.
    """
    if not token.is_string:
        return token._replace(quotes=Quotes.NONE), token.end
    opens_another = text[offset : token.end].rstrip().endswith(_BEFORE_A_VALUE)
    if match[1] and not opens_another:
        return token._replace(quotes=Quotes.CLOSED), match.end()
    rest = _REST.match(text, offset, token.end)
    end = rest.end() if rest else offset
    return token._replace(text=text[token.start : end], end=end, quotes=Quotes.OPEN), end

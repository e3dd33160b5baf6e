"""Wildcards without backtracking: `*` stands for any text, `?` for one character; case folds in ASCII."""

import re
import string
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self, TypeAlias


class Wildcard(Enum):
    """A token of a pattern that is no text: MANY is `*` (any text, also none), ONE is `?` (one character)."""

    MANY = "*"
    ONE = "?"


PatternToken: TypeAlias = str | Wildcard

_PARTS: Final = re.compile(r"[*?]|[^*?]+")
WILDCARDS: Final[dict[str, Wildcard]] = {wildcard.value: wildcard for wildcard in Wildcard}
# So many false candidates may be tried before a search in linear time begins.
FRIENDLY: Final = 8
_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(text: str) -> str:
    """`text` with A-Z lowered and nothing else: the Kelvin sign must not become a k."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


@dataclass(frozen=True, slots=True)
class Gapped:
    """Text with `?` in it: its width, and the pieces between with their places."""

    width: int
    pieces: tuple[tuple[int, str], ...]

    @classmethod
    def of(cls, run: Iterable[PatternToken]) -> Self:
        """The segment of texts and Wildcard.ONE."""
        width, pieces = 0, []
        for token in run:
            if isinstance(token, str):
                pieces.append((width, token))
            width += len(token) if isinstance(token, str) else 1
        return cls(width, tuple(pieces))

    def __len__(self) -> int:
        return self.width

    def stands_at(self, text: str, at: int) -> bool:
        """Whether the text, which is long enough, has the pieces there."""
        return all(text.startswith(piece, at + place) for place, piece in self.pieces)

    def find(self, text: str, start: int, end: int) -> int:
        """Where it first stands in text[start:end], or -1.

        A few candidates are tried one by one; a text that goes on offering false ones is a hostile one.
        """
        place, piece = self.pieces[0] if self.pieces else (0, "")
        for _ in range(FRIENDLY):
            start = text.find(piece, start + place, end) - place
            if start < 0 or start + self.width > end:
                return -1
            if self.stands_at(text, start):
                return start
            start += 1
        return self._find_steadily(text, start, end)

    def _find_steadily(self, text: str, start: int, end: int) -> int:
        """The Shift-And method: an integer holds, bit by bit, how far each candidate got. No text is hostile."""
        anything, masks = self._masks()
        last, state = 1 << self.width - 1, 0
        for at in range(start, end):
            state = (state << 1 | 1) & masks.get(text[at], anything)
            if state >= last:
                return at + 1 - self.width
        return -1

    def _masks(self) -> tuple[int, dict[str, int]]:
        """For each character the places where it may stand; first those where every one may."""
        letters = [(place + offset, one) for place, piece in self.pieces for offset, one in enumerate(piece)]
        anything = (1 << self.width) - 1 - sum(1 << place for place, _ in letters)
        masks: dict[str, int] = {}
        for place, character in letters:
            masks[character] = masks.get(character, anything) | 1 << place
        return anything, masks


# What stands between two stars. A segment without `?` stays a str, so that str.find does the work.
Segment: TypeAlias = str | Gapped


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled wildcard pattern; case matters, so fold both sides where AWS ignores it.

    `tail` is None when the pattern holds no `*`. Matching finds the leftmost place for each segment in turn,
    which is right because segments have a fixed width, and never returns to an earlier choice.
    """

    head: Segment
    middle: tuple[Segment, ...] = ()
    tail: Segment | None = None

    @classmethod
    def of(cls, tokens: Iterable[PatternToken]) -> Self:
        """The pattern spelled by texts and wildcards; a text is never read as a wildcard."""
        head, *rest = [_segment(run) for run in _runs(tokens)]
        return cls(head, tuple(segment for segment in rest[:-1] if segment), rest[-1]) if rest else cls(head)

    @classmethod
    def spelled(cls, text: str) -> Self:
        """The pattern of a text in which every `*` and `?` is a wildcard."""
        if "?" in text:
            return cls.of(wildcard_tokens(text))
        head, *rest = text.split("*")
        return cls(head, tuple(filter(None, rest[:-1])), rest[-1]) if rest else cls(head)

    @property
    def prefix(self) -> str | None:
        """The text before the only `*` of a pattern such as `Get*`, else None."""
        return self.head if isinstance(self.head, str) and self.tail == "" and not self.middle else None

    @property
    def exact(self) -> str | None:
        """The only text the pattern matches, or None when it holds a wildcard."""
        return self.head if isinstance(self.head, str) and self.tail is None else None

    @property
    def test(self) -> Callable[[str, object], bool]:
        """`matches` made for this pattern: the usual shapes need no more than a call or two of Python's own.

        The second argument is there so that texts with variables, which need a context, can be asked alike.
        """
        head, tail = self.head, self.tail
        if isinstance(head, str) and isinstance(tail, str):
            if not self.middle:
                return _test_of_ends(head, tail)
            first = self.middle[0]
            if len(self.middle) == 1 and isinstance(first, str):
                return _test_of_middle(head, first, tail)
        return lambda text, _: self.matches(text)

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` fits. The time grows with the text, never with the ways to match it."""
        head, tail = self.head, self.tail
        # Most patterns begin with text, and most of the others' texts begin otherwise.
        if type(head) is str and not text.startswith(head):
            return False
        if tail is None:
            return len(text) == len(head) and _stands_at(head, text, 0)
        at, end = len(head), len(text) - len(tail)
        if at > end or not _stands_at(head, text, 0) or not _stands_at(tail, text, end):
            return False
        for segment in self.middle:
            found = text.find(segment, at, end) if isinstance(segment, str) else segment.find(text, at, end)
            if found < 0:
                return False
            at = found + len(segment)
        return True


ANYTHING: Final = Pattern("", (), "")


@dataclass(frozen=True, slots=True)
class PatternSet:
    """Patterns that are asked together; most are names or `Prefix*`, which Python answers in one call."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    others: tuple[Pattern, ...]

    @classmethod
    def of(cls, patterns: Iterable[Pattern]) -> Self:
        """The set of these patterns; an empty one matches nothing."""
        exact, prefixes, others = set(), [], []
        for pattern in patterns:
            if pattern.exact is not None:
                exact.add(pattern.exact)
            elif pattern.prefix is not None:
                prefixes.append(pattern.prefix)
            else:
                others.append(pattern)
        return cls(frozenset(exact), tuple(prefixes), tuple(others))

    def matches(self, text: str) -> bool:
        """Whether any of the patterns fits the whole of `text`."""
        if text in self.exact or text.startswith(self.prefixes):
            return True
        return any(pattern.matches(text) for pattern in self.others) if self.others else False


def wildcard_tokens(text: str) -> list[PatternToken]:
    """The tokens of a pattern that knows no variables, such as an action."""
    return [WILDCARDS.get(part, part) for part in _PARTS.findall(text)]


def matches(pattern: str, text: str) -> bool:
    """Whether the wildcard pattern fits the whole of `text`, case included."""
    return Pattern.spelled(pattern).matches(text)


def action_pattern(written: str) -> Pattern | None:
    """The folded pattern of an Action element, or None when it can match nothing.

    Actions ignore case. The service takes no wildcard, except that `*:*` is another spelling of `*`.
    """
    if written in ("*", "*:*"):
        return ANYTHING
    service, colon, name = written.partition(":")
    if not colon or not name or "*" in service or "?" in service:
        return None
    return Pattern.spelled(fold(written))


def action_set(written: Iterable[str]) -> PatternSet:
    """The patterns of an Action or NotAction element, to be asked with a folded action name."""
    return PatternSet.of(pattern for text in written if (pattern := action_pattern(text)))


def _runs(tokens: Iterable[PatternToken]) -> list[list[PatternToken]]:
    """The tokens between stars."""
    runs: list[list[PatternToken]] = [[]]
    for token in tokens:
        if token is Wildcard.MANY:
            runs.append([])
        else:
            runs[-1].append(token)
    return runs


def _segment(run: list[PatternToken]) -> Segment:
    texts = [token for token in run if isinstance(token, str)]
    return "".join(texts) if len(texts) == len(run) else Gapped.of(run)


def _test_of_ends(head: str, tail: str) -> Callable[[str, object], bool]:
    if not tail:
        return lambda text, _: text.startswith(head)
    least = len(head) + len(tail)
    return lambda text, _: text.startswith(head) and text.endswith(tail) and len(text) >= least


def _test_of_middle(head: str, middle: str, tail: str) -> Callable[[str, object], bool]:
    at, after = len(head), len(tail)
    return lambda text, _: (
        text.startswith(head) and text.endswith(tail) and text.find(middle, at, len(text) - after) >= 0
    )


def _stands_at(segment: Segment, text: str, at: int) -> bool:
    return text.startswith(segment, at) if isinstance(segment, str) else segment.stands_at(text, at)

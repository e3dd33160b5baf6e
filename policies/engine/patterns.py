"""Wildcards without backtracking: `*` stands for any text, `?` for one character; case folds in ASCII."""

import re
import string
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self, TypeAlias


class Wildcard(StrEnum):
    """A token of a pattern that is no text: MANY is `*` (any text, also none), ONE is `?` (one character)."""

    MANY = "*"
    ONE = "?"


PatternToken: TypeAlias = str | Wildcard
# What stands between two stars. A segment without `?` stays a str, so that str.find does the work.
Segment: TypeAlias = str | tuple[str | None, ...]

_PARTS: Final = re.compile(r"[*?]|[^*?]+")
_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def fold(text: str) -> str:
    """`text` with A-Z lowered and nothing else: the Kelvin sign must not become a k."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


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
        head, star, tail = text.partition("*")
        if "?" in text or "*" in tail:
            return cls.of(wildcard_tokens(text))
        return cls(head, (), tail) if star else cls(head)

    @property
    def prefix(self) -> str | None:
        """The text before the only `*` of a pattern such as `Get*`, else None."""
        return self.head if isinstance(self.head, str) and self.tail == "" and not self.middle else None

    @property
    def exact(self) -> str | None:
        """The only text the pattern matches, or None when it holds a wildcard."""
        return self.head if isinstance(self.head, str) and self.tail is None else None

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
            found = _find(segment, text, at, end)
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
    return [Wildcard(part) if part in ("*", "?") else part for part in _PARTS.findall(text)]


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


def _runs(tokens: Iterable[PatternToken]) -> list[list[str | None]]:
    """The tokens between stars, character by character, None standing for `?`."""
    runs: list[list[str | None]] = [[]]
    for token in tokens:
        if token is Wildcard.MANY:
            runs.append([])
        elif token is Wildcard.ONE:
            runs[-1].append(None)
        else:
            runs[-1].extend(token)
    return runs


def _segment(run: list[str | None]) -> Segment:
    text = [character for character in run if character is not None]
    return "".join(text) if len(text) == len(run) else tuple(run)


def _stands_at(segment: Segment, text: str, at: int) -> bool:
    if isinstance(segment, str):
        return text.startswith(segment, at)
    found = text[at : at + len(segment)]
    return all(wanted in (None, character) for wanted, character in zip(segment, found, strict=True))


def _find(segment: Segment, text: str, start: int, end: int) -> int:
    """Where the segment first stands in text[start:end], or -1.

    With `?` inside, str.find cannot help: one integer then holds, bit by bit, how far each candidate got
    (the Shift-And method), so that hostile patterns cost the same as friendly ones.
    """
    if isinstance(segment, str):
        return text.find(segment, start, end)
    if end - start < len(segment):
        return -1
    anything, masks = _masks(segment)
    last, state = 1 << len(segment) - 1, 0
    for at in range(start, end):
        state = (state << 1 | 1) & masks.get(text[at], anything)
        if state >= last:
            return at + 1 - len(segment)
    return -1


def _masks(segment: tuple[str | None, ...]) -> tuple[int, dict[str, int]]:
    """For each character the places of the segment where it may stand; first those where every one may."""
    anything = sum(1 << place for place, wanted in enumerate(segment) if wanted is None)
    masks: dict[str, int] = {}
    for place, wanted in enumerate(segment):
        if wanted is not None:
            masks[wanted] = masks.get(wanted, anything) | 1 << place
    return anything, masks

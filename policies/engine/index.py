"""Statements found by resource: of all those about an action, most are about other resources.

A set of statements is one integer, a bit for each. A resource is looked up among the patterns without wildcards; then
the heads are found that it begins with, and only the patterns that share one of them are asked one by one.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from policies.engine.arns import is_arn
from policies.engine.decision import Match
from policies.engine.resources import ResourcePattern
from policies.engine.variables import Context


class Head(NamedTuple):
    """A beginning that patterns share, with all that is to be asked of an ARN that has it.

    `bits` are the statements about everything that begins so, `tests` the patterns that go on; both with those of
    the shorter heads that this one begins with, of which `parent` is the longest.
    """

    text: str
    bits: int
    tests: tuple[tuple[int, ResourcePattern], ...]
    parent: "Head | None"


class ResourceIndex:
    """Statements about one action, in their order."""

    __slots__ = ("_always", "_excluding", "_heads", "_literals", "_texts", "matches")

    def __init__(self, matches: Iterable[Match]) -> None:
        self.matches: tuple[Match, ...] = tuple(matches)
        self._always = self._excluding = 0
        self._literals: dict[str, int] = {}
        patterns: dict[str, list[tuple[int, ResourcePattern]]] = {}
        for place, match in enumerate(self.matches):
            for pattern in self._enter(1 << place, match):
                patterns.setdefault(pattern.head, []).append((1 << place, pattern))
        self._heads = _heads(patterns)
        self._texts = [head.text for head in self._heads]

    def covering(self, resource: str, context: Context) -> Sequence[Match]:
        """The statements whose Resource covers, or whose NotResource does not cover, the resource."""
        found = self._always
        if (self._literals or self._texts) and is_arn(resource):
            found |= self._literals.get(resource, 0) | self._fitting(resource, context)
        found ^= self._excluding
        if not found:
            return ()
        if not found & found - 1:
            return (self.matches[found.bit_length() - 1],)
        return [match for place, match in enumerate(self.matches) if found >> place & 1]

    def _fitting(self, resource: str, context: Context) -> int:
        # In alphabetical order, what a text begins with stands before it, and its own beginnings before that.
        place = bisect_right(self._texts, resource)
        head = self._heads[place - 1] if place else None
        while head and not resource.startswith(head.text):
            head = head.parent
        if head is None:
            return 0
        found = head.bits
        for bits, pattern in head.tests:
            if bits & ~found and pattern.fits(resource, context):
                found |= bits
        return found

    def _enter(self, bit: int, match: Match) -> Iterable[ResourcePattern]:
        """Note what needs no pattern; the patterns with wildcards are left."""
        statement, kind = match.statement, match.source.kind
        if statement.resources is None and statement.not_resources is None:
            self._always |= bit if statement.covers_without_resource(kind) else 0
            return
        if statement.not_resources is not None:
            self._excluding |= bit
        if statement.resource_set.everything:
            self._always |= bit
            return
        for pattern in statement.resource_set.counting(kind):
            if pattern.head == pattern.written and not pattern.is_short:
                self._literals[pattern.written] = self._literals.get(pattern.written, 0) | bit
            else:
                yield pattern


def _heads(patterns: dict[str, list[tuple[int, ResourcePattern]]]) -> list[Head]:
    """The heads in alphabetical order, each after those it begins with."""
    heads: list[Head] = []
    for text in sorted(patterns):
        parent = heads[-1] if heads else None
        while parent and not text.startswith(parent.text):
            parent = parent.parent
        bits, tests = (parent.bits, list(parent.tests)) if parent else (0, [])
        for bit, pattern in patterns[text]:
            if pattern.is_prefix:
                bits |= bit
            else:
                tests.append((bit, pattern))
        heads.append(Head(text, bits, tuple(tests), parent))
    return heads

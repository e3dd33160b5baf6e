"""All actions of a catalog at once: a set of actions is one integer, a bit for each name in alphabetical order."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from policies.engine.document import Policy, Statement
from policies.engine.patterns import action_pattern, fold
from policies.engine.special import ALWAYS_ALLOWED, KEY_ACTIONS, OUT_OF_REACH

AFTER_EVERY_NAME: Final = "\U0010ffff"
# Patterns and documents come from policies, of which there is an end; what nobody holds any more must go.
MOST_PATTERNS: Final = 65_536
MOST_DOCUMENTS: Final = 16_384


class Universe:
    """The actions that there are. `unresourced` are those without resource types, asked about with `*`."""

    def __init__(self, actions: Iterable[str], unresourced: Iterable[str] = ()) -> None:
        self.names = tuple(sorted({fold(action) for action in actions}))
        self.everything = (1 << len(self.names)) - 1
        self._places = {name: place for place, name in enumerate(self.names)}
        self._masks: dict[str, int] = {}
        self._documents: dict[int, tuple[Policy, tuple[int, ...]]] = {}
        self.unresourced = self.set_of(unresourced)
        # The actions that AWS decides by rules of its own, for some callers and resources: see `special`.
        self.always_allowed = self.set_of(ALWAYS_ALLOWED)
        self.out_of_reach = self.set_of(OUT_OF_REACH)
        self.of_keys = self.matching(KEY_ACTIONS)

    def bit(self, action: str) -> int:
        """The set of one action; empty for a name that the catalog does not hold."""
        place = self._places.get(fold(action))
        return 0 if place is None else 1 << place

    def set_of(self, actions: Iterable[str]) -> int:
        """The set of these actions."""
        places = (self._places.get(fold(action)) for action in actions)
        return self._spelled(place for place in places if place is not None)

    def names_in(self, actions: int) -> Iterator[str]:
        """The folded names in a set, in alphabetical order."""
        spelled = f"{actions:b}"[::-1]
        place = spelled.find("1")
        while place >= 0:
            yield self.names[place]
            place = spelled.find("1", place + 1)

    def matching(self, written: str) -> int:
        """The actions that a text of an Action element covers."""
        key = fold(written)
        found = self._masks.get(key)
        if found is None:
            if len(self._masks) >= MOST_PATTERNS:
                self._masks.clear()
            found = self._masks[key] = self._swept(key)
        return found

    def covered(self, document: Policy) -> tuple[int, ...]:
        """The actions that each statement of a document is about; found out once for a document."""
        known = self._documents.get(id(document))
        if known is None:
            if len(self._documents) >= MOST_DOCUMENTS:
                self._documents.clear()
            # The document is kept beside its answer, so that no other one can get its identity.
            known = (document, tuple(map(self.covered_by, document.statements)))
            self._documents[id(document)] = known
        return known[1]

    def covered_by(self, statement: Statement) -> int:
        """The actions that a statement is about: those it lists, or all but those."""
        if len(self.names) == 1:
            # A single action is asked of the statement, which has its patterns compiled for good.
            return self.everything if statement.covers_action(self.names[0]) else 0
        covered = 0
        for written in statement.actions or statement.not_actions or ():
            covered |= self.matching(written)
        return covered if statement.not_actions is None else self.everything & ~covered

    def _swept(self, folded: str) -> int:
        pattern = action_pattern(folded)
        if pattern is None:
            return 0
        if pattern.exact is not None:
            return self.bit(pattern.exact)
        head = pattern.head if isinstance(pattern.head, str) else ""
        start = bisect_left(self.names, head)
        end = bisect_left(self.names, head + AFTER_EVERY_NAME)
        if pattern.prefix is not None:
            return (1 << end) - (1 << start)
        return self._spelled(place for place in range(start, end) if pattern.matches(self.names[place]))

    def _spelled(self, places: Iterable[int]) -> int:
        """The integer with these bits. Adding them up would copy all of it for each."""
        bits = bytearray(len(self.names) // 8 + 1)
        for place in places:
            bits[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(bits, "little")

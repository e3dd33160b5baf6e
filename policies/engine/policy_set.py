"""Policies gathered for many questions: which of their statements speak about an action is found out once."""

from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

from policies.engine.decision import Match
from policies.engine.index import ResourceIndex
from policies.engine.kinds import Kind, Layer
from policies.engine.sources import Source

# More different actions than the whole catalog holds; made-up names must not fill the memory.
MOST_REMEMBERED: Final = 32_768
_ALWAYS_ASKED: Final = (Layer.RESOURCE, Layer.IDENTITY)


class PolicySet:
    """The policies that apply to a caller, in the order given. It never changes, so threads may share it.

    `gates` are the layers that can refuse: those that speak, and the two that are asked even in silence.
    """

    __slots__ = ("_about", "gates", "has_trust", "is_bounded", "is_dated", "layers", "levels", "sources")

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources: tuple[Source, ...] = tuple(sources)
        kinds = {source.kind for source in self.sources}
        self.layers = frozenset(kind.layer for kind in kinds)
        self.levels = frozenset((source.layer, source.target) for source in self.sources)
        self.gates = tuple(layer for layer in Layer if layer in self.layers or layer in _ALWAYS_ASKED)
        self.is_bounded = Kind.BOUNDARY in kinds
        self.has_trust = Kind.TRUST in kinds
        self.is_dated = any(source.is_dated for source in self.sources)
        self._about: dict[str, ResourceIndex] = {}

    @classmethod
    def of(cls, policies: "Policies") -> "PolicySet":
        """The set of these sources; a set stays what it is."""
        return policies if isinstance(policies, PolicySet) else cls(policies)

    def about(self, folded_action: str) -> ResourceIndex:
        """Every statement that covers the action, to be asked by resource."""
        found = self._about.get(folded_action)
        if found is None:
            if len(self._about) >= MOST_REMEMBERED:
                self._about.clear()
            found = self._about[folded_action] = ResourceIndex(self._covering(folded_action))
        return found

    def of_layer(self, layer: Layer) -> tuple[Source, ...]:
        """The policies that speak in one layer."""
        return tuple(source for source in self.sources if source.layer is layer)

    def _covering(self, folded_action: str) -> Iterable[Match]:
        for source in self.sources:
            for statement in source.document.about(folded_action):
                if statement.covers_action(folded_action):
                    yield Match(source, statement)


Policies: TypeAlias = Sequence[Source] | PolicySet

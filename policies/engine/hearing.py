"""What single policies say about sets of actions to callers of whom not everything is known yet."""

from collections.abc import Iterable
from typing import NamedTuple

from policies.engine.asker import OF_THE_CALLER, Asker, certainty
from policies.engine.decide import SUFFICES_FOR
from policies.engine.decision import Match
from policies.engine.document import Effect, Policy, Statement
from policies.engine.kinds import Kind, Layer
from policies.engine.reach import NOTHING, Certainty, Heard, Reach, Voice
from policies.engine.request import CURRENT_TIME
from policies.engine.sources import Source
from policies.engine.universe import Universe


class _About(NamedTuple):
    """A statement that speaks about some of the actions in question.

    `reach` is what its Resource element lets it be about, None where that depends on the caller's own values.
    """

    statement: Statement
    actions: int
    reach: Reach | None


class _Matter:
    """What of a document is about the actions and the resource in question, and the context keys that decide on it.

    `own` are the keys of elements that the caller's own values settle. `others` stand in elements that also want one
    of `told`, the keys that only a request can tell: they matter where one of those is known already.
    """

    __slots__ = ("document", "others", "own", "statements", "told")

    def __init__(self, document: Policy, statements: Iterable[_About]) -> None:
        # The document is kept, so that no other one can get its identity.
        self.document, self.statements = document, tuple(statements)
        own: set[str] = set()
        others: set[str] = set()
        for about in self.statements:
            for keys in _elements(about.statement):
                is_own = all(key.startswith(OF_THE_CALLER) for key in keys)
                (own if is_own else others).update(keys)
        self.own, self.others = tuple(own), tuple(others)
        self.told = tuple(key for key in others if not key.startswith(OF_THE_CALLER))


class _Hearable:
    """A policy, its matter, and what was heard of it, by all that decides which of it counts."""

    __slots__ = ("_is_plain", "heard", "matter", "source")

    def __init__(self, source: Source, matter: _Matter) -> None:
        self.source, self.matter = source, matter
        is_fixed = not (matter.own or matter.others or source.is_dated)
        self._is_plain = is_fixed and not source.kind.names_principals
        self.heard: dict[tuple[object, ...], Heard] = {}

    def key(self, asker: Asker, *, is_bounded: bool) -> tuple[object, ...]:
        """All that decides, of this caller."""
        principal, known = asker.principal, asker.known
        if self._is_plain and principal.arn:
            return ()
        who = (principal, is_bounded) if self.source.kind.names_principals else bool(principal.arn)
        now = known.get(CURRENT_TIME) if self.source.is_dated else None
        own = map(known.get, self.matter.own)
        for key in self.matter.told:
            if key in known:
                return (who, now, *own, *map(known.get, self.matter.others))
        return (who, now, *own)


class Hearing:
    """What single policies say to callers, remembered by what it depends on.

    For one universe, one resource, and callers who are all open or all not.
    """

    def __init__(self, universe: Universe, resource: str | None) -> None:
        self._universe, self._resource = universe, resource
        self._matters: dict[tuple[int, Kind], _Matter] = {}
        self._hearable: dict[int, _Hearable] = {}

    def of(self, source: Source, asker: Asker, *, is_bounded: bool) -> Heard:
        """What a policy says about the caller's requests: the same object whenever nothing differs that decides."""
        hearable = self._hearable.get(id(source))
        if hearable is None:
            hearable = self._hearable[id(source)] = _Hearable(source, self._matter(source))
        key = hearable.key(asker, is_bounded=is_bounded)
        found = hearable.heard.get(key)
        if found is None:
            voices = self._voices(hearable, asker, is_bounded=is_bounded)
            found = hearable.heard[key] = Heard.of(source, voices)
        return found

    def counts(self, source: Source) -> bool:
        """Whether an answer can depend on the policy: one that can only grant does not, when it says nothing."""
        return source.layer is not Layer.IDENTITY or bool(self._matter(source).statements)

    def _matter(self, source: Source) -> _Matter:
        """Documents are shared: a group's policies, and what many attach."""
        key = id(source.document), source.kind
        found = self._matters.get(key)
        if found is None:
            found = self._matters[key] = _Matter(source.document, self._speaking(source))
        return found

    def _speaking(self, source: Source) -> Iterable[_About]:
        covered = self._universe.covered(source.document)
        for statement, actions in zip(source.document.statements, covered, strict=True):
            if not actions:
                continue
            if self._resource is not None and statement.resource_set.variables:
                yield _About(statement, actions, None)
            elif (reach := self._of_resource(statement, source.kind, actions)).possible:
                yield _About(statement, actions, reach)

    def _of_resource(self, statement: Statement, kind: Kind, actions: int) -> Reach:
        """The actions that the Resource element lets the statement be about, whoever asks."""
        if self._resource is not None:
            is_covered = statement.covers_resource(self._resource, {}, kind)
            return Reach.all_of(actions) if is_covered else NOTHING
        if statement.resources is None and statement.not_resources is None:
            return Reach.all_of(actions) if statement.covers_without_resource(kind) else NOTHING
        if statement.resource_set.everything:
            return Reach.all_of(actions) if statement.not_resources is None else NOTHING
        without = actions & self._universe.unresourced
        return Reach(0, actions & ~without) if statement.not_resources is None else Reach(without, actions)

    def _voices(self, hearable: _Hearable, asker: Asker, *, is_bounded: bool) -> Iterable[Voice]:
        source = hearable.source
        for about in hearable.matter.statements:
            statement, reach = about.statement, _reach(about, source, asker)
            if not reach.possible:
                continue
            if not source.kind.names_principals:
                yield Voice(Match(source, statement), reach)
            elif namings := statement.namings(asker.principal, source.kind, is_bounded=is_bounded):
                grants = source.layer is Layer.RESOURCE and statement.effect is Effect.ALLOW
                spared = frozenset[Layer]().union(*(SUFFICES_FOR[naming] for naming in namings))
                yield Voice(Match(source, statement), reach, spared if grants else frozenset())


def _elements(statement: Statement) -> Iterable[Iterable[str]]:
    """The context keys that each element reads."""
    yield [variable.key for variable in statement.resource_set.variables]
    for condition in statement.conditions:
        yield condition.keys


def _reach(about: _About, source: Source, asker: Asker) -> Reach:
    """The actions that a statement surely, and possibly, is about for this caller."""
    reach = about.reach
    if reach is None:
        reach = _of_own_resource(about, source.kind, asker)
    how = certainty(source, about.statement, asker) if reach.possible else Certainty.NO
    if how is Certainty.NO:
        return NOTHING
    return reach if how is Certainty.YES else Reach(0, reach.possible)


def _of_own_resource(about: _About, kind: Kind, asker: Asker) -> Reach:
    """What the Resource element lets it be about where variables stand in it, and a resource is named."""
    statement = about.statement
    if not all(asker.knows(variable.key) for variable in statement.resource_set.variables):
        return Reach(0, about.actions)
    is_covered = statement.covers_resource(asker.resource or "", asker.known, kind)
    return Reach.all_of(about.actions) if is_covered else NOTHING

"""How far somebody can get: by assuming roles, and by every known way of escalation, each way proved by the engine."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from policies.engine.asker import Asker
from policies.engine.effective import Effective, Verdict, effective, hear, of_heard
from policies.engine.escalation import Ask, Directory, Identity, Way, ways_of
from policies.engine.hearing import Hearing
from policies.engine.kinds import Kind, Layer
from policies.engine.reach import Certainty, Reach
from policies.engine.sources import Source
from policies.engine.universe import Universe

# So many identities and mixtures of policies are followed; an account where more are reached has told enough.
MOST_REACHED: Final = 400
# And so many questions are asked, each of which takes some hundredths of a millisecond.
MOST_ASKED: Final = 20_000

_HOLDERS: Final = ("User", "Role")
_ACTIONS: Final = (
    *(
        f"iam:{verb}{holder}Policy"
        for verb in ("Attach", "Put", "Detach", "Delete")
        for holder in (*_HOLDERS, "Group")
    ),
    *(f"iam:{verb}{holder}PermissionsBoundary" for verb in ("Put", "Delete") for holder in _HOLDERS),
    *(f"iam:{verb}LoginProfile" for verb in ("Create", "Update")),
    "iam:AddUserToGroup",
    "iam:CreateAccessKey",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:DeactivateMFADevice",
    "iam:RemoveUserFromGroup",
    "iam:SetDefaultPolicyVersion",
    "iam:TagUser",
    "iam:UntagUser",
    "iam:UpdateAssumeRolePolicy",
    "sts:AssumeRole",
)
ESCALATING: Final = Universe(_ACTIONS)


@dataclass(frozen=True, slots=True)
class Step:
    """One way gone: who went it, what was asked, and whether some condition has to hold for it."""

    by: Identity
    asks: tuple[Ask, ...]
    certainty: Certainty


@dataclass(frozen=True)
class Reached:
    """An identity as somebody can become it, and the shortest path there; `others` also end the path.

    `may` are the actions it may perform, surely and possibly, of all that there are.
    """

    identity: Identity
    path: tuple[Step, ...]
    may: Reach
    universe: Universe
    others: list[Step] = field(default_factory=list, compare=False)

    @property
    def certainty(self) -> Certainty:
        """YES when every step surely can be made."""
        is_sure = all(step.certainty is Certainty.YES for step in self.path)
        return Certainty.YES if is_sure else Certainty.MAYBE

    @property
    def power(self) -> Verdict:
        """Whether it may do everything: ALLOWED, CONDITIONAL or DENIED."""
        if self.may.possible != self.universe.everything:
            return Verdict.DENIED
        return Verdict.ALLOWED if self.may.sure == self.universe.everything else Verdict.CONDITIONAL

    def gained(self, start: "Reached") -> int:
        """How many actions it may perform that one could not at the start."""
        return (self.may.possible & ~start.may.possible).bit_count()


@dataclass(frozen=True)
class Reachable:
    """What somebody can become, the nearest first. Not `is_complete` when there was more to follow."""

    start: Reached
    found: Sequence[Reached]
    is_complete: bool


def reachable(arn: str, directory: Directory, universe: Universe) -> Reachable:
    """Everything that an identity can become, itself as it is left out; `universe` is what everything consists of.

    Each state of an identity is told once, with the first path found and other last steps of the same length. From
    whoever may do everything no path goes on: there is nothing more to reach. Raises KeyError for an identity that
    the directory does not hold.
    """
    search = _Search(directory, universe)
    search.arrive(directory.identities[arn], ())
    while search.waiting and len(search.seen) <= MOST_REACHED and search.asked <= MOST_ASKED:
        search.go_on(search.waiting.popleft())
    start, *found = search.seen.values()
    return Reachable(start, found, is_complete=not search.waiting)


class _Search:
    """What has been reached, by state, and from where it still goes on.

    Policies are shared, so what they say to everybody is remembered for all of the search.
    """

    def __init__(self, directory: Directory, universe: Universe) -> None:
        self._directory, self._universe = directory, universe
        self._about_everything, self._about_escalation = Hearing(universe, None), Hearing(ESCALATING, None)
        self.seen: dict[tuple[object, ...], Reached] = {}
        self.waiting: deque[Reached] = deque()
        self.asked = 0

    def arrive(self, identity: Identity, path: tuple[Step, ...]) -> None:
        state = _state(identity)
        known = self.seen.get(state)
        if known is None:
            may = _anywhere(identity, self._about_everything, self._universe).reach
            self.seen[state] = Reached(identity, path, may, self._universe)
            self.waiting.append(self.seen[state])
        elif len(known.path) == len(path):
            known.others.append(path[-1])

    def go_on(self, reached: Reached) -> None:
        if reached.power is Verdict.ALLOWED:
            return
        identity = reached.identity
        judge = _Judge(identity, _anywhere(identity, self._about_escalation, ESCALATING))
        for way, certainty in judge.open_ways(self._directory):
            self.arrive(way.to, (*reached.path, Step(identity, way.asks, certainty)))
        self.asked += judge.asked


def _anywhere(identity: Identity, hearing: Hearing, universe: Universe) -> Effective:
    """What the identity may do to anything at all."""
    asker = Asker(identity.principal, identity.context)
    return of_heard(asker, hear(asker, identity.sources, hearing), universe)


class _Judge:
    """What an identity may do on the ways before it; `asked` counts the questions that took an answer."""

    def __init__(self, identity: Identity, anywhere: Effective) -> None:
        self._identity, self._anywhere = identity, anywhere
        self._speaking: dict[str, tuple[Source, ...]] = {}
        self.asked = 0

    def open_ways(self, directory: Directory) -> Iterator[tuple[Way, Certainty]]:
        """The ways that the identity may go, with their certainty: each of their actions is decided."""
        for way in ways_of(self._identity, directory, self._may):
            answers = self._answers(way)
            if Certainty.NO not in answers:
                yield way, Certainty.MAYBE if Certainty.MAYBE in answers else Certainty.YES

    def _may(self, action: str) -> bool:
        return self._anywhere.verdict(action) is not Verdict.DENIED

    def _answers(self, way: Way) -> set[Certainty]:
        if not all(ask.trust or self._may(ask.action) for ask in way.asks):
            return {Certainty.NO}
        return {_SURENESS[self._asked(ask).verdict(ask.action)] for ask in way.asks}

    def _asked(self, ask: Ask) -> Effective:
        self.asked += 1
        identity = self._identity
        trust = [Source(Kind.TRUST, "trust policy", "", ask.trust)] if ask.trust else []
        asker = Asker(identity.principal, {**identity.context, **ask.context}, ask.resource)
        return effective(asker, (*self._about(ask.action), *trust), _universe(ask.action))

    def _about(self, action: str) -> tuple[Source, ...]:
        """The policies with a say in it: those that limit, and those that speak about it."""
        found = self._speaking.get(action)
        if found is None:
            said = {id(match.source) for match, _ in self._anywhere.prospect(action).said}
            sources = self._identity.sources
            found = tuple(it for it in sources if it.layer is not Layer.IDENTITY or id(it) in said)
            self._speaking[action] = found
        return found


@lru_cache(maxsize=64)
def _universe(action: str) -> Universe:
    return Universe([action])


_SURENESS: Final = {
    Verdict.ALLOWED: Certainty.YES,
    Verdict.CONDITIONAL: Certainty.MAYBE,
    Verdict.DENIED: Certainty.NO,
}


def _state(identity: Identity) -> tuple[object, ...]:
    """What tells one state of an identity from another: its policies, in whatever order."""
    held = ((source.kind, source.name, source.arn, id(source.document)) for source in identity.sources)
    return identity.arn, frozenset(held)

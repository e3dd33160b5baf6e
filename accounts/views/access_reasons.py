"""The reasons of a cell: its actions, put together where the same statements decide them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from accounts.views.policy_places import Places
from operations.effective_access import EffectiveAccess
from operations.paging import key_of, marker_of
from policies.catalog import catalog
from policies.engine import (
    Certainty,
    Effect,
    Kind,
    Layer,
    Match,
    Prospect,
    Source,
    Verdict,
)
from policies.engine.special import ALWAYS_ALLOWED
from policies.summary import terms_of

ACTIONS_SHOWN = 50
LOOKS = {Verdict.ALLOWED: ("ok", "ok", "Allowed"), Verdict.CONDITIONAL: ("info", "half", "Conditional")}
Said = tuple[Match, Certainty]


@dataclass(frozen=True, slots=True)
class Deciding:
    """A statement that decides; `terms` say what it waits for, as far as the visitor may read it."""

    source: Source
    name: str
    is_deny: bool
    url: str
    terms: Sequence[str]
    is_withheld: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Actions with one verdict from the same statements."""

    verdict: Verdict
    sentence: str
    statements: Sequence[Deciding]
    actions: list[str] = field(default_factory=list)

    @property
    def look(self) -> tuple[str, str, str]:
        """Class, icon and word."""
        is_struck = any(statement.is_deny for statement in self.statements)
        refused = ("bad", "bad", "Denied") if is_struck else ("", "none", "Not allowed")
        return LOOKS.get(self.verdict, refused)


@dataclass(frozen=True, slots=True)
class Reasons:
    items: Sequence[Reason]
    next_marker: str | None


def reasons_of(
    access: EffectiveAccess, actions: int, places: Places, *, marker: str | None = None
) -> Reasons:
    """A page of the actions in a set: those allowed come first, those denied last."""
    ordered = _ordered(access, actions)
    start = bisect_right(ordered, key_of(marker)) if marker else 0
    page = ordered[start : start + ACTIONS_SHOWN]
    is_more = len(ordered) > start + ACTIONS_SHOWN
    return Reasons(_together(access, page, places), marker_of(page[-1]) if is_more else None)


def _ordered(access: EffectiveAccess, actions: int) -> list[str]:
    """The names, each after the place of its verdict, so that one text is order and marker."""
    found = access.effective
    sets = (found.allowed, found.conditional, found.denied)
    return [
        f"{place} {name}" for place, one in enumerate(sets) for name in found.universe.names_in(one & actions)
    ]


def _together(access: EffectiveAccess, page: Iterable[str], places: Places) -> list[Reason]:
    reasons: dict[tuple[object, ...], Reason] = {}
    for key in page:
        name = key.partition(" ")[2]
        prospect = access.effective.prospect(name)
        sentence, matches = _sentence(name, prospect, access), _decisive(prospect)
        same = (sentence, *map(id, matches))
        if same not in reasons:
            told = [_deciding(access, match, places) for match in matches]
            reasons[same] = Reason(prospect.verdict, sentence, told)
        reasons[same].actions.extend(catalog().actions_matching(name))
    return list(reasons.values())


def _decisive(prospect: Prospect) -> list[Match]:
    """The statements that matter: of a denied action those that deny it, or those that allow it in vain."""
    if prospect.verdict is Verdict.DENIED:
        return _sure(prospect.denials) or _surest(_of_layer(Layer.IDENTITY, prospect.allows))
    layers = sorted({match.source.layer for match, _ in prospect.allows})
    allows = [match for layer in layers for match in _surest(_of_layer(layer, prospect.allows))]
    return [*allows, *_surest(prospect.denials)]


def _of_layer(layer: Layer, said: Iterable[Said]) -> list[Said]:
    return [(match, how) for match, how in said if match.source.layer is layer]


def _sure(said: Iterable[Said]) -> list[Match]:
    return [match for match, how in said if how is Certainty.YES]


def _surest(said: Sequence[Said]) -> list[Match]:
    """A statement that counts for sure makes those that may or may not count beside it superfluous."""
    return _sure(said) or [match for match, _ in said]


def _sentence(name: str, prospect: Prospect, access: EffectiveAccess) -> str:
    if prospect.verdict is Verdict.ALLOWED:
        return "Everybody may, whatever the policies say." if name in ALWAYS_ALLOWED else "For every request."
    if prospect.verdict is Verdict.CONDITIONAL:
        return "For some requests only."
    if _sure(prospect.denials):
        return "By an explicit Deny, which nothing overrules."
    if not _of_layer(Layer.IDENTITY, prospect.allows):
        return "No policy allows it."
    is_bounded = any(source.kind is Kind.BOUNDARY for source in access.sources)
    if is_bounded and not _of_layer(Layer.PERMISSIONS_BOUNDARY, prospect.allows):
        return "The permissions boundary does not allow it."
    return "On this resource, policies of users and groups alone cannot allow it."


def _deciding(access: EffectiveAccess, match: Match, places: Places) -> Deciding:
    source, statement = match.source, match.statement
    place = places.of(source)
    terms = terms_of(match, access.asker, catalog())
    return Deciding(
        source=source,
        name=statement.sid or str(statement.index + 1),
        is_deny=statement.effect is Effect.DENY,
        url=place.url,
        terms=terms if place.is_readable else (),
        is_withheld=bool(terms) and not place.is_readable,
    )

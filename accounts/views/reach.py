"""How far a user can get: the page of the escalation paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.signin.middleware import ConsoleRequest
from accounts.views.user_detail import crumbs
from iamconsole.pages import page
from operations.reach import list_reachable
from policies.engine import NEW, Ask, Certainty, Reachable, Reached, Step, Verdict

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step as it is drawn: what is done, to what, and who one is then."""

    actions: Sequence[tuple[str, str]]
    to: str
    is_conditional: bool
    others: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownPath:
    """Somebody to become, and the way there."""

    name: str
    url: str
    is_administrator: bool
    is_conditional: bool
    is_oneself: bool
    gained: int
    steps: Sequence[ShownStep]


@require_safe
def reach(request: ConsoleRequest, user_name: str) -> HttpResponse:
    found = list_reachable(request.caller, user_name=user_name)
    paths = list(_paths(found))
    alike = _alike(found)
    name = name_of(found.start.identity.arn)
    context = {
        "user_name": name,
        "is_administrator": found.start.power is Verdict.ALLOWED,
        "administrators": [path for path in paths if path.is_administrator],
        "paths": paths[:MOST_SHOWN],
        "others": len(paths[MOST_SHOWN:]),
        "alike": alike[:MOST_SHOWN],
        "others_alike": len(alike[MOST_SHOWN:]),
        "is_complete": found.is_complete,
        "back": reverse("user-effective-access", args=[name]),
        "crumbs": crumbs(name, "Escalation"),
    }
    return page(request, "accounts/user_reach.html", context)


def _paths(found: Reachable) -> Iterator[ShownPath]:
    """Administrators first, then whoever may do most."""
    winning = [it for it in found.found if it.gained(found.start)]
    ordered = sorted(
        winning, key=lambda it: (it.power is Verdict.DENIED, len(it.path), -it.gained(found.start))
    )
    return (_shown(reached, found) for reached in ordered)


def _alike(found: Reachable) -> list[ShownPath]:
    """Others that one can act as without an action more: what they have differs in resources only, if at all."""
    winning = {it.identity.arn for it in found.found if it.gained(found.start)}
    own = found.start.identity.arn
    others = {it.identity.arn: it for it in reversed(found.found) if it.identity.arn not in {own, *winning}}
    return sorted((_shown(reached, found) for reached in others.values()), key=lambda path: path.name)


def _shown(reached: Reached, found: Reachable) -> ShownPath:
    arn = reached.identity.arn
    return ShownPath(
        name=name_of(arn),
        url="" if NEW in arn or reached.identity.is_role else reverse("user", args=[name_of(arn)]),
        is_administrator=reached.power is not Verdict.DENIED,
        is_conditional=reached.certainty is Certainty.MAYBE,
        is_oneself=arn == found.start.identity.arn,
        gained=reached.gained(found.start),
        steps=list(_steps(reached)),
    )


def _steps(reached: Reached) -> Iterator[ShownStep]:
    following = [*(step.by.arn for step in reached.path[1:]), reached.identity.arn]
    for number, (step, to) in enumerate(zip(reached.path, following, strict=True), start=1):
        is_last = number == len(reached.path)
        others = dict.fromkeys(map(_named, reached.others)) if is_last else {}
        yield ShownStep(
            actions=[_told(ask) for ask in step.asks],
            to=name_of(to),
            is_conditional=step.certainty is Certainty.MAYBE,
            others=[other for other in others if other != _named(step)],
        )


def _told(ask: Ask) -> tuple[str, str]:
    return ask.action, ask.resource.rpartition(":")[2]


def _named(step: Step) -> str:
    return " and ".join(f"{action} on {where}" for action, where in map(_told, step.asks))


def name_of(arn: str) -> str:
    """The name in an ARN; somebody who would be made has none yet."""
    if NEW in arn:
        return "a new role" if ":role/" in arn else "a new user"
    return arn.rpartition("/")[2]

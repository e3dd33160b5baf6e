"""Move: out of one group and into another in one step, with what it changes shown first."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.groups import MoveReasonForm
from accounts.signin.flow import PAGE_METHODS, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.user_detail import crumbs
from iamconsole.cli import Command, commands_of
from iamconsole.pages import flash, page, refused
from operations.effects import Effects
from operations.errors import ServiceError
from operations.memberships import move_user as make_move
from operations.moves import Move, Side, get_move
from policies.catalog import catalog
from policies.engine import Policy as Document
from policies.summary import Cut, cut_of

TEMPLATE = "accounts/move.html"
CHANGED = "What the move would change is not what it was when you looked. Look again, then move."


@dataclass(frozen=True, slots=True)
class ShownSide:
    """One of the two groups as the page shows it, before and after."""

    side: Side
    step: int

    @property
    def name(self) -> str:
        return self.side.group.group_name

    @property
    def after(self) -> int:
        return self.side.group.user_count + self.step

    @property
    def policies(self) -> list[str]:
        return [source.name.partition(" (group ")[0] for source in self.side.sources]

    @property
    def cut(self) -> Cut:
        statements = tuple(one for source in self.side.sources for one in source.document.statements)
        return cut_of(Document("", "", statements), catalog())


@require_http_methods(PAGE_METHODS)
def move_user(request: ConsoleRequest, user_name: str) -> HttpResponse:
    """The groups are in the address, so that what is shown can be looked at again; the button sends them back."""
    if request.method == "POST":
        return _move(request, user_name)
    move = _asked(request, user_name, request.GET.get("from", ""), request.GET.get("to", ""))
    return page(request, TEMPLATE, _context(move, MoveReasonForm()), partial="accounts/_move.html")


def _move(request: ConsoleRequest, user_name: str) -> HttpResponse:
    leaves, joins = request.POST.get("from", ""), request.POST.get("to", "")
    form = MoveReasonForm(request.POST)
    move = _asked(request, user_name, leaves, joins)
    context = _context(move, form)
    seen = request.POST.get("seen")
    if seen is not None and seen != context["seen"] and not move.is_stale:
        form.add_error(None, CHANGED)
    if not form.is_valid():
        return page(request, TEMPLATE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        make_move(
            request.caller,
            user_name=user_name,
            from_group_name=leaves,
            to_group_name=joins,
            reason=form.cleaned_data["reason"] or None,
        )
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context, form=form)
    if request.POST.get("is_undo"):
        flash(request, "ok", f"`{move.user.user_name}` is back in `{joins}`.")
        return see_other(reverse("user-groups", args=[user_name]))
    return see_other(f"{reverse('user-moved', args=[user_name])}?{urlencode({'from': leaves, 'to': joins})}")


@require_safe
def user_moved(request: ConsoleRequest, user_name: str) -> HttpResponse:
    """What was done, told by what undoing it would change."""
    leaves, joins = request.GET.get("from", ""), request.GET.get("to", "")
    back = _asked(request, user_name, joins, leaves)
    if back.source is None or back.target is None or back.is_stale:
        return see_other(reverse("user-groups", args=[user_name]))
    name = back.user.user_name
    context = {
        "move": back,
        "effects": _reversed(back.effects) if back.effects else None,
        "leaves": leaves,
        "joins": joins,
        "crumbs": crumbs(name, "Moved"),
    }
    return page(request, "accounts/moved.html", context)


def _reversed(effects: Effects) -> Effects:
    """What undoing would give was lost. What stays comes through another group by now, so its source is not told."""
    kept = tuple(replace(change, through=()) for change in effects.kept)
    return replace(effects, lost=effects.gained, gained=effects.lost, kept=kept)


def _asked(request: ConsoleRequest, user_name: str, leaves: str, joins: str) -> Move:
    return get_move(
        request.caller,
        user_name=user_name,
        from_group_name=leaves or None,
        to_group_name=joins or None,
    )


def _context(move: Move, form: MoveReasonForm) -> dict[str, Any]:
    only = move.own[0].group_name if len(move.own) == 1 else ""
    return {
        "move": move,
        "form": form,
        "source": ShownSide(move.source, -1) if move.source else None,
        "target": ShownSide(move.target, int(not move.is_member)) if move.target else None,
        "chosen_from": move.source.group.group_name if move.source else only,
        "seen": hashlib.sha256(repr(move.effects).encode()).hexdigest()[:16],
        "crumbs": crumbs(move.user.user_name, "Move"),
        "cli": _commands(move),
    }


def _commands(move: Move) -> list[Command]:
    """Two commands where the page has one step; between them the user is in both groups."""
    if move.source is None or move.target is None:
        return []
    user = {"UserName": move.user.user_name}
    joins = [{**user, "GroupName": move.target.group.group_name}]
    leaves = [{**user, "GroupName": move.source.group.group_name}]
    return commands_of({"joins": joins, "leaves": leaves})

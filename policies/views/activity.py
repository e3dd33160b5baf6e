"""A policy from what a user did: the recorded actions, less those that are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from operations.recorded_activity import UsedAction, UserActivity, list_user_activity
from policies.catalog import Catalog, catalog
from policies.starting.activity import Use, statements_for
from policies.starting.appending import Unappendable, new_text
from policies.starting_forms import ActivityForm, PeriodForm
from policies.summary import LEVEL_WORDS
from policies.views.addresses import Crumbs
from policies.views.starting import Destination, DraftPreview, begin, counted


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action that was used, as listed: what it is, how often and when last, and on what."""

    action: str
    level: str
    count: int | None
    last_time: datetime
    resources: Sequence[str]
    is_chosen: bool

    @property
    def more_count(self) -> int:
        return max(0, len(self.resources) - 1)


@require_http_methods(PAGE_METHODS)
def policy_from_activity(request: ConsoleRequest) -> HttpResponse:
    """Whose activity, and of how many days, stands in the address; what is left out and how, in the form."""
    destination, period = Destination.of(request), PeriodForm(request.GET)
    found = list_user_activity(request.caller, user_name=request.GET.get("user", ""), days=period.asked)
    known = [each for each in found.actions if catalog().action(each.action)]
    form = ActivityForm(request.POST or None, actions=[each.action for each in known])
    if request.POST.get("go") == "use" and form.is_valid():
        try:
            return _used(request, destination, found, form)
        except Unappendable as error:
            form.add_error(None, error.message)
    context = _context(found, known, form) | {
        "period": period,
        "destination": destination,
        "action": request.get_full_path(),
        "templates_url": destination.address("policy-templates"),
        "crumbs": _crumbs(found.user.user_name),
    }
    if request.POST.get("go") == "use":
        return page(request, "policies/activity.html", context, status=form_status(form))
    return page(request, "policies/activity.html", context, partial="policies/_draft_preview.html")


def _used(
    request: ConsoleRequest, destination: Destination, found: UserActivity, form: ActivityForm
) -> HttpResponse:
    statements = _statements(found.actions, form)
    said = f"{counted(statements)} from what `{found.user.user_name}` did came in. Look it over, then go on."
    return begin(request, destination, statements, said)


def _statements(actions: Sequence[UsedAction], form: ActivityForm) -> list[dict[str, object]]:
    chosen = set(form.chosen)
    uses = [Use(each.action, each.resources) for each in actions if each.action in chosen]
    return statements_for(uses, catalog(), is_exact=form.is_exact)


def _context(found: UserActivity, known: Sequence[UsedAction], form: ActivityForm) -> dict[str, object]:
    statements = _statements(known, form)
    return {
        "user": found.user,
        "found": found,
        "form": form,
        "rows": list(_rows(known, form, catalog())),
        "unknown": [each.action for each in found.actions if each not in known],
        "preview": DraftPreview(new_text(statements) if statements else ""),
    }


def _rows(known: Sequence[UsedAction], form: ActivityForm, names: Catalog) -> Iterator[ActionRow]:
    chosen = set(form.chosen)
    for each in known:
        action = names.action(each.action)
        level = LEVEL_WORDS[action.access_level] if action else ""
        yield ActionRow(each.action, level, each.count, each.last_time, each.resources, each.action in chosen)


def _crumbs(user_name: str) -> Crumbs:
    users = [("IAM", "/iam/"), ("Users", "/iam/users/"), (user_name, reverse("user", args=[user_name]))]
    return [*users, ("Policy from activity", "")]

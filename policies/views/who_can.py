"""Who can do this: one action, and everybody in the account who may perform it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.signin.flow import form_status
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page, refused
from operations.errors import ServiceError
from operations.who_can import Able, list_who_can
from policies.catalog import catalog
from policies.engine import Effect, Match
from policies.forms import WhoCanForm
from policies.summary import terms_of
from policies.views.access import suggestions
from policies.views.deciding import policy_url

TEMPLATE = "policies/who_can.html"
PARTIAL = "policies/_who_can_answer.html"


@dataclass(frozen=True, slots=True)
class Row:
    """One who may: through which statements, each with its address, and what the request has to bring."""

    able: Able
    through: Sequence[tuple[Match, str]]
    terms: Sequence[str]

    @classmethod
    def of(cls, able: Able) -> Row:
        through = [(match, policy_url(match)) for match in able.allows]
        return cls(able, through, list(dict.fromkeys(_told(match, able) for match in able.undecided)))


def _told(match: Match, able: Able) -> str:
    """What decides whether a statement counts; a Deny that counts takes the answer back."""
    terms = " ".join(terms_of(match, able.asker, catalog()))
    return f"denied {terms}" if match.statement.effect is Effect.DENY else terms


@require_safe
def who_can(request: ConsoleRequest) -> HttpResponse:
    """The question stands in the address: it changes nothing, and can be sent to somebody."""
    form = WhoCanForm(request.GET if "action_name" in request.GET else None)
    context = {"form": form, "actions": suggestions(request)}
    if not form.is_valid():
        return page(request, TEMPLATE, context, partial=PARTIAL, status=form_status(form))
    try:
        able = list_who_can(request.caller, **form.question)
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context, partial=PARTIAL, form=form)
    context |= {"able": able, "rows": [Row.of(one) for one in able.rows], "asked": form.cleaned_data}
    return page(request, TEMPLATE, context, partial=PARTIAL)

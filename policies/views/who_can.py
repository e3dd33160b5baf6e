"""Who can do this: one action, and everybody in the account who may perform it."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.signin.flow import form_status
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page, refused
from operations.errors import ServiceError
from operations.who_can import list_who_can
from policies.forms import WhoCanForm
from policies.views.access import suggestions

TEMPLATE = "policies/who_can.html"
PARTIAL = "policies/_who_can_answer.html"


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
    return page(request, TEMPLATE, context | {"able": able, "asked": form.cleaned_data}, partial=PARTIAL)

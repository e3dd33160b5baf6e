"""What a user may do, asked of the engine, and what the user did, read from the trail."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.forms.access import AccessForm
from accounts.signin.middleware import ConsoleRequest
from accounts.views.user_detail import frame
from iamconsole.pages import page
from iamconsole.reading import attempt
from operations.access import check_access
from operations.errors import AccessDenied, ServiceError
from operations.events import list_events
from operations.user_details import get_user_details

EVENTS_SHOWN = 50


@require_safe
def check(request: ConsoleRequest, user_name: str) -> HttpResponse:
    """The question is in the address, so that an answer can be shared and asked again."""
    details = get_user_details(request.caller, user_name=user_name)
    form = AccessForm(request.GET if "action_name" in request.GET else None)
    context: dict[str, object] = {"form": form}
    status = HTTPStatus.OK
    withheld: list[AccessDenied] = []
    if form.is_valid():
        try:
            context["explanation"] = check_access(request.caller, user_name=user_name, **form.cleaned_data)
        except AccessDenied as error:
            withheld = [error]
        except ServiceError as error:
            form.add_error(error.parameter if error.parameter in form.fields else None, error.message)
    if form.is_bound and form.errors:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context |= frame(request, details, "user-check-access", withheld)
    template, partial = "accounts/user_check_access.html", "accounts/_access_answer.html"
    return page(request, template, context, partial=partial, status=status)


@require_safe
def history(request: ConsoleRequest, user_name: str) -> HttpResponse:
    """Events that the user caused, newest first."""
    details = get_user_details(request.caller, user_name=user_name)
    marker = request.GET.get("marker") or None
    found, refusal = attempt(
        lambda: list_events(
            request.caller, principal_id=details.user.user_id, marker=marker, max_items=EVENTS_SHOWN
        )
    )
    withheld = [refusal] if refusal else []
    context = {**frame(request, details, "user-history", withheld), "found": found, "marker": marker}
    return page(request, "accounts/user_history.html", context)

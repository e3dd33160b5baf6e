"""A forgotten root password: a link by e-mail, good once, and the code is still asked for afterwards."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.passwords import Rules
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.forms import ROOT, ResetForm, ResetRequestForm
from accounts.signin.middleware import ConsoleRequest
from accounts.signin.password_rules import rule_lines
from iamconsole.pages import flash, page, refused
from operations.caller import nobody
from operations.errors import ServiceError
from operations.signup import request_password_reset, reset_root_password, root_of_token

SENT = (
    "If this address belongs to an account, a letter with a link is on its way. "
    "The link works once, for an hour. Look among the unwanted letters too."
)


@require_http_methods(PAGE_METHODS)
def ask(request: ConsoleRequest) -> HttpResponse:
    """The answer is the same for an address that nobody has."""
    form = ResetRequestForm(request.POST if request.method == "POST" else None)
    template, context = "signin/reset_ask.html", {"form": form}
    if not form.is_valid():
        return page(request, template, context, status=form_status(form))
    try:
        request_password_reset(nobody(request.caller.client), **form.cleaned_data)
    except ServiceError as error:
        return refused(request, error, template=template, context=context, form=form)
    flash(request, "info", SENT)
    return see_other(_root_door())


@require_http_methods(PAGE_METHODS)
def reset(request: ConsoleRequest, token: str) -> HttpResponse:
    if root_of_token(token) is None:
        return page(request, "signin/reset_expired.html", {}, status=HTTPStatus.GONE)
    form = ResetForm(request.POST if request.method == "POST" else None)
    template, context = "signin/reset.html", {"form": form, "rules": rule_lines(Rules())}
    if not form.is_valid():
        return page(request, template, context, status=form_status(form))
    try:
        reset_root_password(
            nobody(request.caller.client), token=token, new_password=form.cleaned_data["new_password"]
        )
    except ServiceError as error:
        return refused(request, error, template=template, context=context, form=form)
    flash(request, "ok", "The new password is set. Sign in with it, and with a code as before.")
    return see_other(_root_door())


def _root_door() -> str:
    return f"{reverse('signin')}?kind={ROOT}"

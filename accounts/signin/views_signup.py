"""Making an account, and with it its root user."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.passwords import Rules
from accounts.signin.flow import PAGE_METHODS, form_status, go_on, is_whole
from accounts.signin.forms import SignUpForm
from accounts.signin.middleware import ConsoleRequest
from accounts.signin.password_rules import rule_lines
from iamconsole.navigation import DASHBOARD
from iamconsole.pages import flash, page, refused
from operations.caller import Caller, nobody
from operations.errors import ServiceError
from operations.signup import is_open
from operations.signup import sign_up as make_account

TEMPLATE = "signin/sign_up.html"


@require_http_methods(PAGE_METHODS)
def sign_up(request: ConsoleRequest) -> HttpResponse:
    if is_whole(request.caller):
        return redirect(DASHBOARD)
    if not is_open():
        return page(request, "signin/sign_up_closed.html", {}, status=HTTPStatus.FORBIDDEN)
    form = SignUpForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "rules": rule_lines(Rules())}
    if not form.is_valid():
        return page(request, TEMPLATE, context, status=form_status(form))
    try:
        root = _made(request, form)
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context, form=form)
    if root.account:
        flash(request, "ok", f"Account {root.account.name} is made. Its ID is {root.account.grouped_id}.")
    return go_on(request, root, wanted="")


def _made(request: ConsoleRequest, form: SignUpForm) -> Caller:
    told = form.cleaned_data
    return make_account(
        nobody(request.caller.client),
        account_name=told["account_name"],
        email_address=told["email_address"],
        password=told["password"],
    )

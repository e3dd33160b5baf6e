"""Between the password and the whole session: the code, and a change of the password that is due."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.signin.flow import PAGE_METHODS, at_step, form_status, go_on
from accounts.signin.forms import CodeForm, ExpiredPasswordForm
from accounts.signin.middleware import ConsoleRequest
from accounts.signin.password_rules import rule_lines
from iamconsole.pages import page, refused
from operations.caller import Caller
from operations.errors import ServiceError
from operations.login_profiles import is_expired, policy_of, rules_of
from operations.signin import Step, change_expired_password, console_login


@require_http_methods(PAGE_METHODS)
@at_step(Step.CODE)
def enter_code(request: ConsoleRequest) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    template, context = "signin/code.html", {"form": form}
    if not form.is_valid():
        return page(request, template, context, status=form_status(form))
    try:
        caller = console_login(request.caller, **form.cleaned_data)
    except ServiceError as error:
        return refused(request, error, template=template, context=context, form=form)
    return go_on(request, caller)


@require_http_methods(PAGE_METHODS)
@at_step(Step.CHANGE_PASSWORD)
def change_password(request: ConsoleRequest) -> HttpResponse:
    """With "expiration requires administrator reset" an expired password is past changing by its owner."""
    user = request.caller.user
    if user is None or _only_an_administrator_helps(request.caller, user):
        return page(request, "signin/password_stuck.html", {}, status=403)
    form = ExpiredPasswordForm(request.POST if request.method == "POST" else None)
    rules = rule_lines(rules_of(request.caller.account_id))
    template = "signin/password.html"
    context = {"form": form, "rules": rules, "is_new": user.password_reset_required}
    if not form.is_valid():
        return page(request, template, context, status=form_status(form))
    old, new = form.cleaned_data["old_password"], form.cleaned_data["new_password"]
    try:
        caller = change_expired_password(request.caller, old_password=old, new_password=new)
    except ServiceError as error:
        return refused(request, error, template=template, context=context, form=form)
    return go_on(request, caller)


def _only_an_administrator_helps(caller: Caller, user: User) -> bool:
    policy = policy_of(caller.account_id)
    return policy is not None and policy.hard_expiry and is_expired(caller, user)

"""How a user signs in: the tab Security credentials, and the pages that change the password."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.credentials import ConsoleAccessForm
from accounts.models import User
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.signin.password_rules import rule_lines
from accounts.views.access_keys import commands_for_keys, panel_of
from accounts.views.create_user_finished import Credentials
from accounts.views.credential_owners import Owner
from accounts.views.own_account import account_of, sign_in_address
from accounts.views.user_detail import crumbs, frame
from iamconsole.cli import TYPED, Command, command
from iamconsole.pages import flash, page, refused
from operations.caller import Caller
from operations.errors import ServiceError
from operations.login_profiles import (
    create_login_profile,
    delete_login_profile,
    rules_of,
    update_login_profile,
)
from operations.user_details import get_user_details
from operations.user_sessions import end_user_sessions
from operations.users import get_user

TEMPLATE = "accounts/user_console_access.html"


@require_safe
def credentials(request: ConsoleRequest, user_name: str) -> HttpResponse:
    details = get_user_details(request.caller, user_name=user_name)
    owner = Owner(request.caller, details.user, details.user.user_name, is_caller=False)
    keys = panel_of(owner)
    context = {
        **frame(request, details, "user-credentials", keys.withheld),
        **keys.shown,
        "sign_in_address": sign_in_address(account_of(request.caller)),
        "cli": [*_commands(details.user), *commands_for_keys(owner, keys.rows)],
    }
    return page(request, "accounts/user_credentials.html", context)


def _commands(user: User) -> list[Command]:
    told = [command("List the MFA devices", "iam:ListMFADevices", user_name=user.user_name)]
    if user.has_console_access:
        told.append(command("See the console access", "iam:GetLoginProfile", user_name=user.user_name))
    return told


@require_http_methods(PAGE_METHODS)
def console_access(request: ConsoleRequest, user_name: str) -> HttpResponse:
    """Enable, disable, or give another password, which the answer shows this once."""
    user = get_user(request.caller, user_name=user_name)
    rules = rules_of(request.caller.account_id)
    data = request.POST if request.method == "POST" else None
    form = ConsoleAccessForm(data, rules=rules, has_console_access=user.has_console_access)
    back = reverse("user-credentials", args=[user_name])
    context = {
        "crumbs": crumbs(user_name, "Manage console access"),
        "user": user,
        "form": form,
        "rules": rule_lines(rules),
        "back": back,
        "cli": _changing(user),
    }
    if not form.is_valid():
        return page(request, TEMPLATE, context, status=form_status(form))
    try:
        password = _change(request.caller, user, form)
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context, form=form)
    if password is not None:
        shown = Credentials(user_name, password, sign_in_address(account_of(request.caller)))
        context |= {"credentials": shown, "sealed": shown.sealed(request.caller)}
        return page(request, "accounts/user_password.html", context)
    flash(request, "ok", f"The console access of `{user_name}` is changed.")
    return see_other(back)


def _changing(user: User) -> list[Command]:
    """The form's three ends; the password is whatever will be typed."""
    name, given = user.user_name, {"password": TYPED, "password_reset_required": True}
    if not user.has_console_access:
        return [command("Enable console access", "iam:CreateLoginProfile", user_name=name, **given)]
    return [
        command("Set another password", "iam:UpdateLoginProfile", user_name=name, **given),
        command("Disable console access", "iam:DeleteLoginProfile", user_name=name),
    ]


def _change(caller: Caller, user: User, form: ConsoleAccessForm) -> str | None:
    """The new password, where there is one to show."""
    if form.is_disabling:
        if user.has_console_access:
            delete_login_profile(caller, user_name=user.user_name)
        return None
    reset_required, password = form.cleaned_data["reset_required"], form.new_password
    change = update_login_profile if user.has_console_access else create_login_profile
    change(caller, user_name=user.user_name, password=password, password_reset_required=reset_required)
    return password


@require_http_methods(PAGE_METHODS)
def sign_out(request: ConsoleRequest, user_name: str) -> HttpResponse:
    """End every session of a user; the page asks first."""
    back = reverse("user-credentials", args=[user_name])
    user = get_user(request.caller, user_name=user_name)
    context = {"crumbs": crumbs(user_name, "Sign out everywhere"), "user": user, "back": back}
    if request.method != "POST":
        return page(request, "accounts/user_sign_out.html", context)
    try:
        end_user_sessions(request.caller, user_name=user_name)
    except ServiceError as error:
        return refused(request, error, template="accounts/user_sign_out.html", context=context)
    flash(request, "ok", f"`{user_name}` is signed out everywhere.")
    return see_other(back)

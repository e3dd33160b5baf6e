"""My security credentials: one's own password, devices and sessions."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.credentials import ChangePasswordForm
from accounts.signin.flow import PAGE_METHODS
from accounts.signin.middleware import ConsoleRequest
from accounts.signin.password_rules import rule_lines
from accounts.signin.session import refresh
from accounts.views.access_keys import commands_for_keys, panel_of
from accounts.views.credential_owners import own
from accounts.views.form_tasks import FormTask, performed
from accounts.views.own_account import account_of, sign_in_address
from accounts.views.proof import freshly_proved
from iamconsole.cli import TYPED, command
from iamconsole.pages import page
from iamconsole.reading import attempt
from operations.login_profiles import change_password as change_own_password
from operations.login_profiles import rules_of
from operations.mfa_devices import list_mfa_devices

CRUMBS = [("IAM", "/iam/"), ("My security credentials", "")]


@require_safe
def security_credentials(request: ConsoleRequest) -> HttpResponse:
    """What is the caller's own needs no right; its devices are listed where a policy allows it."""
    account = account_of(request.caller)
    devices, refusal = attempt(lambda: list_mfa_devices(request.caller))
    owner = own(request.caller)
    keys = panel_of(owner)
    context = {
        "crumbs": CRUMBS,
        "account": account,
        "identity": request.caller.principal,
        "devices": devices.items if devices else None,
        "withheld": [*([refusal] if refusal else []), *keys.withheld],
        **keys.shown,
        "sign_in_address": sign_in_address(account),
        "cli": [command("List my MFA devices", "iam:ListMFADevices"), *commands_for_keys(owner, keys.rows)],
    }
    return page(request, "accounts/security_credentials.html", context)


@require_http_methods(PAGE_METHODS)
@freshly_proved
def change_password(request: ConsoleRequest) -> HttpResponse:
    """Every other session ends; this one goes on under a new key."""
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        old, new = form.cleaned_data["old_password"], form.cleaned_data["new_password"]
        change_own_password(request.caller, old_password=old, new_password=new)
        _stay(request)

    task = FormTask(
        title="Change your password",
        text="Your other sessions end with it; this one goes on.",
        label="Change password",
        act=act,
        done="Your password is changed.",
        to=reverse("security-credentials"),
        template="accounts/change_password.html",
    )
    rules = rule_lines(rules_of(request.caller.account_id))
    crumbs = [CRUMBS[0], (CRUMBS[1][0], task.to), ("Change password", "")]
    cli = [command("Change my password", "iam:ChangePassword", old_password=TYPED, new_password=TYPED)]
    return performed(request, form, task, rules=rules, crumbs=crumbs, cli=cli)


def _stay(request: ConsoleRequest) -> None:
    """The new password began a new epoch: carry this session over into it."""
    user = request.caller.user
    if user is not None:
        user.refresh_from_db(fields=["session_epoch"])
        credential = replace(request.caller.credential, epoch=user.session_epoch)
        refresh(request, replace(request.caller, credential=credential))

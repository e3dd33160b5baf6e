"""Account settings: the password policy, the alias and what a sign-in asks for."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.account import AliasForm, PasswordPolicyForm, SignInSettingsForm, bound
from accounts.models import PasswordPolicy
from accounts.passwords import Rules
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.asking import readable
from accounts.views.form_tasks import FormTask, performed
from accounts.views.own_account import account_of, sign_in_address
from accounts.views.root_only import root_only
from iamconsole.cli import TYPED, Command, command
from iamconsole.forms import ConfirmationForm
from iamconsole.pages import flash, page, refused
from iamconsole.seen import has_changed, seen_of
from operations.account import (
    create_account_alias,
    delete_account_alias,
    list_account_aliases,
    update_sign_in_settings,
)
from operations.call import may
from operations.caller import Caller
from operations.errors import ConcurrentModification, NoSuchEntity, ServiceError
from operations.operation import act
from operations.password_policy import (
    delete_account_password_policy,
    get_account_password_policy,
    update_account_password_policy,
)

POLICY_FORM = "accounts/password_policy.html"
EDITS = {
    "policy": "iam:UpdateAccountPasswordPolicy",
    "create_alias": "iam:CreateAccountAlias",
    "delete_alias": "iam:DeleteAccountAlias",
}


@require_safe
def account_settings(request: ConsoleRequest) -> HttpResponse:
    caller = request.caller
    policy, policy_refused = readable(caller, ("iam:GetAccountPasswordPolicy",), custom_policy)
    aliases, alias_refused = readable(caller, ("iam:ListAccountAliases",), list_account_aliases)
    context = {
        "policy": policy,
        "rules": Rules.of(policy).in_words(),
        "policy_refused": policy_refused,
        "alias": next(iter(aliases.items), "") if aliases else "",
        "alias_refused": alias_refused,
        "account": account_of(caller),
        "address": sign_in_address(account_of(caller)),
        "may": {name: may(caller, action, "*") for name, action in EDITS.items()},
        "actions": EDITS,
        "cli": [
            command("See the password policy", "iam:GetAccountPasswordPolicy"),
            command("See the alias", "iam:ListAccountAliases"),
        ],
    }
    return page(request, "accounts/account_settings.html", context)


@require_http_methods(PAGE_METHODS)
def password_policy(request: ConsoleRequest) -> HttpResponse:
    """Custom rules are sent twice: first to read what they will do, then with `confirmed`."""
    policy = custom_policy(request.caller)
    form = PasswordPolicyForm(
        bound(request.POST, request.method), initial=PasswordPolicyForm.initial_of(policy)
    )
    # While somebody reads what custom rules will do, the form keeps what it was begun on.
    seen = request.POST.get("seen") or seen_of(PasswordPolicyForm.initial_of(policy))
    context = {"form": form, "seen": seen, "cli": _commands(form, policy)}
    if not form.is_valid():
        return page(request, POLICY_FORM, context, status=form_status(form))
    if form.is_custom and "confirmed" not in request.POST:
        return page(request, POLICY_FORM, context | {"is_to_confirm": True})
    try:
        done = _set_policy(request.caller, form, seen)
    except ServiceError as error:
        context["seen"] = seen_of(PasswordPolicyForm.initial_of(custom_policy(request.caller)))
        return refused(request, error, template=POLICY_FORM, context=context, form=form)
    flash(request, "ok", done)
    return see_other(reverse("account-settings"))


def _commands(form: PasswordPolicyForm, policy: PasswordPolicy | None) -> list[Command]:
    """The rules that were sent, or else those that the form begins with."""
    rules = form.rules if form.is_bound and form.is_valid() else PasswordPolicyForm.initial_of(policy)
    given = {name: value for name, value in rules.items() if name != "kind"}
    setting = command("Set custom rules", "iam:UpdateAccountPasswordPolicy", **given)
    return [setting, command("Go back to IAM's default", "iam:DeleteAccountPasswordPolicy")]


def _set_policy(caller: Caller, form: PasswordPolicyForm, seen: str) -> str:
    with act(caller, "SetPasswordPolicy"):
        present = custom_policy(caller)
        if has_changed(PasswordPolicyForm.initial_of(present), seen):
            raise ConcurrentModification(
                "Somebody changed the password policy while you were typing. Nothing was saved: "
                "look through your rules, then save again."
            )
        if form.is_custom:
            update_account_password_policy(caller, **form.rules)
            return "The custom password policy holds from the next change of a password on."
        if present is not None:
            delete_account_password_policy(caller)
    return "IAM's default rules hold for passwords."


@require_http_methods(PAGE_METHODS)
def account_alias(request: ConsoleRequest) -> HttpResponse:
    account = account_of(request.caller)
    form = AliasForm(bound(request.POST, request.method), initial={"account_alias": account.alias or ""})
    task = FormTask(
        title="Edit the account alias" if account.alias else "Create an account alias",
        text="The alias stands in the sign-in address in place of the account ID.",
        label="Save alias",
        act=lambda: create_account_alias(request.caller, **form.cleaned_data),
        done="The account has its new alias. The address with the account ID works as before.",
        to=reverse("account-settings"),
        template="accounts/alias.html",
    )
    addresses = {"address": sign_in_address(account), "id_address": sign_in_address(account, account.id)}
    cli = [command("Set the alias", "iam:CreateAccountAlias", account_alias=TYPED)]
    return performed(request, form, task, account=account, cli=cli, **addresses)


@require_http_methods(PAGE_METHODS)
def remove_account_alias(request: ConsoleRequest) -> HttpResponse:
    account = account_of(request.caller)
    alias = account.alias
    if not alias:
        flash(request, "info", "The account has no alias.")
        return see_other(reverse("account-settings"))
    form = ConfirmationForm(bound(request.POST, request.method), word=alias)
    task = FormTask(
        title="Delete the account alias",
        text=f"The address `{sign_in_address(account)}` stops working, and anybody may take the name.",
        label="Delete alias",
        act=lambda: delete_account_alias(request.caller, account_alias=alias),
        done=f"The alias is gone. Users sign in at `{sign_in_address(account, account.id)}`.",
        to=reverse("account-settings"),
        template="accounts/delete_alias.html",
    )
    cli = [command("Delete the alias", "iam:DeleteAccountAlias", account_alias=alias)]
    return performed(request, form, task, cli=cli)


@require_http_methods(PAGE_METHODS)
@root_only("Changing the sign-in settings")
def sign_in_settings(request: ConsoleRequest) -> HttpResponse:
    present = {"mfa_grace_days": account_of(request.caller).mfa_grace_days}
    form = SignInSettingsForm(bound(request.POST, request.method), initial=present)
    task = FormTask(
        title="Edit the sign-in settings",
        text="With 0 days everybody enrols an MFA device at the first sign-in. Root always does.",
        label="Save settings",
        act=lambda: update_sign_in_settings(request.caller, **form.cleaned_data),
        done="The sign-in settings are saved.",
        to=reverse("account-settings"),
        template="accounts/settings_task.html",
    )
    return performed(request, form, task)


def custom_policy(caller: Caller) -> PasswordPolicy | None:
    """The account's own password policy; None while IAM's default rules hold."""
    try:
        return get_account_password_policy(caller)
    except NoSuchEntity:
        return None

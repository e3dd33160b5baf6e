"""The account page: the tasks that belong to its owner, each on a page of its own."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import passwords
from accounts.forms.account import (
    AccountNameForm,
    EmailCodeForm,
    EmailForm,
    RootPasswordForm,
    SupportPlanForm,
    bound,
)
from accounts.models import RootUser
from accounts.models.account import SupportPlan
from accounts.signin.flow import PAGE_METHODS, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.signin.password_rules import rule_lines
from accounts.views.form_tasks import FormTask, performed
from accounts.views.own_account import account_of
from accounts.views.proof import freshly_proved
from accounts.views.root_only import root_only
from iamconsole.clock import now
from iamconsole.pages import page
from operations.account import (
    change_root_password,
    confirm_email_change,
    request_email_change,
    update_account_name,
    update_support_plan,
)


@require_safe
@root_only("The account page")
def account(request: ConsoleRequest) -> HttpResponse:
    plan = SupportPlan(account_of(request.caller).support_plan).label
    context = {"root": request.caller.principal, "plan": plan, "waiting_email": waiting_email(request)}
    return page(request, "accounts/account.html", context)


@require_http_methods(PAGE_METHODS)
@root_only("Renaming the account")
def change_name(request: ConsoleRequest) -> HttpResponse:
    form = AccountNameForm(
        bound(request.POST, request.method), initial={"account_name": account_of(request.caller).name}
    )
    task = FormTask(
        title="Change the account name",
        text="The name is for people: it stands on the dashboard and in messages. The account ID stays.",
        label="Save name",
        act=lambda: update_account_name(request.caller, **form.cleaned_data),
        done="The account has its new name.",
        to=reverse("account"),
    )
    return performed(request, form, task)


@require_http_methods(PAGE_METHODS)
@root_only("Changing the root user's e-mail address")
def change_email(request: ConsoleRequest) -> HttpResponse:
    form = EmailForm(bound(request.POST, request.method))
    task = FormTask(
        title="Change the root e-mail address",
        text="We send a code to the new address. Until it comes back, root signs in with the old one.",
        label="Send code",
        act=lambda: request_email_change(request.caller, **form.cleaned_data),
        done="A code is on its way to the new address. It is good for 15 minutes.",
        to=reverse("account-email-confirm"),
    )
    return performed(request, form, task)


@require_http_methods(PAGE_METHODS)
@root_only("Changing the root user's e-mail address")
def confirm_email(request: ConsoleRequest) -> HttpResponse:
    address = waiting_email(request)
    if not address:
        return see_other(reverse("account-email"))
    form = EmailCodeForm(bound(request.POST, request.method))
    task = FormTask(
        title="Confirm the new e-mail address",
        text=f"Type the code that we sent to `{address}`. Five wrong codes end the change.",
        label="Confirm address",
        act=lambda: confirm_email_change(request.caller, **form.cleaned_data),
        done=f"From now on root signs in with `{address}`.",
        to=reverse("account"),
    )
    return performed(request, form, task)


@require_http_methods(PAGE_METHODS)
@root_only("Changing the root user's password")
@freshly_proved
def change_password(request: ConsoleRequest) -> HttpResponse:
    form = RootPasswordForm(bound(request.POST, request.method))

    def act() -> None:
        old, new = form.cleaned_data["old_password"], form.cleaned_data["new_password"]
        change_root_password(request.caller, old_password=old, new_password=new)
        request.session.flush()

    task = FormTask(
        title="Change the root password",
        text="Every session of root ends with it, this one too: sign in again with the new password.",
        label="Change password",
        act=act,
        done="The root password is changed. Sign in with the new one.",
        to=f"{reverse('signin')}?kind=root",
    )
    return performed(request, form, task, rules=rule_lines(passwords.Rules()))


@require_http_methods(PAGE_METHODS)
@root_only("Changing the support plan")
def change_support_plan(request: ConsoleRequest) -> HttpResponse:
    form = SupportPlanForm(
        bound(request.POST, request.method), initial={"support_plan": account_of(request.caller).support_plan}
    )
    task = FormTask(
        title="Change the support plan",
        text="One of the few things that only root can do. The plan here is play: nobody is billed.",
        label="Change plan",
        act=lambda: update_support_plan(request.caller, **form.cleaned_data),
        done="The support plan is changed.",
        to=reverse("account"),
    )
    return performed(request, form, task)


def waiting_email(request: ConsoleRequest) -> str:
    """The address whose code has not come back yet, while it may."""
    root = request.caller.principal
    if not isinstance(root, RootUser) or root.new_email_expires is None or now() > root.new_email_expires:
        return ""
    return root.new_email

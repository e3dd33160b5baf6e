"""The Create user wizard: details first, review last, and the one act that makes it all true."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.create_user import CUSTOM, UserDetailsForm
from accounts.models import User
from accounts.sealing import SealBroken
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.signin.password_rules import rule_lines
from accounts.views import wizard
from accounts.views.create_user_commands import commands_for_creating
from accounts.views.create_user_steps import DETAILS, REVIEW, at_step, details_of, frame, permissions_of
from accounts.views.new_user import (
    Details,
    create_user_with_everything,
    needs_change_password,
    password_for,
    sealed,
)
from accounts.views.review import TAGS, rearranged, rows_of, summary_of
from iamconsole.pages import flash, page, refused
from iamconsole.tags import TagRows, tag_rows
from operations.call import may
from operations.errors import ServiceError
from operations.login_profiles import rules_of
from operations.operation import act
from operations.quotas import quota
from operations.users import get_user

REVIEW_TEMPLATE = "accounts/create_user/review.html"
SEAL_BROKEN = "The password that was typed can no longer be read. Type it again, or let one be generated."


@require_http_methods(PAGE_METHODS)
def create_user_details(request: ConsoleRequest) -> HttpResponse:
    """Step 1. The address of the form names a run; it begins with the first answer."""
    run = wizard.run_to_begin(request)
    if wizard.FINISHED in run.answers:
        return see_other(reverse("create-user-details"))
    kept, rules = details_of(run), rules_of(request.caller.account_id)
    form = UserDetailsForm(
        request.POST if request.method == "POST" else None,
        rules=rules,
        has_password=bool(kept.sealed_password),
        initial=asdict(kept),
    )
    if form.is_valid() and _is_free(request, form):
        run = wizard.remember(request, run, DETAILS, asdict(_details(form, kept, run)))
        return see_other(run.url("create-user-permissions"))
    context = {"form": form, "rules": rule_lines(rules), "is_kept": DETAILS in run.answers}
    context |= {"action": run.url("create-user-details"), **frame(run, DETAILS)}
    return page(request, "accounts/create_user/details.html", context, status=form_status(form))


def _details(form: UserDetailsForm, kept: Details, run: wizard.Run) -> Details:
    given = form.cleaned_data
    typed = given["password"]
    password = sealed(typed, run.id) if typed else kept.sealed_password
    return Details(
        user_name=given["user_name"],
        console_access=given["console_access"],
        password_kind=given["password_kind"] or kept.password_kind,
        sealed_password=password if form.wants_custom else "",
        reset_required=given["reset_required"],
    )


def _is_free(request: ConsoleRequest, form: UserDetailsForm) -> bool:
    """Say that a name is taken while it is being chosen, to those who may know; the act decides in the end."""
    caller, name = request.caller, form.cleaned_data["user_name"]
    if caller.account is None or not may(caller, "iam:GetUser", User.presumed_arn(caller.account, name)):
        return True
    try:
        get_user(caller, user_name=name)
    except ServiceError:
        return True
    form.add_error("user_name", f"User with name `{name}` already exists.")
    return False


@require_http_methods(PAGE_METHODS)
def create_user_review(request: ConsoleRequest) -> HttpResponse:
    """Step 3: everything at a glance, tags, and the button that creates."""
    run = at_step(request, REVIEW)
    if isinstance(run, HttpResponse):
        return run
    if request.method != "POST":
        return page(request, REVIEW_TEMPLATE, _review(request, run, rows_of(run)))
    rows = tag_rows(request.POST)
    run = wizard.remember(request, run, TAGS, rearranged(rows, request.POST))
    go = request.POST.get("go", "")
    if go != "create":
        return see_other(run.url("create-user-permissions" if go == "previous" else "create-user-review"))
    if not rows.is_valid():
        context = _review(request, run, rows)
        return page(request, REVIEW_TEMPLATE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _create(request, run, rows)


def _review(request: ConsoleRequest, run: wizard.Run, rows: TagRows) -> dict[str, Any]:
    details, permissions = details_of(run), permissions_of(run)
    adds_change_password = needs_change_password(request.caller, details)
    return {
        "action": run.url("create-user-review"),
        "is_custom": details.password_kind == CUSTOM,
        "permissions": permissions,
        "summary": summary_of(permissions, adds_change_password=adds_change_password),
        "rows": rows,
        "may_add_tag": len(rows.forms) < quota("TAGS"),
        "most_tags": quota("TAGS"),
        "cli": commands_for_creating(
            details,
            permissions,
            tags=rows.tags if rows.is_valid() else [],
            adds_change_password=adds_change_password,
        ),
        **frame(run, REVIEW),
    }


def _create(request: ConsoleRequest, run: wizard.Run, rows: TagRows) -> HttpResponse:
    """All or nothing; of two submits of one run the second only sees what the first one made."""
    form, caller = forms.Form({}), request.caller
    details, permissions = details_of(run), permissions_of(run)
    finished = see_other(run.url("create-user-finished"))
    try:
        password = password_for(caller, details, run.id)
        with act(caller, "CreateUserWizard"):
            wizard.ensure_unfinished(request, run)
            user = create_user_with_everything(
                caller, details, permissions, password=password, tags=rows.tags
            )
            wizard.finish(request, run, _result(user, password, run))
    except wizard.AlreadyFinished:
        return finished
    except SealBroken:
        flash(request, "warn", SEAL_BROKEN)
        return see_other(run.url("create-user-details"))
    except ServiceError as error:
        context = {"form": form, **_review(request, run, rows)}
        return refused(request, error, template=REVIEW_TEMPLATE, context=context, form=form)
    said = f"User `{user.user_name}` was created."
    flash(request, "ok", said, reverse("user", args=[user.user_name]), "View user")
    return finished


def _result(user: User, password: str, run: wizard.Run) -> dict[str, object]:
    """What is left of a finished run: a name, and the password until somebody has looked at it."""
    kept = sealed(password, run.id) if password else ""
    return {"user_name": user.user_name, "has_password": bool(password), "sealed": kept}


@require_POST
def create_user_cancel(request: ConsoleRequest) -> HttpResponse:
    run = wizard.run_of(request)
    if run is not None and wizard.FINISHED not in run.answers:
        wizard.forget(request, run)
    flash(request, "info", "Nothing was created: the form was discarded.")
    return see_other(reverse("users"))

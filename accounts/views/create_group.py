"""The Create group wizard: one page with three parts, whose answers survive every search, reload and refusal."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms.create_user import LONGEST_NAME, GroupNameForm
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views import wizard
from accounts.views.group_detail import crumbs
from accounts.views.new_group import create_group_with_everything
from accounts.views.pickers import POLICY_KINDS, Asked, chosen_in, name_of, policy_picker, user_picker
from iamconsole.cli import TYPED, Command, command
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from operations.errors import ServiceError
from operations.operation import act
from operations.paper import Items

TEMPLATE = "accounts/create_group/group.html"
ANSWER = "group"
BLANK: dict[str, Any] = {"group_name": "", "users": [], "policies": []}


@require_http_methods(PAGE_METHODS)
def create_group(request: ConsoleRequest) -> HttpResponse:
    """Every button keeps the answers; only Create group asks whether they can stand."""
    run = wizard.run_to_begin(request)
    if wizard.FINISHED in run.answers:
        return see_other(_address_of(run))
    told = run.answers.get(ANSWER, BLANK)
    if request.method != "POST":
        return page(
            request,
            TEMPLATE,
            _context(request, run, GroupNameForm(initial=told)),
            partial="accounts/create_group/_changed.html",
        )
    run = wizard.remember(request, run, ANSWER, _told(request.POST))
    if request.POST.get("go") == "create":
        return _create(request, run, GroupNameForm(request.POST))
    query = Asked.of(request.POST, "users").query() | Asked.of(request.POST, "policies").query()
    return see_other(run.url("create-group", **query))


def _told(data: QueryDict) -> dict[str, Any]:
    return {
        "group_name": data.get("group_name", "")[:LONGEST_NAME],
        "users": chosen_in(data, "users"),
        "policies": chosen_in(data, "policies"),
    }


def _create(request: ConsoleRequest, run: wizard.Run, form: GroupNameForm) -> HttpResponse:
    """All or nothing; of two submits of one run the second only sees what the first one made."""
    if not form.is_valid():
        return page(request, TEMPLATE, _context(request, run, form), status=form_status(form))
    told = {**run.answers[ANSWER], **form.cleaned_data}
    try:
        with act(request.caller, "CreateGroupWizard"):
            wizard.ensure_unfinished(request, run)
            group = create_group_with_everything(request.caller, **told)
            wizard.finish(request, run, {"group_name": group.group_name})
    except wizard.AlreadyFinished:
        return see_other(reverse("group", args=[told["group_name"]]))
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=_context(request, run, form), form=form)
    to = reverse("group", args=[group.group_name])
    flash(request, "ok", f"Group `{group.group_name}` was created.", to, "View group")
    return see_other(reverse("groups"))


def _context(request: ConsoleRequest, run: wizard.Run, form: GroupNameForm) -> dict[str, Any]:
    told, asked = run.answers.get(ANSWER, BLANK), request.POST or request.GET
    users, _ = user_picker(request.caller, Asked.of(asked, "users"), told["users"])
    policies, _ = policy_picker(request.caller, Asked.of(asked, "policies"), told["policies"])
    return {
        "form": form,
        "run": run,
        "action": run.url("create-group"),
        "is_kept": ANSWER in run.answers,
        "users": users,
        "policies": policies,
        "kinds": POLICY_KINDS,
        "crumbs": [*crumbs("Create group")],
        **effect_of(request.caller, attaches=_given(told)),
        "cli": _commands(told),
    }


def _commands(told: dict[str, Any]) -> list[Command]:
    """With a variable where the name is not typed yet."""
    group_name = told["group_name"] or TYPED
    joining = [
        command(f"Add {name}", "iam:AddUserToGroup", group_name=group_name, user_name=name)
        for name in told["users"]
    ]
    attaching = [
        command(f"Attach {name_of(arn)}", "iam:AttachGroupPolicy", group_name=group_name, policy_arn=arn)
        for arn in told["policies"]
    ]
    return [command("Create the group", "iam:CreateGroup", group_name=group_name), *joining, *attaching]


def _given(told: dict[str, Any]) -> Items:
    """What a group of these policies would be to these users."""
    return [
        {"UserName": user_name, "PolicyArn": policy_arn}
        for user_name in told["users"]
        for policy_arn in told["policies"]
    ]


def _address_of(run: wizard.Run) -> str:
    return reverse("group", args=[run.answers[wizard.FINISHED]["group_name"]])


@require_POST
def create_group_cancel(request: ConsoleRequest) -> HttpResponse:
    run = wizard.run_of(request)
    if run is not None and wizard.FINISHED not in run.answers:
        wizard.forget(request, run)
    flash(request, "info", "No group was created: the form was discarded.")
    return see_other(reverse("groups"))

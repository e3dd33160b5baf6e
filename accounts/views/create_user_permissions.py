"""Step 2 of Create user: groups, another user's permissions or policies, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_http_methods

from accounts.forms.create_user import COPY, GROUPS, LONGEST_NAME, POLICIES, GroupNameForm, PermissionsForm
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views import wizard
from accounts.views.create_user_steps import (
    PERMISSIONS,
    at_step,
    counted,
    details_of,
    frame,
    permissions_of,
)
from accounts.views.new_group import create_group_with_everything
from accounts.views.new_user import Permissions
from accounts.views.pickers import (
    LONGEST,
    POLICY_KINDS,
    Asked,
    Picker,
    boundary_picker,
    chosen_in,
    group_picker,
    policy_picker,
    user_picker,
)
from accounts.views.pickers import (
    Permissions as Readable,
)
from accounts.views.prospects import prospects
from iamconsole.pages import flash, page, refused
from operations.caller import Caller
from operations.errors import ServiceError
from operations.operation import act
from operations.quotas import quota

TEMPLATE = "accounts/create_user/permissions.html"
GROUP_TEMPLATE = "accounts/create_user/group.html"
NEW_GROUP = "new-group"
FIELDS = {GROUPS: "groups", COPY: "users", POLICIES: "policies"}
MOST = {GROUPS: "GROUPS_PER_USER", POLICIES: "ATTACHED_POLICIES_PER_USER"}


@require_http_methods(PAGE_METHODS)
def create_user_permissions(request: ConsoleRequest) -> HttpResponse:
    """Every button keeps what is ticked; only Next asks whether it can stand."""
    run = at_step(request, PERMISSIONS)
    if isinstance(run, HttpResponse):
        return run
    if request.method != "POST":
        return _shown(request, run, PermissionsForm(initial={"how": permissions_of(run).how}))
    permissions = _told(request.POST, permissions_of(run))
    run = wizard.remember(request, run, PERMISSIONS, asdict(permissions))
    form = PermissionsForm({"how": permissions.how})
    go = request.POST.get("go", "")
    if go == "next" and (fault := _too_many(permissions)):
        form.add_error(None, fault)
        return _shown(request, run, form)
    return see_other(_address(request.POST, run, permissions, go))


def _told(data: QueryDict, kept: Permissions) -> Permissions:
    """What was ticked in the picker that was open; the choices of the other ways stay as they were."""
    how = data.get("how", "")
    boundary = data.get("boundary", kept.boundary)[:LONGEST]
    told = replace(kept, how=how if how in FIELDS else kept.how, boundary=boundary)
    return _with_chosen(told, data.get("shown", ""), data)


def _with_chosen(permissions: Permissions, shown: str, data: QueryDict) -> Permissions:
    if shown == "groups":
        return replace(permissions, groups=chosen_in(data, shown))
    if shown == "users":
        return replace(permissions, users=chosen_in(data, shown))
    if shown == "policies":
        return replace(permissions, policies=chosen_in(data, shown))
    return permissions


def _too_many(permissions: Permissions) -> str:
    limit = quota(MOST[permissions.how]) if permissions.how in MOST else 1
    told = f"{counted(permissions)}: a user can have at most {limit}."
    return told if len(permissions.chosen) > limit else ""


def _address(data: QueryDict, run: wizard.Run, permissions: Permissions, go: str) -> str:
    names = {
        "next": "create-user-review",
        "previous": "create-user-details",
        "create-group": "create-user-group",
    }
    if go in names:
        return run.url(names[go])
    asked = Asked.of(data, FIELDS[permissions.how])
    return run.url("create-user-permissions", **asked.query(), boundary_text=data.get("boundary_text", ""))


def _shown(request: ConsoleRequest, run: wizard.Run, form: PermissionsForm) -> HttpResponse:
    permissions, name = permissions_of(run), details_of(run).user_name
    picker, readable = _picker(request.caller, request.GET, permissions)
    context = {
        "form": form,
        "action": run.url("create-user-permissions"),
        "permissions": permissions,
        "picker": picker,
        "kinds": POLICY_KINDS,
        "create_url": run.url("create-user-group"),
        "boundary": _boundary(request.caller, request.GET, permissions),
        "prospects": prospects(
            f"What {name} will be able to do",
            counted(permissions),
            permissions.chosen,
            readable,
            note=_note(permissions),
        ),
        **frame(run, PERMISSIONS),
    }
    status = form_status(form) if form.errors else HTTPStatus.OK
    return page(request, TEMPLATE, context, partial="accounts/create_user/_choices.html", status=status)


def _note(permissions: Permissions) -> str:
    if permissions.how != COPY or not permissions.users:
        return ""
    name = permissions.users[0]
    return f"The same as {name}: by the same groups, boundary and inline policies, and by what is attached to {name}."


def _picker(caller: Caller, data: QueryDict, permissions: Permissions) -> tuple[Picker, Readable]:
    asked = Asked.of(data, FIELDS[permissions.how])
    if permissions.how == COPY:
        return user_picker(caller, asked, permissions.users, with_policies=True)
    if permissions.how == POLICIES:
        return policy_picker(caller, asked, permissions.policies)
    return group_picker(caller, asked, permissions.groups)


def _boundary(caller: Caller, data: QueryDict, permissions: Permissions) -> Picker:
    chosen = [permissions.boundary] if permissions.boundary else []
    return boundary_picker(caller, Asked.of(data, "boundary"), chosen)


@require_http_methods(PAGE_METHODS)
def create_user_group(request: ConsoleRequest) -> HttpResponse:
    """A new group without leaving the wizard; it is made at once, and ticked."""
    run = at_step(request, PERMISSIONS)
    if isinstance(run, HttpResponse):
        return run
    kept = run.answers.get(NEW_GROUP, {"group_name": "", "policies": []})
    if request.method != "POST":
        return _group_page(request, run, GroupNameForm(initial=kept), kept["policies"])
    form, policies = GroupNameForm(request.POST), chosen_in(request.POST, "policies")
    told = {"group_name": request.POST.get("group_name", "")[:LONGEST_NAME], "policies": policies}
    run = wizard.remember(request, run, NEW_GROUP, told)
    if request.POST.get("go") != "create":
        return see_other(run.url("create-user-group", **Asked.of(request.POST, "policies").query()))
    if not form.is_valid():
        return _group_page(request, run, form, policies)
    try:
        with act(request.caller, "CreateGroupWizard"):
            create_group_with_everything(request.caller, **form.cleaned_data, users=[], policies=policies)
    except ServiceError as error:
        context = _group_context(request, run, form, policies)
        return refused(request, error, template=GROUP_TEMPLATE, context=context, form=form)
    return _group_chosen(request, run, form.cleaned_data["group_name"])


def _group_chosen(request: ConsoleRequest, run: wizard.Run, group_name: str) -> HttpResponse:
    permissions = permissions_of(run)
    ticked = replace(permissions, how=GROUPS, groups=[*permissions.groups, group_name])
    run = wizard.remember(request, run, NEW_GROUP, {"group_name": "", "policies": []})
    run = wizard.remember(request, run, PERMISSIONS, asdict(ticked))
    flash(request, "ok", f"Group `{group_name}` was created, and is chosen below.")
    return see_other(run.url("create-user-permissions"))


def _group_page(
    request: ConsoleRequest, run: wizard.Run, form: GroupNameForm, policies: Sequence[str]
) -> HttpResponse:
    context = _group_context(request, run, form, policies)
    return page(
        request,
        GROUP_TEMPLATE,
        context,
        partial="accounts/_policy_picker.html",
        status=form_status(form),
    )


def _group_context(
    request: ConsoleRequest, run: wizard.Run, form: GroupNameForm, policies: Sequence[str]
) -> dict[str, Any]:
    picker, _ = policy_picker(request.caller, Asked.of(request.POST or request.GET, "policies"), policies)
    return {
        "form": form,
        "action": run.url("create-user-group"),
        "back": run.url("create-user-permissions"),
        "picker": picker,
        "kinds": POLICY_KINDS,
        "brief": True,
        **frame(run, PERMISSIONS),
    }

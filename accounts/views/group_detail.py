"""The page of one group: head, summary and tabs, and the two tabs that only show."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms.access import AccessForm
from accounts.forms.groups import RenameGroupForm
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.abilities import Abilities
from iamconsole.cli import TYPED, command
from iamconsole.pages import flash, page, refused
from operations.access import check_access
from operations.errors import AccessDenied, ServiceError
from operations.group_details import GroupDetails, get_group_details, search_group_users
from operations.groups import get_group, update_group

TABS = {
    "group": "Users",
    "group-permissions": "Permissions",
    "group-effective-access": "Effective access",
    "group-check-access": "Check access",
}
ACTIONS = {
    "delete": "iam:DeleteGroup",
    "rename": "iam:UpdateGroup",
    "add": "iam:AddUserToGroup",
    "remove": "iam:RemoveUserFromGroup",
    "attach": "iam:AttachGroupPolicy",
    "detach": "iam:DetachGroupPolicy",
    "inline": "iam:PutGroupPolicy",
}
COMMANDS = {
    "group": {"See the group and its users": "iam:GetGroup"},
    "group-permissions": {
        "List the attached policies": "iam:ListAttachedGroupPolicies",
        "List the inline policies": "iam:ListGroupPolicies",
    },
}
RENAME_TEMPLATE = "accounts/group_rename.html"


@dataclass(frozen=True, slots=True)
class Tab:
    title: str
    url: str
    is_current: bool
    count: int | None = None


def frame(request: ConsoleRequest, details: GroupDetails, current: str) -> dict[str, object]:
    """The names that templates/accounts/group_base.html needs."""
    group, shown = details.group, COMMANDS.get(current, {})
    counts = {"group": details.user_count, "group-permissions": details.policy_count}
    return {
        "group": group,
        "details": details,
        "tabs": [
            Tab(title, reverse(name, args=[group.group_name]), name == current, counts.get(name))
            for name, title in TABS.items()
        ],
        "tab_title": TABS[current],
        "crumbs": crumbs(group.group_name),
        "off": Abilities(request.caller, group.arn).off(**ACTIONS),
        "cli": [command(title, name, group_name=group.group_name) for title, name in shown.items()] or None,
    }


def crumbs(group_name: str, *rest: str) -> list[tuple[str, str]]:
    """The way to the group, or to a page behind it."""
    way = [("IAM", reverse("dashboard")), ("User groups", reverse("groups"))]
    if not rest:
        return [*way, (group_name, "")]
    return [*way, (group_name, reverse("group", args=[group_name])), *((label, "") for label in rest)]


@require_safe
def group(request: ConsoleRequest, group_name: str) -> HttpResponse:
    """The tab Users."""
    details = get_group_details(request.caller, group_name=group_name)
    text, sort, marker = (request.GET.get(name) or None for name in ("text", "sort", "marker"))
    found = search_group_users(request.caller, group_name=group_name, text=text, sort=sort, marker=marker)
    context = {
        **frame(request, details, "group"),
        "found": found,
        "text": text or "",
        "sort": sort or "user_name",
        "marker": marker,
    }
    return page(request, "accounts/group_users.html", context, partial="accounts/_group_users.html")


@require_safe
def check(request: ConsoleRequest, group_name: str) -> HttpResponse:
    """What somebody could do who has this group and nothing else; the question is in the address."""
    details = get_group_details(request.caller, group_name=group_name)
    form = AccessForm(request.GET if "action_name" in request.GET else None)
    context: dict[str, object] = {"form": form, "withheld": []}
    if form.is_valid():
        try:
            context["explanation"] = check_access(request.caller, group_name=group_name, **form.cleaned_data)
        except AccessDenied as error:
            context["withheld"] = [error]
        except ServiceError as error:
            form.add_error(error.parameter if error.parameter in form.fields else None, error.message)
    status = form_status(form) if form.errors else 200
    context |= frame(request, details, "group-check-access")
    template, partial = "accounts/group_check_access.html", "accounts/_access_answer.html"
    return page(request, template, context, partial=partial, status=status)


@require_http_methods(PAGE_METHODS)
def rename(request: ConsoleRequest, group_name: str) -> HttpResponse:
    present = get_group(request.caller, group_name=group_name, max_items=1).group.group_name
    is_sent = request.method == "POST"
    form = RenameGroupForm(request.POST if is_sent else None, initial={"new_group_name": present})
    renaming = command("Rename the group", "iam:UpdateGroup", group_name=present, new_group_name=TYPED)
    context = {"form": form, "group_name": present, "crumbs": crumbs(present, "Rename"), "cli": [renaming]}
    if not form.is_valid():
        return page(request, RENAME_TEMPLATE, context, status=form_status(form))
    try:
        update_group(request.caller, group_name=present, **form.cleaned_data)
    except ServiceError as error:
        return refused(request, error, template=RENAME_TEMPLATE, context=context, form=form)
    new_name = form.cleaned_data["new_group_name"]
    flash(
        request,
        "ok",
        f"Group `{present}` is called `{new_name}` now. Policies that name its ARN were not changed.",
    )
    return see_other(reverse("group", args=[new_name]))

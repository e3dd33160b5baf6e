"""The list of groups, and their deletion."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.http import HttpResponse
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms.groups import GroupsFilterForm
from accounts.models import Group
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.abilities import Abilities
from iamconsole.cli import TYPED, Command, command
from iamconsole.forms import ConfirmationForm
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from operations.acts import delete_group_with_everything
from operations.errors import ServiceError
from operations.group_details import GroupDetails, list_group_details
from operations.groups import count_groups, search_groups
from operations.operation import act

DELETE_TEMPLATE = "accounts/delete_groups.html"


@require_safe
def groups(request: ConsoleRequest) -> HttpResponse:
    asked = GroupsFilterForm(request.GET).asked
    sort, marker = request.GET.get("sort") or None, request.GET.get("marker") or None
    text, permissions = asked.get("text"), asked.get("permissions")
    found = search_groups(request.caller, text=text, permissions=permissions, sort=sort, marker=marker)
    abilities = Abilities(request.caller, Group.arn_of(request.caller.account_id, "*"))
    context = {
        "found": found,
        "marker": marker,
        "sort": sort or "group_name",
        "asked": asked,
        "count": partial(count_groups, request.caller),
        "off": abilities.off_everywhere(create="iam:CreateGroup", delete="iam:DeleteGroup"),
        "cli": [command("List the groups", "iam:ListGroups")],
    }
    return page(request, "accounts/groups.html", context, partial="accounts/_groups_table.html")


@require_http_methods(PAGE_METHODS)
def delete_group(request: ConsoleRequest, group_name: str) -> HttpResponse:
    return _delete(request, [group_name], reverse("group", args=[group_name]))


@require_POST
def delete_groups(request: ConsoleRequest) -> HttpResponse:
    """The selection of the list; without the typed word it only asks."""
    group_names = list(dict.fromkeys(request.POST.getlist("group_name")))
    if not group_names:
        flash(request, "warn", "Select the groups to delete first.")
        return see_other(reverse("groups"))
    return _delete(request, group_names, reverse("groups"))


def _delete(request: ConsoleRequest, group_names: Sequence[str], back: str) -> HttpResponse:
    details = list_group_details(request.caller, group_names=group_names)
    names = [one.group.group_name for one in details]
    word = names[0] if len(names) == 1 else f"{len(names)} user groups"
    form = ConfirmationForm(request.POST if "confirmation" in request.POST else None, word=word)
    context = {
        "form": form,
        "contents": [(one.group, _consequences(one)) for one in details],
        "title": f"Delete {word}?",
        "back": back,
        "action": request.path,
        **effect_of(request.caller, deleted_groups=[{"GroupName": name} for name in names]),
        "cli": [one for group in details for one in _commands(group)],
    }
    if not form.is_valid():
        return page(request, DELETE_TEMPLATE, context, status=form_status(form))
    try:
        with act(request.caller, "DeleteGroups"):
            for name in names:
                delete_group_with_everything(request.caller, name)
    except ServiceError as error:
        return refused(request, error, template=DELETE_TEMPLATE, context=context, form=form)
    flash(request, "ok", f"Deleted {', '.join(f'`{name}`' for name in names)}.")
    return see_other(reverse("groups"))


def _consequences(details: GroupDetails) -> list[str]:
    """What a deletion takes along, as the page lists it."""
    users, attached, inline = details.user_count, details.attached_count, details.inline_count
    parts = [
        (
            f"{users} user{pluralize(users)} leave{pluralize(users, 's,')} it, and the permissions with it",
            users,
        ),
        (f"{attached} managed polic{pluralize(attached, 'y,ies')} detached; they stay", attached),
        (f"{inline} inline polic{pluralize(inline, 'y,ies')} deleted for ever", inline),
    ]
    return [text for text, is_there in parts if is_there]


def _commands(details: GroupDetails) -> list[Command]:
    """A group goes when it is empty; what is in it, the first commands say."""
    name = details.group.group_name
    steps = [
        ("See who is in {}", "iam:GetGroup", {}, details.user_count),
        ("See what is attached to {}", "iam:ListAttachedGroupPolicies", {}, details.attached_count),
        ("See the inline policies of {}", "iam:ListGroupPolicies", {}, details.inline_count),
        ("Remove each user from {}", "iam:RemoveUserFromGroup", {"user_name": TYPED}, details.user_count),
        (
            "Detach each policy from {}",
            "iam:DetachGroupPolicy",
            {"policy_arn": TYPED},
            details.attached_count,
        ),
        (
            "Delete each inline policy of {}",
            "iam:DeleteGroupPolicy",
            {"policy_name": TYPED},
            details.inline_count,
        ),
        ("Delete {}", "iam:DeleteGroup", {}, True),
    ]
    return [
        command(title.format(name), operation, group_name=name, **given)
        for title, operation, given, is_needed in steps
        if is_needed
    ]

"""Giving a user more: groups, policies, or what another user has. The effect is shown beside the choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.names import name_key
from accounts.signin.flow import PAGE_METHODS, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.pickers import (
    POLICY_KINDS,
    Asked,
    Picker,
    chosen_in,
    group_picker,
    policy_picker,
    user_picker,
)
from accounts.views.user_detail import crumbs
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from iamconsole.reading import attempt
from operations.acts import changes_of_copying, copy_permissions
from operations.attachments import attach_user_policy
from operations.caller import Caller
from operations.errors import ServiceError
from operations.memberships import add_user_to_group
from operations.operation import act
from operations.paper import Items
from operations.users import get_user

ADD, TEMPLATE = "add", "accounts/user_grant.html"


@dataclass(frozen=True, slots=True)
class Grant:
    """One way to give permissions: its page, its list to choose from, and its act."""

    field: str
    title: str
    text: str
    label: str
    picker_template: str
    picker: Callable[[Caller, Asked, Sequence[str]], tuple[Picker, object]]
    give: Callable[[Caller, str, Sequence[str]], None]
    changes: Callable[[Caller, str, Sequence[str]], Mapping[str, Items]]
    done: str


def _join(caller: Caller, user_name: str, group_names: Sequence[str]) -> None:
    with act(caller, "AddUserToGroups"):
        for group_name in group_names:
            add_user_to_group(caller, group_name=group_name, user_name=user_name)


def _attach(caller: Caller, user_name: str, policy_arns: Sequence[str]) -> None:
    with act(caller, "AttachUserPolicies"):
        for policy_arn in policy_arns:
            attach_user_policy(caller, user_name=user_name, policy_arn=policy_arn)


def _copy(caller: Caller, user_name: str, from_user_names: Sequence[str]) -> None:
    copy_permissions(caller, from_user_names[0], user_name)


def _joining(_: Caller, user_name: str, group_names: Sequence[str]) -> Mapping[str, Items]:
    return {"joins": [{"UserName": user_name, "GroupName": group_name} for group_name in group_names]}


def _attaching(_: Caller, user_name: str, policy_arns: Sequence[str]) -> Mapping[str, Items]:
    return {"attaches": [{"UserName": user_name, "PolicyArn": policy_arn} for policy_arn in policy_arns]}


def _copying(caller: Caller, user_name: str, from_user_names: Sequence[str]) -> Mapping[str, Items]:
    if not from_user_names or name_key(from_user_names[0]) == name_key(user_name):
        return {}
    changes, _ = attempt(lambda: changes_of_copying(caller, from_user_names[0], user_name))
    return changes or {}


GROUPS = Grant(
    field="groups",
    title="Add {} to groups",
    text="A group gives everyone who does the same job the same permissions.",
    label="Add to groups",
    picker_template="accounts/_group_picker.html",
    picker=group_picker,
    give=_join,
    changes=_joining,
    done="`{}` is in {}.",
)
POLICIES = Grant(
    field="policies",
    title="Attach policies to {}",
    text="For this one person only. Where several do the same job, a group is easier to keep right.",
    label="Attach policies",
    picker_template="accounts/_policy_picker.html",
    picker=policy_picker,
    give=_attach,
    changes=_attaching,
    done="`{}` has {}.",
)
COPY = Grant(
    field="users",
    title="Copy permissions to {}",
    text="Groups, attached and inline policies and the boundary of another user are added; what is there stays.",
    label="Copy permissions",
    picker_template="accounts/_user_picker.html",
    picker=partial(user_picker, with_policies=True),
    give=_copy,
    changes=_copying,
    done="`{}` has the permissions of {}.",
)


@require_http_methods(PAGE_METHODS)
def add_to_groups(request: ConsoleRequest, user_name: str) -> HttpResponse:
    return _grant(request, user_name, GROUPS)


@require_http_methods(PAGE_METHODS)
def attach_policies(request: ConsoleRequest, user_name: str) -> HttpResponse:
    return _grant(request, user_name, POLICIES)


@require_http_methods(PAGE_METHODS)
def copy(request: ConsoleRequest, user_name: str) -> HttpResponse:
    return _grant(request, user_name, COPY)


def _grant(request: ConsoleRequest, user_name: str, grant: Grant) -> HttpResponse:
    chosen = chosen_in(request.POST, grant.field)
    if request.POST.get("go") != ADD:
        return page(request, TEMPLATE, _context(request, user_name, grant, chosen))
    fault = _fault(user_name, grant, chosen)
    if fault:
        context = _context(request, user_name, grant, chosen) | {"fault": fault}
        return page(request, TEMPLATE, context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        grant.give(request.caller, user_name, chosen)
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=_context(request, user_name, grant, chosen))
    names = ", ".join(f"`{value.rpartition('/')[2]}`" for value in chosen)
    flash(request, "ok", grant.done.format(user_name, names))
    return see_other(reverse("user", args=[user_name]))


def _fault(user_name: str, grant: Grant, chosen: Sequence[str]) -> str:
    if not chosen:
        return "Choose at least one first."
    if grant is COPY and name_key(chosen[0]) == name_key(user_name):
        return "Choose somebody else to copy from."
    return ""


def _context(
    request: ConsoleRequest, user_name: str, grant: Grant, chosen: Sequence[str]
) -> dict[str, object]:
    title = grant.title.format(user_name)
    picker, _ = grant.picker(request.caller, Asked.of(request.POST, grant.field), chosen)
    return {
        "crumbs": crumbs(user_name, title),
        "user_name": user_name,
        "title": title,
        "grant": grant,
        "picker": picker,
        "kinds": POLICY_KINDS if grant is POLICIES else (),
        "action": request.path,
        "back": reverse("user", args=[user_name]),
        **_effect(request.caller, user_name, grant, chosen),
    }


def _effect(caller: Caller, user_name: str, grant: Grant, chosen: Sequence[str]) -> dict[str, object]:
    """What the choice would change."""
    get_user(caller, user_name=user_name)
    return effect_of(caller, what=user_name, **grant.changes(caller, user_name, chosen))

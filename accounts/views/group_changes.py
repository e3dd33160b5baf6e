"""Putting users and policies into a group, several at once, and taking them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse, QueryDict
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from accounts.views.group_detail import crumbs
from accounts.views.pickers import POLICY_KINDS, Asked, Picker, chosen_in, name_of, policy_picker, user_picker
from iamconsole.forms import ConfirmationForm
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from iamconsole.reading import attempt
from operations.attachments import attach_group_policy, detach_group_policy
from operations.caller import Caller
from operations.errors import NoSuchEntity, ServiceError
from operations.group_details import get_group_details, list_permissions_of_groups
from operations.groups import get_group
from operations.inline_policies import delete_group_policy
from operations.memberships import add_user_to_group, remove_user_from_group
from operations.operation import act

ADD_TEMPLATE = "accounts/group_add_users.html"
ATTACH_TEMPLATE = "accounts/group_attach_policies.html"
LEAVE_TEMPLATE = "accounts/group_remove_users.html"
REMOVE_TEMPLATE = "accounts/group_remove_policies.html"


@require_http_methods(PAGE_METHODS)
def add_users(request: ConsoleRequest, group_name: str) -> HttpResponse:
    """A search sends the ticks along; only its own button adds."""
    data, form = _told(request), forms.Form({})
    chosen = chosen_in(data, "users")
    if _is_sent(request) and chosen:
        try:
            with act(request.caller, "AddUsersToGroup"):
                for user_name in chosen:
                    add_user_to_group(request.caller, group_name=group_name, user_name=user_name)
        except ServiceError as error:
            context = _users_context(request, group_name, form)
            return refused(request, error, template=ADD_TEMPLATE, context=context, form=form)
        flash(request, "ok", f"Added {len(chosen)} user{pluralize(len(chosen))} to `{group_name}`.")
        return see_other(reverse("group", args=[group_name]))
    context = _users_context(request, group_name, form)
    return page(request, ADD_TEMPLATE, context, partial=_part(data, "accounts/_user_picker.html"))


def _users_context(request: ConsoleRequest, group_name: str, form: forms.Form) -> dict[str, Any]:
    group, data = get_group(request.caller, group_name=group_name, max_items=1).group, _told(request)
    chosen = chosen_in(data, "users")
    picker, _ = user_picker(request.caller, Asked.of(data, "users"), chosen)
    held = [row.value for row in picker.rows if _is_in(row.facts, group.group_name)]
    joins = [{"UserName": name, "GroupName": group.group_name} for name in chosen]
    chooser = _chooser(request, group.group_name, picker, held, "Add users")
    return {"form": form, "group": group, **chooser, **effect_of(request.caller, joins=joins)}


def _is_in(user: object, group_name: str) -> bool:
    return isinstance(user, User) and group_name in user.group_names


@require_http_methods(PAGE_METHODS)
def remove_users(request: ConsoleRequest, group_name: str) -> HttpResponse:
    """Shows first what they lose; adding them again undoes it."""
    chosen, back = chosen_in(_told(request), "users"), reverse("group", args=[group_name])
    if not chosen:
        flash(request, "warn", "Select the users to remove first.")
        return see_other(back)
    if request.POST.get("go") != "remove":
        return page(request, LEAVE_TEMPLATE, _leaving_context(request, group_name, chosen))
    try:
        with act(request.caller, "RemoveUsersFromGroup"):
            for user_name in chosen:
                remove_user_from_group(request.caller, group_name=group_name, user_name=user_name)
    except NoSuchEntity as error:
        flash(request, "warn", f"{error.message} Nothing was changed.")
        return see_other(back)
    said = f"{', '.join(f'`{name}`' for name in chosen)} left `{group_name}`."
    again = f"{reverse('group-add-users', args=[group_name])}?{urlencode({'users': chosen}, doseq=True)}"
    flash(request, "ok", said, again, "Add again")
    return see_other(back)


def _leaving_context(request: ConsoleRequest, group_name: str, chosen: list[str]) -> dict[str, Any]:
    group = get_group(request.caller, group_name=group_name, max_items=1).group
    leaves = [{"UserName": name, "GroupName": group.group_name} for name in chosen]
    return {
        "group": group,
        "user_names": chosen,
        "action": request.path,
        "crumbs": crumbs(group.group_name, "Remove users"),
        **effect_of(request.caller, leaves=leaves),
    }


@require_http_methods(PAGE_METHODS)
def attach_policies(request: ConsoleRequest, group_name: str) -> HttpResponse:
    """The policies that the group has stand above those that it may get."""
    data, form = _told(request), forms.Form({})
    chosen = chosen_in(data, "policies")
    if _is_sent(request) and chosen:
        try:
            with act(request.caller, "AttachPoliciesToGroup"):
                for policy_arn in chosen:
                    attach_group_policy(request.caller, group_name=group_name, policy_arn=policy_arn)
        except ServiceError as error:
            context = _policies_context(request, group_name, form)
            return refused(request, error, template=ATTACH_TEMPLATE, context=context, form=form)
        flash(
            request, "ok", f"Attached {len(chosen)} polic{pluralize(len(chosen), 'y,ies')} to `{group_name}`."
        )
        return see_other(reverse("group-permissions", args=[group_name]))
    context = _policies_context(request, group_name, form)
    return page(request, ATTACH_TEMPLATE, context, partial=_part(data, "accounts/_policy_picker.html"))


def _policies_context(request: ConsoleRequest, group_name: str, form: forms.Form) -> dict[str, Any]:
    group, data = get_group(request.caller, group_name=group_name, max_items=1).group, _told(request)
    chosen = chosen_in(data, "policies")
    picker, _ = policy_picker(request.caller, Asked.of(data, "policies"), chosen)
    attaches = [{"GroupName": group.group_name, "PolicyArn": arn} for arn in chosen]
    found, refusal = attempt(lambda: list_permissions_of_groups(request.caller, group_names=[group_name]))
    current = [granted for rows in (found or {}).values() for granted in rows]
    held = [granted.arn for granted in current]
    chooser = _chooser(request, group.group_name, picker, held, "Attach policies")
    return {
        "form": form,
        "group": group,
        "kinds": POLICY_KINDS,
        "current": current,
        "withheld": [refusal] if refusal else [],
        **chooser,
        **effect_of(request.caller, attaches=attaches),
    }


def _chooser(
    request: ConsoleRequest, group_name: str, picker: Picker, held: list[str], title: str
) -> dict[str, Any]:
    return {
        "picker": picker,
        "held": held,
        "action": request.path,
        "crumbs": crumbs(group_name, title),
    }


@dataclass(frozen=True, slots=True)
class Removal:
    """A policy to take away: `policy/arn:…` or `inline/till-label-printer`."""

    key: str

    @property
    def is_inline(self) -> bool:
        return self.key.startswith("inline/")

    @property
    def rest(self) -> str:
        return self.key.partition("/")[2]

    @property
    def name(self) -> str:
        return name_of(self.rest)

    def perform(self, caller: Caller, group_name: str) -> None:
        if self.is_inline:
            delete_group_policy(caller, group_name=group_name, policy_name=self.rest)
        else:
            detach_group_policy(caller, group_name=group_name, policy_arn=self.rest)


@require_http_methods(PAGE_METHODS)
def remove_policies(request: ConsoleRequest, group_name: str) -> HttpResponse:
    """Asks first, because everybody in the group is affected, and an inline policy is lost for ever."""
    data, back = _told(request), reverse("group-permissions", args=[group_name])
    removals = [Removal(key) for key in chosen_in(data, "key")]
    if not removals:
        flash(request, "warn", "Select the policies to remove first.")
        return see_other(back)
    form = _confirmation(data, removals)
    context = _removal_context(request, group_name, removals, form)
    if data.get("go") != "remove" or not form.is_valid():
        asked_again = data.get("go") == "remove"
        return page(request, REMOVE_TEMPLATE, context, status=form_status(form) if asked_again else 200)
    try:
        with act(request.caller, "RemovePoliciesFromGroup"):
            for removal in removals:
                removal.perform(request.caller, group_name)
    except ServiceError as error:
        return refused(request, error, template=REMOVE_TEMPLATE, context=context, form=form)
    flash(request, "ok", f"Removed from `{group_name}`: {', '.join(f'`{one.name}`' for one in removals)}.")
    return see_other(back)


def _confirmation(data: QueryDict, removals: list[Removal]) -> forms.Form:
    """A word is asked for only where something is lost that exists nowhere else."""
    inline = [removal.name for removal in removals if removal.is_inline]
    if not inline:
        return forms.Form({})
    word = inline[0] if len(inline) == 1 else f"{len(inline)} inline policies"
    return ConfirmationForm(data if "confirmation" in data else None, word=word)


def _removal_context(
    request: ConsoleRequest, group_name: str, removals: list[Removal], form: forms.Form
) -> dict[str, Any]:
    details = get_group_details(request.caller, group_name=group_name)
    return {
        "form": form,
        "group": details.group,
        "removals": removals,
        "user_count": details.user_count,
        "action": request.path,
        "crumbs": crumbs(details.group.group_name, "Remove policies"),
        **_removal_effect(request.caller, details.group.group_name, removals),
    }


def _removal_effect(caller: Caller, group_name: str, removals: list[Removal]) -> dict[str, object]:
    group = {"GroupName": group_name}
    return effect_of(
        caller,
        detaches=[{**group, "PolicyArn": removal.rest} for removal in removals if not removal.is_inline],
        inline_policies=[{**group, "PolicyName": removal.rest} for removal in removals if removal.is_inline],
    )


def _part(data: QueryDict, picker: str) -> str | None:
    """A search wants the picker alone; a choice changes the effect beside it."""
    return None if data.get("go") == "choose" else picker


def _told(request: ConsoleRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _is_sent(request: ConsoleRequest) -> bool:
    """Whether the page's own button was pressed, and not one of its searches."""
    return request.method == "POST" and request.POST.get("go") == "add"

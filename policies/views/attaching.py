"""Giving a policy to users and groups, and taking it from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.models import Group, User
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import flash, page, refused
from iamconsole.reading import attempt
from operations.attachments import (
    attach_group_policy,
    attach_user_policy,
    detach_group_policy,
    detach_user_policy,
)
from operations.caller import Caller
from operations.errors import ServiceError
from operations.groups import search_groups
from operations.operation import act
from operations.policies import list_entities_for_policy
from operations.users import search_users
from policies.forms import EntitiesForm, pairs
from policies.models import Policy
from policies.views.addresses import Crumbs, address, crumbs
from policies.views.details import policy_of

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Entity:
    """A user or group to choose; `has_it` when the policy is attached already."""

    kind: str
    name: str
    has_it: bool = False

    @property
    def value(self) -> str:
        return f"{self.kind}:{self.name}"


@require_http_methods(PAGE_METHODS)
def attach_policy(request: ConsoleRequest) -> HttpResponse:
    policy = policy_of(request)
    text, kind = request.GET.get("text", ""), "user" if request.GET.get("kind") == "user" else "group"
    entities, refusal = attempt(lambda: _candidates(request.caller, policy, kind, text))
    form = EntitiesForm(request.POST or None)
    context = {
        "policy": policy,
        "form": form,
        "entities": entities,
        "withheld": [refusal] if refusal else [],
        "text": text,
        "kind": kind,
        "chosen": request.POST.getlist("entities"),
        "cancel_url": address("policy-entities", arn=policy.arn),
        "crumbs": _crumbs(policy, "Attach"),
    }
    if form.is_valid():
        try:
            _attach(request.caller, policy, form.chosen)
        except ServiceError as error:
            return refused(request, error, template="policies/attach.html", context=context, form=form)
        return _done(request, policy, f"`{policy.policy_name}` was attached to {_named(form.chosen)}.")
    table = "policies/_entities_table.html"
    return page(request, "policies/attach.html", context, partial=table, status=form_status(form))


@require_http_methods(PAGE_METHODS)
def detach_policy(request: ConsoleRequest) -> HttpResponse:
    policy = policy_of(request)
    form = EntitiesForm(request.POST if "is_confirmed" in request.POST else None)
    chosen = pairs(request.POST.getlist("entities") or request.GET.getlist("entities"))
    context = {
        "policy": policy,
        "form": form,
        "chosen": [Entity(*pair) for pair in chosen],
        "cancel_url": address("policy-entities", arn=policy.arn),
        "crumbs": _crumbs(policy, "Detach"),
    }
    if not context["chosen"]:
        flash(request, "warn", "Choose from whom to detach the policy.")
        return see_other(address("policy-entities", arn=policy.arn))
    if form.is_valid():
        try:
            _detach(request.caller, policy, form.chosen)
        except ServiceError as error:
            return refused(request, error, template="policies/detach.html", context=context, form=form)
        return _done(request, policy, f"`{policy.policy_name}` was detached from {_named(form.chosen)}.")
    return page(request, "policies/detach.html", context)


def _attach(caller: Caller, policy: Policy, chosen: Sequence[tuple[str, str]]) -> None:
    """All of them or none."""
    with act(caller, "AttachPolicy"):
        for kind, name in chosen:
            if kind == "group":
                attach_group_policy(caller, group_name=name, policy_arn=policy.arn)
            else:
                attach_user_policy(caller, user_name=name, policy_arn=policy.arn)


def _detach(caller: Caller, policy: Policy, chosen: Sequence[tuple[str, str]]) -> None:
    with act(caller, "DetachPolicy"):
        for kind, name in chosen:
            if kind == "group":
                detach_group_policy(caller, group_name=name, policy_arn=policy.arn)
            else:
                detach_user_policy(caller, user_name=name, policy_arn=policy.arn)


def _candidates(caller: Caller, policy: Policy, kind: str, text: str) -> list[Entity]:
    """The first of those whose name holds the text; raises AccessDenied."""
    if kind == "user":
        names = [user.user_name for user in search_users(caller, text=text or None, max_items=SHOWN).items]
    else:
        names = [
            group.group_name for group in search_groups(caller, text=text or None, max_items=SHOWN).items
        ]
    having, _ = attempt(
        lambda: list_entities_for_policy(
            caller, policy_arn=policy.arn, entity_filter=kind.capitalize(), max_items=1000
        )
    )
    have = {_name_of(one) for one in having.items} if having else set()
    return [Entity(kind, name, has_it=name in have) for name in names]


def _name_of(holder: User | Group) -> str:
    return holder.user_name if isinstance(holder, User) else holder.group_name


def _named(chosen: Sequence[tuple[str, str]]) -> str:
    if len(chosen) == 1:
        kind, name = chosen[0]
        return f"{kind} `{name}`"
    return f"{len(chosen)} entities"


def _done(request: ConsoleRequest, policy: Policy, text: str) -> HttpResponse:
    flash(request, "ok", text)
    return see_other(address("policy-entities", arn=policy.arn))


def _crumbs(policy: Policy, here: str) -> Crumbs:
    return crumbs(
        (policy.policy_name, address("policy", arn=policy.arn)),
        ("Entities attached", address("policy-entities", arn=policy.arn)),
        (here, ""),
    )

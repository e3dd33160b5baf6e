"""Giving a policy to users and groups, and taking it from them."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from operations.attachments import (
    attach_group_policy,
    attach_user_policy,
    detach_group_policy,
    detach_user_policy,
)
from operations.caller import Caller
from operations.errors import ServiceError
from operations.operation import act
from operations.paper import Items
from policies.forms import EntitiesForm, pairs
from policies.models import Policy
from policies.views.addresses import Crumbs, address, crumbs
from policies.views.candidates import Entity, Wanted, candidates
from policies.views.details import policy_of

ATTACH_TEMPLATE = "policies/attach.html"


@require_http_methods(PAGE_METHODS)
def attach_policy(request: ConsoleRequest) -> HttpResponse:
    """Filtering and turning pages send the form too, so that what is ticked goes along."""
    policy = policy_of(request)
    is_looking = request.POST.get("go") in ("filter", "choose") or "marker" in request.POST
    form = EntitiesForm(None if is_looking or request.method != "POST" else request.POST)
    context = _choices(request, policy) | {"form": form}
    if form.is_valid():
        try:
            _attach(request.caller, policy, form.chosen)
        except ServiceError as error:
            return refused(request, error, template=ATTACH_TEMPLATE, context=context, form=form)
        return _done(request, policy, f"`{policy.policy_name}` was attached to {_named(form.chosen)}.")
    table = None if request.POST.get("go") == "choose" else "policies/_entities_table.html"
    return page(request, ATTACH_TEMPLATE, context, partial=table, status=form_status(form))


def _choices(request: ConsoleRequest, policy: Policy) -> dict[str, object]:
    wanted, chosen = Wanted.of(request.POST, request.GET), request.POST.getlist("entities")
    found = candidates(request.caller, policy, wanted)
    return {
        "policy": policy,
        "wanted": wanted,
        "found": found,
        "withheld": [found.denied] if found.denied else [],
        "chosen": chosen,
        "carried": found.carried(chosen),
        "action": address("attach-policy", arn=policy.arn),
        "cancel_url": address("policy-entities", arn=policy.arn),
        "crumbs": _crumbs(policy, "Attach"),
        **effect_of(request.caller, attaches=_items(policy, pairs(chosen))),
    }


def _items(policy: Policy, chosen: Sequence[tuple[str, str]]) -> Items:
    return [{f"{kind.capitalize()}Name": name, "PolicyArn": policy.arn} for kind, name in chosen]


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
        **effect_of(request.caller, detaches=_items(policy, chosen)),
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

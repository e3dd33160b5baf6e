"""Check access: a question to the engine that decides real requests, answered with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page, refused
from operations.access import check_access
from operations.authorization import Explanation
from operations.errors import ServiceError
from policies.catalog import catalog
from policies.engine import StatementTrace
from policies.forms import CheckAccessForm, CheckPolicyAccessForm
from policies.views.deciding import deciders
from policies.views.details import head_of, policy_of

SUGGESTED = 20


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A statement about the same action that did not match, and the elements that kept it from it."""

    source_name: str
    trace: StatementTrace


@require_http_methods(PAGE_METHODS)
def check_access_page(request: ConsoleRequest) -> HttpResponse:
    """The question gets an address, which can be sent to somebody; a pasted policy is too long for one."""
    if request.method == "POST" and request.POST.get("subject") != "document":
        return see_other(f"{request.path}?{_asked(request.POST)}")
    told = request.POST or request.GET
    form = CheckAccessForm(told if "action_name" in told else None, initial=_started(request))
    context = {"form": form, "actions": suggestions(request)}
    return _answered(request, form, "policies/check_access.html", context)


@require_safe
def policy_check_access(request: ConsoleRequest) -> HttpResponse:
    policy = policy_of(request)
    form = CheckPolicyAccessForm(request.GET if "action_name" in request.GET else None, policy_arn=policy.arn)
    context = head_of(request, policy, "policy-check-access") | {
        "form": form,
        "actions": suggestions(request),
    }
    return _answered(request, form, "policies/policy_check_access.html", context)


@require_safe
def action_suggestions(request: ConsoleRequest) -> HttpResponse:
    """The names that begin with what was typed, then those that hold it."""
    return page(request, "policies/_action_suggestions.html", {"actions": suggestions(request)})


def suggestions(request: ConsoleRequest) -> Sequence[str]:
    given = request.POST or request.GET
    typed = given.get("action_name") or given.get("try-action_name", "")
    service, colon, name = typed.partition(":")
    known = catalog()
    if not colon:
        return [f"{prefix}:" for prefix in known.services() if prefix.startswith(service.lower())][:SUGGESTED]
    if not known.has_service(service):
        return []
    begun = known.actions_matching(f"{service}:{name}*")
    held = known.actions_matching(f"{service}:*{name}*")
    return list(dict.fromkeys([*begun, *held]))[:SUGGESTED]


def _answered(
    request: ConsoleRequest, form: CheckAccessForm, template: str, context: dict[str, object]
) -> HttpResponse:
    partial = "policies/_access_answer.html"
    if not form.is_valid():
        return page(request, template, context, partial=partial, status=form_status(form))
    try:
        explanation = check_access(request.caller, **form.question)
    except ServiceError as error:
        return refused(request, error, template=template, context=context, partial=partial, form=form)
    answer = {
        "explanation": explanation,
        "who": form.who,
        "near_misses": near_misses(explanation),
        "deciders": deciders(explanation, form.pasted),
    }
    return page(request, template, context | answer, partial=partial)


def near_misses(explanation: Explanation) -> list[NearMiss]:
    """Statements that speak of the action and allow it, but not like this."""
    if explanation.decision.matches:
        return []
    traces = [(source, trace) for source in explanation.trace.sources for trace in source.statements]
    return [
        NearMiss(source.source.name, trace)
        for source, trace in traces
        if trace.statement.effect == "Allow" and not trace.is_match and _is_about_action(trace)
    ]


def _is_about_action(trace: StatementTrace) -> bool:
    return all(check.is_matched for check in trace.checks if check.element in ("Action", "NotAction"))


def _asked(data: QueryDict) -> str:
    """The fields of the form that say something, as a query."""
    return urlencode({name: str(data[name]) for name in CheckAccessForm.base_fields if data.get(name)})


def _started(request: ConsoleRequest) -> dict[str, str]:
    """`?user=ana` from the page of a user begins a question about that user."""
    for kind in ("user", "group"):
        if name := request.GET.get(kind):
            return {"subject": kind, f"{kind}_name": name}
    return {}

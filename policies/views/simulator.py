"""The policy simulator: a question that can be changed and asked again, and its answers with their reasons."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page, refused
from operations.errors import ServiceError
from operations.simulation import MOST_ACTIONS, Simulation, simulate_policies
from policies.engine import Kind
from policies.views.access import suggestions
from policies.views.simulator_answer import Answer, PolicyField
from policies.views.simulator_form import HOLDERS, KeyField, Question

TEMPLATE = "policies/simulator.html"
# Longer addresses are cut or refused by proxies on the way.
LONGEST_ADDRESS = 8_000


@require_http_methods(PAGE_METHODS)
def simulator(request: ConsoleRequest) -> HttpResponse:
    """What was sent becomes an address that can be passed on, as long as the texts in it are short enough."""
    question = Question(_data(request))
    context = {"form": question.form, "actions": suggestions(request), "patterns": question.patterns}
    if not question.names_holder:
        return page(request, TEMPLATE, context, status=form_status(question.form))
    try:
        simulation = simulate_policies(request.caller, **question.parameters())
    except ServiceError as error:
        return refused(request, error, template=TEMPLATE, context=context, form=question.form)
    link = f"{reverse('simulator')}?{question.query(simulation.policies)}" if question.is_valid else ""
    is_short = bool(link) and len(request.build_absolute_uri(link)) <= LONGEST_ADDRESS
    if request.method == "POST" and is_short:
        return see_other(_with_opened(link, request.POST.get("opened", "")))
    context |= _shown(request, question, simulation, link if is_short else "")
    status = HTTPStatus.OK if question.is_valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return page(request, TEMPLATE, context, status=status)


def _data(request: ConsoleRequest) -> QueryDict:
    """`?user=ana` from the page of a user begins a question about that user."""
    if request.method == "POST":
        return request.POST
    data = request.GET.copy()
    for kind, field in HOLDERS.items():
        if name := data.get(kind):
            data.update({"subject": kind, field: name})
    return data


def _with_opened(link: str, action: str) -> str:
    return f"{link}&{urlencode({'opened': action})}#answer" if action else f"{link}#results"


def _shown(
    request: ConsoleRequest, question: Question, simulation: Simulation, link: str
) -> dict[str, object]:
    wanted = (request.POST or request.GET).get("opened", "")
    return {
        "policies": [
            PolicyField.of(policy, question.drafts, question.faults) for policy in simulation.policies
        ],
        "keys": [KeyField(key) for key in simulation.keys],
        "results": simulation.results,
        "allowed": sum(result.decision.is_allowed for result in simulation.results),
        "answer": _answer(question, simulation, wanted),
        "link": link,
        "too_many": len(question.action_names) if question.is_too_wide else 0,
        "most": MOST_ACTIONS,
    }


def _answer(question: Question, simulation: Simulation, wanted: str) -> Answer | None:
    """Of the action that was opened, else of the first."""
    opened = [result for result in simulation.results if result.action == wanted]
    chosen = [*opened, *simulation.results[:1]]
    return Answer(chosen[0], simulation.policies, _trials(question)) if chosen else None


def _trials(question: Question) -> dict[Kind, str]:
    given = question.form.cleaned_data
    resource = given.get("resource_policy_document", "")
    return {
        Kind.IDENTITY: given.get("policy_document", ""),
        Kind.BOUNDARY: given.get("boundary_document", ""),
        Kind.RESOURCE: resource,
        Kind.TRUST: resource,
    }

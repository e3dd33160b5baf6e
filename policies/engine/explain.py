"""The reasons of a decision as data: every policy, statement and element, and the gates on the way."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from policies.engine.case import Case
from policies.engine.conditions import Condition
from policies.engine.decide import GATES, decide, suffices
from policies.engine.decision import Decision, Outcome
from policies.engine.document import Statement
from policies.engine.kinds import Layer
from policies.engine.policy_set import Policies, PolicySet
from policies.engine.request import Request
from policies.engine.resources import ALL_RESOURCES
from policies.engine.sources import Source
from policies.engine.special import is_always_allowed
from policies.engine.variables import Template, required


class GateState(StrEnum):
    """What became of a request at one layer. NOT_ASKED: decided before, or unnecessary."""

    PASSED = "passed"
    STOPPED = "stopped"
    ABSENT = "absent"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True, slots=True)
class Gate:
    """One layer on the way to the decision, with the number of its policies and of their statements."""

    layer: Layer
    state: GateState
    policies: int
    statements: int


@dataclass(frozen=True, slots=True)
class Check:
    """One element of a statement against the request: what was wanted, with values for variables, and found.

    `element` is the policy's own word, such as NotAction. For Condition, `operator` and `key` are as written,
    and `found` is empty when the request does not carry the key.
    """

    element: str
    is_matched: bool
    wanted: tuple[str, ...]
    found: tuple[str, ...]
    operator: str = ""
    key: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether this is a condition on a key that the request does not carry."""
        return self.element == "Condition" and not self.found


@dataclass(frozen=True, slots=True)
class StatementTrace:
    """One statement and its elements; `missing_keys` are variables without value, which stop it whole."""

    statement: Statement
    checks: tuple[Check, ...]
    missing_keys: tuple[str, ...]

    @property
    def is_match(self) -> bool:
        """Whether the statement is about the request."""
        return not self.missing_keys and all(check.is_matched for check in self.checks)

    @property
    def failed_checks(self) -> tuple[Check, ...]:
        """The elements that kept the statement from being about the request."""
        return tuple(check for check in self.checks if not check.is_matched)


@dataclass(frozen=True, slots=True)
class SourceTrace:
    """One policy; while not `is_active` its statements are shown but do not count: outside its dates, or
    when it is a guardrail that does not bind this caller.
    """

    source: Source
    is_active: bool
    statements: tuple[StatementTrace, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """A decision with all that was considered: gates in the order of asking, sources in the order given."""

    decision: Decision
    gates: tuple[Gate, ...]
    sources: tuple[SourceTrace, ...]

    def of_layer(self, layer: Layer) -> tuple[SourceTrace, ...]:
        """The policies that speak in one layer."""
        return tuple(trace for trace in self.sources if trace.source.layer is layer)


def explain(request: Request, policies: Policies) -> Trace:
    """The decision `decide` takes, and each question on the way with its answer. Raises nothing."""
    prepared = PolicySet.of(policies)
    decision = decide(request, prepared)
    return Trace(
        decision=decision,
        gates=tuple(_gates(Case(request, prepared), decision)),
        sources=tuple(
            _source_trace(source, request, is_bounded=prepared.is_bounded) for source in prepared.sources
        ),
    )


def missing_statement(request: Request) -> dict[str, str]:
    """The smallest Allow statement that is about exactly this request, ready to be written as JSON."""
    return {"Effect": "Allow", "Action": request.action, "Resource": request.resource or ALL_RESOURCES}


def _gates(case: Case, decision: Decision) -> Iterable[Gate]:
    is_open = decision.outcome is not Outcome.EXPLICIT_DENY and not is_always_allowed(case.request)
    for layer in GATES:
        heard = case.policies.of_layer(layer) if case.has(layer) else ()
        statements = sum(len(source.document.statements) for source in heard)
        yield Gate(layer, _state(case, decision, layer, is_open=is_open), len(heard), statements)
        is_open = is_open and layer is not decision.denied_by


def _state(case: Case, decision: Decision, layer: Layer, *, is_open: bool) -> GateState:
    if layer is decision.denied_by:
        return GateState.STOPPED
    if not case.has(layer):
        return GateState.ABSENT
    is_spared = suffices(case, layer) and layer not in case.allowing
    return GateState.PASSED if is_open and not is_spared else GateState.NOT_ASKED


def _source_trace(source: Source, request: Request, *, is_bounded: bool) -> SourceTrace:
    traces = tuple(
        StatementTrace(
            statement,
            tuple(_checks(statement, source, request, is_bounded=is_bounded)),
            statement.missing_keys(request.context),
        )
        for statement in source.document.statements
    )
    is_heard = source.layer not in request.principal.unbound
    return SourceTrace(source, is_heard and source.is_active(request.time), traces)


def _checks(statement: Statement, source: Source, request: Request, *, is_bounded: bool) -> Iterable[Check]:
    if source.kind.names_principals:
        yield _principal_check(statement, source, request, is_bounded=is_bounded)
    yield _action_check(statement, request)
    yield _resource_check(statement, source, request)
    for condition in statement.conditions:
        yield _condition_check(statement, condition, request)


def _principal_check(statement: Statement, source: Source, request: Request, *, is_bounded: bool) -> Check:
    element = "Principal" if statement.not_principals is None else "NotPrincipal"
    principals = statement.principals or statement.not_principals
    wanted = tuple(text for _, text in principals.written) if principals else ()
    namings = statement.namings(request.principal, source.kind, is_bounded=is_bounded)
    return Check(element, bool(namings), wanted, (request.principal.arn,))


def _action_check(statement: Statement, request: Request) -> Check:
    element = "NotAction" if statement.excludes_actions else "Action"
    wanted = statement.actions or statement.not_actions or ()
    return Check(element, statement.covers_action(request.folded_action), wanted, (request.action,))


def _resource_check(statement: Statement, source: Source, request: Request) -> Check:
    element = "Resource" if statement.not_resources is None else "NotResource"
    written = statement.resources or statement.not_resources or ()
    wanted = tuple(_resolved(text, statement, request) for text in written)
    is_matched = statement.covers_resource(request.resource, request.context, source.kind)
    return Check(element, is_matched, wanted, (request.resource,))


def _condition_check(statement: Statement, condition: Condition, request: Request) -> Check:
    return Check(
        element="Condition",
        is_matched=statement.fulfils(condition, request.context),
        wanted=tuple(
            _resolved(value, statement, request) if condition.takes_variables else value
            for value in condition.values
        ),
        found=condition.given(request.context),
        operator=condition.operator,
        key=condition.key,
    )


def _resolved(text: str, statement: Statement, request: Request) -> str:
    """The text with its variables' values; where one has none, as written."""
    template = Template.of(text, statement.version)
    is_known = all(len(request.context.get(key, ())) == 1 for key in required(template.variables))
    return template.text(request.context) if is_known else text

"""From questions to AWS's EvaluationResults: the decisions, the statements behind them, and what each layer said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from operations.policy_inputs import PolicyType
from operations.simulation import Result
from operations.simulation_scenario import Scenario
from policies.catalog import Action, ResourceType, catalog
from policies.engine import Layer, Match, Outcome, Statement, position
from policies.engine.arns import split_arn
from policies.engine.case import Case
from policies.engine.resources import ALL_RESOURCES
from policies.models import PolicyText

# AWS's names for the policies that answer where a request goes from account to account.
DETAILED = {
    Layer.IDENTITY: "IAM Policy",
    Layer.RESOURCE: "Resource Policy",
    Layer.PERMISSIONS_BOUNDARY: "Permissions Boundary Policy",
}
BY_STRICTNESS = (Outcome.EXPLICIT_DENY, Outcome.IMPLICIT_DENY, Outcome.ALLOWED)

MOST_REMEMBERED = 32_768

Details = Mapping[str, object]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a policy's text, both numbers from 1."""

    line: int
    column: int


# A statement by the hash of its text and its number, "" for a text that is not stored; where it begins and ends.
Key = tuple[str, int]
Places = tuple[Position, Position]
_remembered: dict[Key, Places] = {}


@dataclass(frozen=True, slots=True)
class MatchedStatement:
    """Where a statement begins, and the place after its end."""

    source_policy_id: str
    source_policy_type: PolicyType
    start_position: Position
    end_position: Position


@dataclass(frozen=True, slots=True)
class ResourceSpecificResult:
    """The answer for one action on one resource."""

    eval_resource_name: str
    eval_resource_decision: Outcome
    matched_statements: Sequence[MatchedStatement]
    missing_context_values: Sequence[str]
    eval_decision_details: Details | None
    permissions_boundary_decision_detail: Details | None


@dataclass(frozen=True, slots=True)
class EvaluationResult:
    """The answer for one action, on several resources the strictest of all."""

    eval_action_name: str
    eval_resource_name: str
    eval_decision: Outcome
    matched_statements: Sequence[MatchedStatement]
    missing_context_values: Sequence[str]
    organizations_decision_detail: Details | None
    permissions_boundary_decision_detail: Details | None
    eval_decision_details: Details | None
    resource_specific_results: Sequence[ResourceSpecificResult] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision of the engine with what each layer said by itself, as far as an answer tells it."""

    result: Result
    statements: tuple[MatchedStatement, ...]
    said: Mapping[Layer, Outcome]

    @property
    def outcome(self) -> Outcome:
        return self.result.decision.outcome


def evaluation_results(scenario: Scenario, actions: Sequence[str]) -> list[EvaluationResult]:
    """The answers for these actions, in their order."""
    asked = [[scenario.ask(action, resource) for resource in scenario.resources] for action in actions]
    show = _Statements(scenario, [match for row in asked for result in row for match in _shown(result)])
    return [
        _of_action([Answer(one, tuple(map(show, _shown(one))), _said(one)) for one in row]) for row in asked
    ]


def _of_action(answers: Sequence[Answer]) -> EvaluationResult:
    first = answers[0].result
    outcome = _strictest(one.outcome for one in answers)
    is_any_resource = first.request.resource == ALL_RESOURCES and len(answers) == 1
    said = _together([one.said for one in answers])
    return EvaluationResult(
        eval_action_name=first.action,
        eval_resource_name=first.request.resource if len(answers) == 1 else _template(first),
        eval_decision=outcome,
        matched_statements=_once(
            item for one in answers if one.outcome is outcome for item in one.statements
        ),
        missing_context_values=_once(key for one in answers for key in one.result.missing_keys),
        organizations_decision_detail=_allowed_by(said, Layer.SCP, "AllowedByOrganizations"),
        permissions_boundary_decision_detail=_boundary_detail(said),
        eval_decision_details=(_details(said, answers) or None)
        if is_any_resource
        else _details(said, answers),
        resource_specific_results=None if is_any_resource else [_of_resource(one) for one in answers],
    )


def _of_resource(answer: Answer) -> ResourceSpecificResult:
    return ResourceSpecificResult(
        eval_resource_name=answer.result.request.resource,
        eval_resource_decision=answer.outcome,
        matched_statements=answer.statements,
        missing_context_values=answer.result.missing_keys,
        eval_decision_details=_details(answer.said, [answer]) or None,
        permissions_boundary_decision_detail=_boundary_detail(answer.said),
    )


def _shown(result: Result) -> Iterator[Match]:
    """The statements behind a decision. Of guardrails AWS shows none; a boundary's Allow alone grants nothing."""
    hidden = {Layer.SCP}
    if result.decision.is_allowed:
        hidden.add(Layer.PERMISSIONS_BOUNDARY)
    return (match for match in result.decision.matches if match.source.layer not in hidden)


class _Statements:
    """Statements as an answer shows them. Where those of stored texts stand is read once, for a text never changes."""

    def __init__(self, scenario: Scenario, matches: Iterable[Match]) -> None:
        self._inputs = scenario.input_of
        asked = {self._key(match): match.statement for match in matches}
        stored = {key: statement for key, statement in asked.items() if key[0]}
        self._places = {key: known for key in stored if (known := _remembered.get(key))}
        missing = stored.keys() - self._places.keys()
        texts = _texts({text_hash for text_hash, _ in missing})
        fresh = {key: _places(texts[key[0]], stored[key]) for key in missing}
        self._places |= fresh
        _remember(fresh)

    def __call__(self, match: Match) -> MatchedStatement:
        one = self._inputs[id(match.source)]
        key = self._key(match)
        start, end = self._places[key] if key[0] else _places(one.text, match.statement)
        return MatchedStatement(one.policy_id, one.policy_type, start, end)

    def _key(self, match: Match) -> Key:
        return self._inputs[id(match.source)].text_hash, match.statement.index


def _texts(hashes: Iterable[str]) -> Mapping[str, str]:
    wanted = list(hashes)
    if not wanted:
        return {}
    return dict(PolicyText.objects.filter(sha256__in=wanted).values_list("sha256", "document"))


def _remember(places: Mapping[Key, Places]) -> None:
    if len(_remembered) + len(places) > MOST_REMEMBERED:
        _remembered.clear()
    _remembered.update(places)


def _places(text: str, statement: Statement) -> Places:
    return _place(text, statement.start), _place(text, statement.end)


def _place(text: str, offset: int) -> Position:
    line, column = position(text, offset)
    return Position(line, column + 1)


def _said(result: Result) -> Mapping[Layer, Outcome]:
    """What the layers said one by one, where an answer tells it: between accounts, and of limits."""
    policies, request = result.policies, result.request
    if request.is_in_account and not policies.layers & {Layer.PERMISSIONS_BOUNDARY, Layer.SCP}:
        return {}
    case = Case(request, policies)
    crossing = set() if request.is_in_account else {Layer.IDENTITY, Layer.RESOURCE}
    layers = [layer for layer in (Layer.SCP, *DETAILED) if layer in crossing or case.has(layer)]
    return {layer: _outcome(case, layer) for layer in layers}


def _outcome(case: Case, layer: Layer) -> Outcome:
    if any(match.source.layer is layer for match in case.denials):
        return Outcome.EXPLICIT_DENY
    is_allowed = case.is_allowed_at_every_level(layer) if layer is Layer.SCP else layer in case.allowing
    return Outcome.ALLOWED if is_allowed else Outcome.IMPLICIT_DENY


def _together(said: Sequence[Mapping[Layer, Outcome]]) -> Mapping[Layer, Outcome]:
    """The strictest word of each layer."""
    layers = dict.fromkeys(layer for one in said for layer in one)
    return {layer: _strictest(one[layer] for one in said if layer in one) for layer in layers}


def _strictest(outcomes: Iterable[Outcome]) -> Outcome:
    found = set(outcomes)
    return next(outcome for outcome in BY_STRICTNESS if outcome in found)


def _details(said: Mapping[Layer, Outcome], answers: Sequence[Answer]) -> Details | None:
    """Told of requests between accounts, empty within one; nothing is told once an organization refuses."""
    if said.get(Layer.SCP, Outcome.ALLOWED) is not Outcome.ALLOWED:
        return None
    is_crossing = any(not one.result.request.is_in_account for one in answers)
    return {DETAILED[layer]: said[layer] for layer in DETAILED if layer in said} if is_crossing else {}


def _boundary_detail(said: Mapping[Layer, Outcome]) -> Details | None:
    return _allowed_by(said, Layer.PERMISSIONS_BOUNDARY, "AllowedByPermissionsBoundary")


def _allowed_by(said: Mapping[Layer, Outcome], layer: Layer, name: str) -> Details | None:
    return {name: said[layer] is Outcome.ALLOWED} if layer in said else None


def _once(items: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(items))


def _template(result: Result) -> str:
    """What ARNs of the kind of resource look like, `arn:${Partition}:s3:::${BucketName}`, where the action has any."""
    action = catalog().action(result.action)
    kinds = _kinds(action) if action else []
    fitting = [kind for kind in kinds if _fits(kind, result.request.resource)]
    if fitting:
        return max(fitting, key=_length).arn
    return min(kinds, key=_length).arn if kinds else ALL_RESOURCES


def _length(kind: ResourceType) -> int:
    """The longer pattern of those that fit says more; where none fits, the plainest will do."""
    return len(kind.arn)


def _kinds(action: Action) -> list[ResourceType]:
    service = catalog().service(action.name.partition(":")[0])
    known = service.resource_types if service else {}
    return [known[name] for name in action.resource_types if name in known]


def _fits(kind: ResourceType, resource: str) -> bool:
    parts = split_arn(resource)
    return parts is not None and parts[2] == kind.arn_service and kind.resource_pattern.matches(parts[5])

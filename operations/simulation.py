"""The policy simulator: what-if questions to the engine that decides real requests. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from accounts.models import Account, Group, Role, User
from operations.access import ContextEntry, ensure_action
from operations.authorization import (
    CIRCUMSTANCES,
    Explanation,
    explanation_of,
    facts_of,
    facts_of_principal,
    source_of_resource,
)
from operations.call import Call
from operations.errors import MalformedPolicyDocument, ValidationError
from operations.holdings import Holder
from operations.operation import operation
from operations.principals import AssumedRole
from operations.simulated_policies import SimulatedPolicy, fault_in, policies_to_simulate, trial_source
from policies.catalog import catalog
from policies.engine import (
    Decision,
    Kind,
    Policies,
    PolicySet,
    Principal,
    PrincipalKind,
    Request,
    Source,
    Statement,
    decide,
)
from policies.engine.asker import OF_THE_CALLER
from policies.engine.patterns import fold

MOST_ACTIONS = 200
NEW_POLICY, NEW_BOUNDARY = "New policy", "New boundary"
# Of a role its identity decides less: the rest comes with the session that somebody opens.
OF_THE_ROLE = ("aws:principal", "aws:username")

Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class AskedKey:
    """A condition key or variable that the policies mention and the identity does not answer.

    `operators` are those it stands under, none for a variable; `assumed` counts while no value is given.
    """

    name: str
    operators: frozenset[str]
    values: tuple[str, ...]
    assumed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """The answer for one action. `missing_keys` had no value where a statement about the request wants one."""

    label: str
    request: Request
    decision: Decision
    missing_keys: tuple[str, ...]
    policies: PolicySet

    @property
    def action(self) -> str:
        return self.request.action

    @property
    def explanation(self) -> Explanation:
        return explanation_of(self.label, self.request, self.policies, shown=self.request.resource)


@dataclass(frozen=True, slots=True)
class Simulation:
    """The policies of whoever is asked about, the keys to ask for, and a result for each action."""

    policies: tuple[SimulatedPolicy, ...]
    keys: tuple[AskedKey, ...]
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks in the simulation, what is known of them, and what is assumed of their requests.

    `settled` are the beginnings of the keys that the identity decides.
    """

    label: str
    principal: Principal
    known: Values
    assumed: Values
    settled: tuple[str, ...] = ()

    def answers(self, key: str) -> bool:
        """Whether the identity decides the key: where it has no value, a real request has none either."""
        return fold(key).startswith(self.settled)


@operation("iamconsole:SimulatePolicies", action="iam:SimulatePrincipalPolicy", reads=True)
def simulate_policies(
    call: Call,
    *,
    user_name: str | None = None,
    group_name: str | None = None,
    role_name: str | None = None,
    policy_document: str | None = None,
    boundary_document: str | None = None,
    resource_policy_document: str | None = None,
    excluded_policies: Sequence[str] = (),
    edited_policies: Sequence[Mapping[str, str]] = (),
    action_names: Sequence[str] = (),
    resource_arn: str | None = None,
    context_entries: Sequence[ContextEntry] = (),
) -> Simulation:
    """What a user, a group, a role or nobody in particular could do with these policies in place of the present ones.

    `policy_document` comes on top of what the holder has, `boundary_document` instead of its boundary. Policies
    are named by their keys. Raises NoSuchEntity, ValidationError and MalformedPolicyDocument.
    """
    _ensure_actions(action_names)
    _ensure_policy(resource_policy_document)
    holder = _holder(call, user_name, group_name, role_name)
    drafts = {edit["PolicyKey"]: edit["PolicyDocument"] for edit in edited_policies}
    policies = policies_to_simulate(call, holder, excluded=excluded_policies, drafts=drafts) if holder else ()
    sources = _in_play(policies, policy_document, boundary_document)
    subject, given = _subject(call, holder), given_values(context_entries)
    resource = resource_arn or "*"
    in_play = partial(_with_resource_policy, sources, resource_policy_document, resource)
    results = tuple(result_of(subject, name, resource, given, in_play(name)) for name in action_names)
    return Simulation(policies, tuple(_asked_keys(subject, in_play(""), given)), results)


def _ensure_actions(action_names: Sequence[str]) -> None:
    for name in action_names:
        ensure_action(name)
    if len(action_names) > MOST_ACTIONS:
        raise ValidationError(
            f"Ask about at most {MOST_ACTIONS} actions at once, not {len(action_names)}.",
            parameter="action_names",
        )


def _ensure_policy(text: str | None) -> None:
    if text and (fault := fault_in(text)):
        raise MalformedPolicyDocument(fault, parameter="resource_policy_document")


def _holder(
    call: Call, user_name: str | None, group_name: str | None, role_name: str | None
) -> Holder | None:
    named: list[tuple[type[Holder], str]] = [
        (model, name)
        for model, name in ((User, user_name), (Group, group_name), (Role, role_name))
        if name is not None
    ]
    if len(named) > 1:
        raise ValidationError("Name one user, one group or one role.", parameter="user_name")
    for model, name in named:
        return call.access(model, name)
    call.authorize("*", action="iam:SimulateCustomPolicy")
    return None


def _in_play(
    policies: Sequence[SimulatedPolicy], document: str | None, boundary: str | None
) -> tuple[Source, ...]:
    sources = [policy.source for policy in policies if not policy.is_excluded]
    if boundary:
        sources = [source for source in sources if source.kind is not Kind.BOUNDARY]
        sources.append(trial_source(Kind.BOUNDARY, NEW_BOUNDARY, boundary, "boundary_document"))
    if document:
        sources.append(trial_source(Kind.IDENTITY, NEW_POLICY, document, "policy_document"))
    return tuple(sources)


def _with_resource_policy(
    sources: tuple[Source, ...], text: str | None, resource: str, action: str
) -> tuple[Source, ...]:
    return (*sources, source_of_resource(text, action, resource)) if text else sources


def _subject(call: Call, holder: Holder | None) -> Subject:
    """The requests are assumed to come from where the present caller is, and now."""
    facts = _given_once(facts_of(call.caller, call.now))
    assumed = {key: facts[key] for key in CIRCUMSTANCES} | {"aws:ResourceAccount": (call.account.id,)}
    return subject_of(call.account, holder, assumed)


def subject_of(account: Account, holder: Holder | None, assumed: Values) -> Subject:
    """The holder of policies as the one who asks; for a group, or for nobody, it is anybody of the account."""
    if isinstance(holder, User):
        principal = Principal(holder.arn, PrincipalKind.USER, account.id)
        own = _given_once(facts_of_principal(holder, account.id))
        return Subject(holder.user_name, principal, own, assumed, OF_THE_CALLER)
    if isinstance(holder, Role):
        principal = Principal(holder.arn, PrincipalKind.ASSUMED_ROLE, account.id)
        facts = _given_once(facts_of_principal(AssumedRole(holder, ""), account.id))
        own = {key: values for key, values in facts.items() if fold(key).startswith(OF_THE_ROLE)}
        return Subject(holder.role_name, principal, own, assumed, OF_THE_ROLE)
    arn, label = (holder.arn, holder.group_name) if holder else (account.arn, "")
    return Subject(label, Principal(arn, PrincipalKind.USER, account.id), {}, assumed)


def _given_once(facts: Mapping[str, str | Sequence[str]]) -> Values:
    return {key: (value,) if isinstance(value, str) else tuple(value) for key, value in facts.items()}


def given_values(entries: Sequence[ContextEntry]) -> Values:
    """The values by folded key. An entry without values gives none, and does not hide what is assumed."""
    found = {fold(str(entry["ContextKeyName"])): tuple(entry["ContextKeyValues"]) for entry in entries}
    return {key: values for key, values in found.items() if values}


def result_of(
    subject: Subject, action: str, resource: str, given: Values, policies: Policies, *, owner: str = ""
) -> Result:
    """The engine's answer. `owner` is the account of the resource, where its ARN does not tell."""
    context = {**subject.assumed, **subject.known, **given}
    request = Request(subject.principal, action, resource, owner, context)
    prepared = PolicySet.of(policies)
    missing = (key for key in _missing_keys(request, prepared) if not subject.answers(key))
    return Result(
        subject.label,
        request,
        decide(request, prepared),
        tuple(dict.fromkeys(map(_spelled, missing))),
        prepared,
    )


def _missing_keys(request: Request, policies: PolicySet) -> Iterator[str]:
    """Keys without a value in statements about the action and, but for variables, the resource."""
    for match in policies.about(request.folded_action).matches:
        statement = match.statement
        yield from statement.missing_keys(request.context)
        if statement.covers_resource(request.resource, request.context, match.source.kind):
            yield from (
                condition.key
                for condition in statement.conditions
                if not condition.name.is_null and not condition.given(request.context)
            )


def _asked_keys(subject: Subject, sources: Sequence[Source], given: Values) -> Iterator[AskedKey]:
    """In the order in which the policies mention them."""
    operators: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    statements = (statement for source in sources for statement in source.document.statements)
    for name, operator in (pair for statement in statements for pair in _mentioned(statement)):
        names.setdefault(fold(name), name)
        operators.setdefault(fold(name), set()).update([operator] if operator else [])
    assumed = {fold(key): values for key, values in subject.assumed.items()}
    for key, name in names.items():
        if not subject.answers(key):
            kinds = frozenset(operators[key])
            yield AskedKey(_spelled(name), kinds, given.get(key, ()), assumed.get(key, ()))


def _mentioned(statement: Statement) -> Iterator[tuple[str, str]]:
    """Each key of a statement with the operator it stands under, "" for a variable."""
    for condition in statement.conditions:
        yield condition.key, condition.name.base
    for key in sorted(statement.required_keys):
        yield key, ""


def _spelled(name: str) -> str:
    """As the catalog writes the key: variables are kept without case."""
    known = catalog().condition_key(name)
    return known.name if known and fold(known.name) == fold(name) else name

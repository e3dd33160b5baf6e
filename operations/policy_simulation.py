"""AWS's simulation of policies: the console's own simulator, asked and answered in the words of the API.

Nothing is assumed of the requests but what the caller's identity says: what else a policy wants to know comes with
`ContextEntries`, or is named as missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from accounts.models import Group
from operations.access import ContextEntry, ensure_action
from operations.call import Call
from operations.entities import holder_at
from operations.errors import InvalidInput, ValidationError
from operations.evaluation_results import EvaluationResult, evaluation_results
from operations.holdings import Holder
from operations.numbered_pages import numbered_page
from operations.operation import operation
from operations.paging import DEFAULT_MAX_ITEMS, Page
from operations.policy_inputs import (
    PolicyIdentifier,
    PolicyInput,
    given_policies,
    given_policy,
    stored_policies,
)
from operations.simulated_callers import subject_at
from operations.simulation import Subject, Values, given_values, subject_of
from operations.simulation_scenario import Scenario
from policies.engine import Kind
from policies.engine.arns import split_arn
from policies.engine.resources import ALL_RESOURCES

# What one answer may cost, in statements: "IAM might return fewer results, even when there are more results available".
MOST_QUESTIONS = 100_000
INPUTS, BOUNDARIES = "PolicyInputList", "PermissionsBoundaryPolicyInputList"
# The kinds of resources that each scenario of EC2 wants; AWS's two with a subnet want one more.
_INSTANCE_STORE = frozenset({"instance", "image", "security-group", "network-interface"})
SCENARIOS: Mapping[str, frozenset[str]] = {
    "EC2-VPC-InstanceStore": _INSTANCE_STORE,
    "EC2-VPC-InstanceStore-Subnet": _INSTANCE_STORE | {"subnet"},
    "EC2-VPC-EBS": _INSTANCE_STORE | {"volume"},
    "EC2-VPC-EBS-Subnet": _INSTANCE_STORE | {"volume", "subnet"},
}


@operation("iam:SimulateCustomPolicy", reads=True)
def simulate_custom_policy(
    call: Call,
    *,
    policy_input_list: Sequence[str],
    permissions_boundary_policy_input_list: Sequence[str] = (),
    ordered_organization_policy_input_list: Sequence[Mapping[str, Any]] = (),
    action_names: Sequence[str],
    resource_arns: Sequence[str] = (),
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: Sequence[ContextEntry] = (),
    resource_handling_option: str | None = None,
    max_items: int | None = None,
    marker: str | None = None,
) -> Page[EvaluationResult]:
    """What somebody with just these policies could do; a `resource_policy` wants a `caller_arn`.

    Raises InvalidInput.
    """
    call.authorize(ALL_RESOURCES)
    scenario = Scenario(
        subject=_subject(call, None, caller_arn, resource_policy),
        inputs=(
            *given_policies(Kind.IDENTITY, policy_input_list, INPUTS),
            *_boundary(permissions_boundary_policy_input_list),
            *_guardrails(ordered_organization_policy_input_list),
        ),
        resource_policy=resource_policy or "",
        resources=_resources(resource_arns, resource_handling_option),
        owner=_owner(resource_owner),
        given=_given(context_entries),
    )
    return _answer(scenario, action_names, marker=marker, max_items=max_items)


@operation("iam:SimulatePrincipalPolicy", reads=True)
def simulate_principal_policy(
    call: Call,
    *,
    policy_source_arn: str,
    policy_input_list: Sequence[str] = (),
    permissions_boundary_policy_input_list: Sequence[str] = (),
    policy_exclusion_list: Sequence[PolicyIdentifier] = (),
    action_names: Sequence[str],
    resource_arns: Sequence[str] = (),
    resource_policy: str | None = None,
    resource_owner: str | None = None,
    caller_arn: str | None = None,
    context_entries: Sequence[ContextEntry] = (),
    resource_handling_option: str | None = None,
    max_items: int | None = None,
    marker: str | None = None,
) -> Page[EvaluationResult]:
    """What a user, a group or a role could do with its policies and these; a boundary given replaces its own.

    With a `caller_arn` it is that one who asks, as if with these policies. Raises NoSuchEntity and InvalidInput.
    """
    holder = holder_at(call, policy_source_arn, parameter="policy_source_arn")
    stored = stored_policies(holder, policy_exclusion_list)
    boundary = _boundary(permissions_boundary_policy_input_list)
    kept = (one for one in stored if not boundary or one.source.kind is not Kind.BOUNDARY)
    scenario = Scenario(
        subject=_subject(call, holder, caller_arn, resource_policy),
        inputs=(*kept, *given_policies(Kind.IDENTITY, policy_input_list, INPUTS), *boundary),
        resource_policy=resource_policy or "",
        resources=_resources(resource_arns, resource_handling_option),
        owner=_owner(resource_owner),
        given=_given(context_entries),
    )
    return _answer(scenario, action_names, marker=marker, max_items=max_items)


def _answer(
    scenario: Scenario, action_names: Sequence[str], *, marker: str | None, max_items: int | None
) -> Page[EvaluationResult]:
    for name in action_names:
        _ensure_action(name)
    room = MOST_QUESTIONS // scenario.questions
    if not room:
        raise InvalidInput(
            "The simulation is too large: ask about fewer resources or fewer policies at once."
        )
    page = numbered_page(action_names, marker=marker, max_items=min(max_items or DEFAULT_MAX_ITEMS, room))
    return Page(evaluation_results(scenario, page.items), page.marker)


def _ensure_action(name: str) -> None:
    try:
        ensure_action(name)
    except ValidationError as error:
        raise InvalidInput(
            f"Invalid Input Actions: {name}. {error.message}", parameter="action_names"
        ) from error


def _subject(
    call: Call, holder: Holder | None, caller_arn: str | None, resource_policy: str | None
) -> Subject:
    """Who asks: the caller named, or the holder itself. A group is no principal that a policy could name."""
    own_arn = None if holder is None or isinstance(holder, Group) else holder.arn
    if caller_arn is not None and caller_arn != own_arn:
        return subject_at(caller_arn)
    if resource_policy and own_arn is None:
        raise InvalidInput("Invalid caller - Caller cannot be null or empty.", parameter="caller_arn")
    return subject_of(call.account, holder, {})


def _boundary(documents: Sequence[str]) -> tuple[PolicyInput, ...]:
    if len(documents) > 1:
        raise InvalidInput(
            "Only one permissions boundary can be simulated.",
            parameter="permissions_boundary_policy_input_list",
        )
    return given_policies(Kind.BOUNDARY, documents, BOUNDARIES)


def _guardrails(levels: Sequence[Mapping[str, Any]]) -> Iterator[PolicyInput]:
    """Service control policies from the root of an organization down: each level must allow."""
    for place, level in enumerate(levels, start=1):
        name = f"OrderedOrganizationPolicyInputList.{place}"
        documents: Sequence[str] = level.get("ServiceControlPolicyInputList", ())
        if not documents:
            raise InvalidInput(
                f"{name} holds no policy, and would allow nothing.",
                parameter="ordered_organization_policy_input_list",
            )
        for number, text in enumerate(documents, start=1):
            yield given_policy(Kind.SCP, f"{name}.{number}", text, target=str(place))


def _resources(arns: Sequence[str], handling_option: str | None) -> tuple[str, ...]:
    """The resources to ask about, each once; a scenario of EC2 wants one of each of its kinds."""
    if handling_option is not None:
        _ensure_scenario(arns, handling_option)
    return tuple(dict.fromkeys(arns)) or (ALL_RESOURCES,)


def _ensure_scenario(arns: Sequence[str], handling_option: str) -> None:
    if handling_option not in SCENARIOS:
        raise InvalidInput(
            f"Invalid ResourceHandlingOption: {handling_option}", parameter="resource_handling_option"
        )
    parts = filter(None, map(split_arn, arns))
    given = {resource.partition("/")[0] for _, _, service, _, _, resource in parts if service == "ec2"}
    if missing := SCENARIOS[handling_option] - given:
        raise InvalidInput(
            f"{handling_option} requires resources of the types: {', '.join(sorted(missing))}",
            parameter="resource_arns",
        )


def _owner(resource_owner: str | None) -> str:
    """The account in `arn:aws:iam::123456789012:root`, which may also be given alone."""
    if resource_owner is None or (resource_owner.isascii() and resource_owner.isdigit()):
        return resource_owner or ""
    parts = split_arn(resource_owner)
    if parts is None or parts[2] != "iam" or parts[5] != "root" or not parts[4].isdigit():
        raise InvalidInput(f"Invalid resource owner: {resource_owner}", parameter="resource_owner")
    return parts[4]


def _given(entries: Sequence[ContextEntry]) -> Values:
    for entry in entries:
        if not entry.get("ContextKeyName"):
            raise InvalidInput("Each context entry names its key.", parameter="context_entries")
    return given_values([{"ContextKeyValues": (), **entry} for entry in entries])

"""All that a simulation is about but the action: who asks, by which policies, about which resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from operations.policy_inputs import PolicyInput, PolicyType, given_policy
from operations.simulation import Result, Subject, Values, result_of
from policies.engine import Kind, PolicySet, is_trust
from policies.engine.arns import split_arn
from policies.engine.patterns import fold
from policies.engine.resources import ALL_RESOURCES

# What a trust policy speaks about, whichever role is meant.
OF_TRUST = ("sts:assumerole", "sts:setsourceidentity", "sts:tagsession")
# A decision costs as much as holding it against so many statements, however few there are.
FEW_STATEMENTS = 50


@dataclass(frozen=True)
class Scenario:
    """The same for every action. `owner` is the account of the resources whose ARNs name none, "" for the caller's.

    `resource_policy` counts as the policy of each resource.
    """

    subject: Subject
    inputs: tuple[PolicyInput, ...]
    resource_policy: str
    resources: tuple[str, ...]
    owner: str
    given: Values

    def ask(self, action: str, resource: str) -> Result:
        """The decision of the engine that decides real requests."""
        owner = self._owner_of(resource)
        account_id = owner or self.subject.principal.account_id
        subject = replace(self.subject, assumed={"aws:ResourceAccount": (account_id,)})
        policies = self._with_trust if _is_of_trust(action, resource) else self._with_resource
        return result_of(subject, action, resource, self.given, policies, owner=owner)

    @property
    def questions(self) -> int:
        """How many statements one action is held against at most, on all resources together."""
        policies = self._with_resource.sources
        statements = sum(len(source.document.statements) for source in policies)
        return len(self.resources) * max(statements, FEW_STATEMENTS)

    @cached_property
    def input_of(self) -> Mapping[int, PolicyInput]:
        """Where each policy comes from, by the identity of its source."""
        return {id(one.source): one for one in (*self.inputs, *self._own.values())}

    def _owner_of(self, resource: str) -> str:
        """The account that an ARN names; what belongs to AWS itself belongs to whoever uses it."""
        parts = split_arn(resource)
        if parts is None or not parts[4]:
            return self.owner
        return parts[4] if parts[4].isdigit() else ""

    @cached_property
    def _with_resource(self) -> PolicySet:
        return self._with(Kind.RESOURCE)

    @cached_property
    def _with_trust(self) -> PolicySet:
        return self._with(Kind.TRUST)

    def _with(self, kind: Kind) -> PolicySet:
        own = (self._own[kind],) if self._own else ()
        return PolicySet(one.source for one in (*self.inputs, *own))

    @cached_property
    def _own(self) -> Mapping[Kind, PolicyInput]:
        """The resource's policy, once as such and once as the trust policy of a role."""
        if not self.resource_policy:
            return {}
        own = given_policy(Kind.RESOURCE, "ResourcePolicy", self.resource_policy, PolicyType.RESOURCE)
        trust = replace(own, source=replace(own.source, kind=Kind.TRUST))
        return {Kind.RESOURCE: own, Kind.TRUST: trust}


def _is_of_trust(action: str, resource: str) -> bool:
    """A role's own policy is its trust policy. AWS's simulator passes it over; real requests do not."""
    is_any_role = resource == ALL_RESOURCES and fold(action).startswith(OF_TRUST)
    return is_any_role or is_trust(action, resource)

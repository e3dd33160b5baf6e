"""The decision: AWS's evaluation logic on one screen, with default deny as its last word."""

from collections.abc import Callable
from functools import partial
from typing import Final

from policies.engine.case import Case
from policies.engine.decision import Decision
from policies.engine.kinds import Layer
from policies.engine.policy_set import Policies, PolicySet
from policies.engine.principals import Naming
from policies.engine.request import PrincipalKind, Request
from policies.engine.special import depends_on_its_own_policy, is_always_allowed, is_out_of_reach

# What a resource policy's Allow in the caller's own account makes unnecessary, by how it names the caller.
SUFFICES_FOR: Final[dict[Naming, frozenset[Layer]]] = {
    Naming.USER: frozenset({Layer.IDENTITY, Layer.PERMISSIONS_BOUNDARY, Layer.SESSION}),
    Naming.SESSION: frozenset({Layer.IDENTITY, Layer.PERMISSIONS_BOUNDARY, Layer.SESSION}),
    Naming.ANYONE: frozenset({Layer.IDENTITY, Layer.PERMISSIONS_BOUNDARY}),
    Naming.ROLE: frozenset({Layer.IDENTITY}),
    Naming.ISSUER: frozenset({Layer.IDENTITY}),
    Naming.ACCOUNT: frozenset(),
    Naming.SERVICE: frozenset(),
    Naming.FEDERATED: frozenset(),
}


def decide(request: Request, policies: Policies) -> Decision:
    """Whether the request is allowed by these policies, and by which statements. A denial is no exception.

    Who asks more than once hands over a `PolicySet`, whose index is then built only once.

    A Deny anywhere wins; then every gate must be passed: guardrails of the organization, the resource's
    policy where it is needed, the identity's policies, its boundary, its session policies.
    """
    if is_always_allowed(request):
        return Decision.allow(())
    case = Case(request, PolicySet.of(policies))
    if case.denials:
        return Decision.explicit_deny(case.denying_layer, tuple(case.denials))
    for layer in case.policies.gates:
        if not GATES[layer](case):
            return Decision.implicit_deny(layer)
    return Decision.allow(tuple(case.allows))


def suffices(case: Case, layer: Layer) -> bool:
    """Whether the resource's policy, in the caller's own account, replaces an Allow of that layer."""
    if not case.namings or not case.request.is_in_account:
        return False
    return any(layer in SUFFICES_FOR[naming] for naming in case.namings)


def _every_level_allows(layer: Layer, case: Case) -> bool:
    return not case.has(layer) or case.is_allowed_at_every_level(layer)


def _resource_allows(case: Case) -> bool:
    """The resource's own policy is needed across accounts, for roles, keys, and callers without an identity."""
    request = case.request
    if is_out_of_reach(request):
        return False
    is_needed = (
        case.policies.has_trust
        or not request.is_in_account
        or not request.principal.has_identity_policies
        or depends_on_its_own_policy(request)
    )
    return bool(case.namings) or not is_needed


def _identity_allows(case: Case) -> bool:
    caller = case.request.principal
    if (
        caller.kind is PrincipalKind.ROOT
        or not caller.has_identity_policies
        or suffices(case, Layer.IDENTITY)
    ):
        return True
    # A federated user has only what its session policy and the issuer's policies both allow.
    is_empty = caller.kind is PrincipalKind.FEDERATED_USER and not case.has(Layer.SESSION)
    return Layer.IDENTITY in case.allowing and not is_empty


def _limit_allows(layer: Layer, case: Case) -> bool:
    return not case.has(layer) or layer in case.allowing or suffices(case, layer)


GATES: Final[dict[Layer, Callable[[Case], bool]]] = {
    Layer.SCP: partial(_every_level_allows, Layer.SCP),
    Layer.RCP: partial(_every_level_allows, Layer.RCP),
    Layer.VPC_ENDPOINT: partial(_limit_allows, Layer.VPC_ENDPOINT),
    Layer.RESOURCE: _resource_allows,
    Layer.IDENTITY: _identity_allows,
    Layer.PERMISSIONS_BOUNDARY: partial(_limit_allows, Layer.PERMISSIONS_BOUNDARY),
    Layer.SESSION: partial(_limit_allows, Layer.SESSION),
}

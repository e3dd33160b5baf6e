"""From a refusal to what would help: the statements to add, layer by layer, each proved by asking again."""

from collections.abc import Iterable
from dataclasses import dataclass

from policies.engine.decide import decide
from policies.engine.decision import Decision, Outcome
from policies.engine.document import Effect, Policy, Statement
from policies.engine.kinds import Kind, Layer
from policies.engine.policy_set import Policies, PolicySet
from policies.engine.principals import PrincipalSet
from policies.engine.request import Request
from policies.engine.sources import Source

_KINDS = {
    Layer.IDENTITY: Kind.IDENTITY,
    Layer.PERMISSIONS_BOUNDARY: Kind.BOUNDARY,
    Layer.SESSION: Kind.SESSION,
    Layer.RESOURCE: Kind.RESOURCE,
    Layer.VPC_ENDPOINT: Kind.VPC_ENDPOINT,
    Layer.SCP: Kind.SCP,
    Layer.RCP: Kind.RCP,
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """What turns a refusal into an allowance: `additions`, each a policy that allows exactly the request.

    There are none for an allowed request. With an `obstacle` nothing that is attached would help: it is the
    refusal that stays, by a Deny or by one of AWS's own rules.
    """

    additions: tuple[Source, ...] = ()
    obstacle: Decision | None = None

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers that need an addition, in the order in which they refuse."""
        return tuple(dict.fromkeys(addition.layer for addition in self.additions))

    @property
    def is_for_identity_alone(self) -> bool:
        """Whether a statement attached to the caller is all it takes."""
        return self.obstacle is None and self.layers == (Layer.IDENTITY,)


def remedy(request: Request, policies: Policies) -> Remedy:
    """The fewest layers that need an Allow of this request, each found by deciding again with those before."""
    given = PolicySet.of(policies).sources
    additions: tuple[Source, ...] = ()
    while not (decision := decide(request, (*given, *additions))).is_allowed:
        layer = decision.denied_by
        has_tried = any(addition.layer is layer for addition in additions)
        if decision.outcome is Outcome.EXPLICIT_DENY or layer is None or has_tried:
            return Remedy(obstacle=decision)
        additions += tuple(_additions(layer, request, given))
    return Remedy(additions)


def _additions(layer: Layer, request: Request, sources: Iterable[Source]) -> Iterable[Source]:
    """An Allow of the request in that layer, at each of its levels."""
    there = [source for source in sources if source.layer is layer]
    targets = {source.target for source in there} or {""}
    has_trust = any(source.kind is Kind.TRUST for source in there)
    kind = Kind.TRUST if layer is Layer.RESOURCE and has_trust else _KINDS[layer]
    document = Policy("2012-10-17", "", (_allowing(request, kind),))
    return [Source(kind, "addition", "", document, target=target) for target in targets]


def _allowing(request: Request, kind: Kind) -> Statement:
    # The ARN of a caller whose kind is `*` or a service is no AWS principal.
    principal = request.principal
    named = {"AWS" if principal.account_id or principal.arn == "*" else "Service": (principal.arn,)}
    return Statement(
        index=0,
        effect=Effect.ALLOW,
        version="2012-10-17",
        actions=(request.action,),
        resources=None if kind is Kind.TRUST else ("*",),
        principals=PrincipalSet.of(named) if kind.names_principals else None,
    )

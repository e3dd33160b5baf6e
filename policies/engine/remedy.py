"""From a refusal to what would help: the statements to add, layer by layer, each proved by asking again."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from policies.engine.arns import is_arn
from policies.engine.decide import decide
from policies.engine.decision import Decision, Outcome
from policies.engine.document import Effect, Policy, Statement
from policies.engine.kinds import Kind, Layer
from policies.engine.policy_set import Policies, PolicySet
from policies.engine.principals import PrincipalSet
from policies.engine.request import Request
from policies.engine.resources import ALL_RESOURCES
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
_SPECIAL: Final = re.compile(r"[*?$]")


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
    def statements(self) -> Mapping[Layer, Mapping[str, object]]:
        """What each of those layers lacks, ready to be written as JSON."""
        return {addition.layer: _written(addition.document.statements[0]) for addition in self.additions}

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
        resources=None if kind is Kind.TRUST else (_exactly(request.resource),),
        principals=PrincipalSet.of(named) if kind.names_principals else None,
    )


def _exactly(resource: str) -> str:
    """A Resource that is about this one alone, whatever characters its name has."""
    return _SPECIAL.sub(r"${\g<0>}", resource) if is_arn(resource) else ALL_RESOURCES


def _written(statement: Statement) -> Mapping[str, object]:
    principals = dict(statement.principals.written) if statement.principals else None
    (action,) = statement.actions or ()
    return {
        "Effect": statement.effect.value,
        **({"Principal": principals} if principals else {}),
        "Action": action,
        **({"Resource": statement.resources[0]} if statement.resources else {}),
    }

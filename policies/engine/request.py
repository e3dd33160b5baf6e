"""What is asked: who wants to do which action to which resource, under which circumstances."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from policies.engine.arns import split_arn
from policies.engine.kinds import Layer
from policies.engine.operators import moment_of
from policies.engine.patterns import fold
from policies.engine.variables import Context

CURRENT_TIME: Final = "aws:currenttime"
SERVICE_LINKED: Final = ":role/aws-service-role/"

_NOBODY: Final = frozenset[Layer]()
_OUTSIDE_SCPS: Final = frozenset({Layer.SCP})
_OUTSIDE_BOTH: Final = frozenset({Layer.SCP, Layer.RCP})


class PrincipalKind(StrEnum):
    """What a caller is. A role itself counts as ASSUMED_ROLE, as in AWS's simulator."""

    ROOT = "root"
    USER = "user"
    ASSUMED_ROLE = "assumed-role"
    FEDERATED_USER = "federated-user"
    FEDERATED = "federated"
    SERVICE = "service"
    ANONYMOUS = "anonymous"


_KINDS: Final = {
    "root": PrincipalKind.ROOT,
    "user": PrincipalKind.USER,
    "role": PrincipalKind.ASSUMED_ROLE,
    "assumed-role": PrincipalKind.ASSUMED_ROLE,
    "federated-user": PrincipalKind.FEDERATED_USER,
    "saml-provider": PrincipalKind.FEDERATED,
    "oidc-provider": PrincipalKind.FEDERATED,
}


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: its ARN (a host name for services, `*` for anonymous callers), kind and account.

    `issuer_arn` is the role or user a temporary session was made from, "" for all others. Services, identity
    providers outside IAM and anonymous callers have no account ("").
    """

    arn: str
    kind: PrincipalKind
    account_id: str = ""
    issuer_arn: str = ""

    @classmethod
    def of(cls, text: str, *, issuer_arn: str = "") -> Self:
        """The principal of an ARN, a service's host name or `*`. Raises ValueError for other ARNs."""
        if text == "*":
            return cls(text, PrincipalKind.ANONYMOUS)
        parts = split_arn(text)
        if parts is None:
            return cls(text, PrincipalKind.SERVICE)
        kind = _KINDS.get(parts[5].partition("/")[0])
        if kind is None:
            raise ValueError(f"{text} is no principal.")
        return cls(text, kind, parts[4], issuer_arn)

    @property
    def has_identity_policies(self) -> bool:
        """Whether an account stands behind the caller; otherwise only the resource's policy can allow it."""
        return self.kind not in (PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS, PrincipalKind.FEDERATED)

    @property
    def unbound(self) -> frozenset[Layer]:
        """Guardrails that are not for this caller.

        SCPs bind the users, roles and root of an account and nobody else; service-linked roles are outside
        SCPs and RCPs. (AWS Organizations user guide, "Service control policies", "Resource control policies".)
        """
        if SERVICE_LINKED in self.arn or SERVICE_LINKED in self.issuer_arn:
            return _OUTSIDE_BOTH
        return _NOBODY if self.has_identity_policies else _OUTSIDE_SCPS

    @property
    def is_role(self) -> bool:
        """Whether this is a role itself, and not a session of one."""
        return self.kind is PrincipalKind.ASSUMED_ROLE and ":role/" in self.arn

    @property
    def role_name(self) -> str:
        """The name of the role behind a session, without its path: session ARNs never carry one. Else ""."""
        if self.kind is not PrincipalKind.ASSUMED_ROLE:
            return ""
        resource = self.arn.split(":", 5)[5]
        return resource.split("/")[1] if resource.startswith("assumed-role/") else resource.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Request:
    """One question to the engine.

    `resource` is an ARN, or `*` for an action without resource types. `resource_account` defaults to the
    account in that ARN, and where the ARN holds none, to the caller's. `context` maps condition keys to
    their values; key names ignore case and are folded here, once. The time is its `aws:CurrentTime`.
    """

    principal: Principal
    action: str
    resource: str = "*"
    resource_account: str = ""
    context: Context = field(default_factory=dict)
    folded_action: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        owner = self.resource_account or _account_in(self.resource) or self.principal.account_id
        object.__setattr__(self, "resource_account", owner)
        object.__setattr__(self, "folded_action", fold(self.action))
        object.__setattr__(self, "context", _folded(self.context))

    @property
    def is_in_account(self) -> bool:
        """Whether the caller belongs to the account that owns the resource."""
        return self.principal.account_id == self.resource_account

    def values(self, key: str) -> tuple[str, ...]:
        """The values of a condition key, whatever its case; none when it is missing."""
        return self.context.get(fold(key), ())

    @property
    def time(self) -> datetime | None:
        """The instant of the request, or None when the context does not tell it as an ISO 8601 date."""
        values = self.context.get(CURRENT_TIME, ())
        return moment_of(values[0]) if len(values) == 1 else None


def _account_in(resource: str) -> str:
    """The account in an ARN. AWS's own objects (account `aws`) belong to whoever uses them."""
    parts = split_arn(resource)
    return parts[4] if parts and parts[4].isdigit() else ""


def _folded(context: Context) -> Context:
    return MappingProxyType({fold(key): tuple(values) for key, values in context.items()})

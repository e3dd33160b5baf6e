"""What is asked: who wants to do which action to which resource, under which circumstances."""

from collections.abc import Mapping, Sequence
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

NO_CONTEXT: Final[Mapping[str, Sequence[str]]] = MappingProxyType({})
_LONGEST_REMEMBERED, _MOST_REMEMBERED = 128, 65_536

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


_WITHOUT_IDENTITY: Final = (PrincipalKind.SERVICE, PrincipalKind.ANONYMOUS, PrincipalKind.FEDERATED)


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: its ARN (a host name for services, `*` for anonymous callers), kind and account.

    `issuer_arn` is the role or user a temporary session was made from, "" for all others. Services, identity
    providers outside IAM and anonymous callers have no account (""). `has_identity_policies` tells whether an
    account stands behind the caller; otherwise only the resource's policy can allow it.

    `unbound` are the guardrails that are not for this caller. SCPs bind the users, roles and root of an account
    and nobody else; service-linked roles are outside SCPs and RCPs. (AWS Organizations user guide, "Service
    control policies", "Resource control policies".)
    """

    arn: str
    kind: PrincipalKind
    account_id: str = ""
    issuer_arn: str = ""
    has_identity_policies: bool = field(init=False, repr=False, compare=False)
    unbound: frozenset[Layer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "has_identity_policies", self.kind not in _WITHOUT_IDENTITY)
        object.__setattr__(self, "unbound", _unbound(self))

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


def _unbound(principal: Principal) -> frozenset[Layer]:
    if SERVICE_LINKED in principal.arn or SERVICE_LINKED in principal.issuer_arn:
        return _OUTSIDE_BOTH
    return _NOBODY if principal.has_identity_policies else _OUTSIDE_SCPS


class Request:
    """One question to the engine; nothing of it changes.

    `resource` is an ARN, or `*` for an action without resource types. `resource_account` defaults to the
    account in that ARN, and where the ARN holds none, to the caller's. `context` maps condition keys to
    their values; key names ignore case and are folded here, once. The time is its `aws:CurrentTime`.
    """

    __slots__ = ("action", "context", "folded_action", "principal", "resource", "resource_account")

    def __init__(
        self,
        principal: Principal,
        action: str,
        resource: str = "*",
        resource_account: str = "",
        context: Mapping[str, Sequence[str]] = NO_CONTEXT,
    ) -> None:
        self.principal = principal
        self.action = action
        self.folded_action = FOLDED[action]
        self.resource = resource
        self.resource_account = resource_account or _account_in(resource) or principal.account_id
        self.context: Context = {FOLDED[key]: tuple(values) for key, values in context.items()}

    @classmethod
    def of(
        cls, principal: Principal, action: str, resource: str, resource_account: str, context: Context
    ) -> Self:
        """The request with a context whose keys are folded already; it must not change afterwards."""
        request = cls(principal, action, resource, resource_account)
        request.context = context
        return request

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


class _Folded(dict[str, str]):
    """Names in lower case, remembered: the same few actions and keys come in every request."""

    def __missing__(self, name: str) -> str:
        folded = fold(name)
        # Names that somebody made up must not fill the memory.
        if len(name) <= _LONGEST_REMEMBERED and len(self) < _MOST_REMEMBERED:
            self[name] = folded
        return folded


FOLDED: Final = _Folded()

"""The kinds of policies, the layers of a decision they belong to, and how each kind reads a short ARN."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final


class Layer(StrEnum):
    """A layer of the decision that can refuse, in the order in which a refusal names it."""

    SCP = "scp"
    RCP = "rcp"
    VPC_ENDPOINT = "vpc_endpoint"
    RESOURCE = "resource"
    IDENTITY = "identity"
    PERMISSIONS_BOUNDARY = "permissions_boundary"
    SESSION = "session"


class Kind(StrEnum):
    """Where a policy is attached, which decides what it can do: grant, limit or only deny."""

    IDENTITY = "identity"
    GROUP = "group"
    BOUNDARY = "boundary"
    SESSION = "session"
    RESOURCE = "resource"
    TRUST = "trust"
    GRANT = "grant"
    SCP = "scp"
    RCP = "rcp"
    VPC_ENDPOINT = "vpc_endpoint"

    @property
    def layer(self) -> Layer:
        """The layer this kind speaks in; groups and grants speak for the identity, trust for the resource."""
        return _LAYERS[self]

    @property
    def names_principals(self) -> bool:
        """Whether Principal decides whom a statement is about; elsewhere the attachment says it already."""
        return self in _NAMING_PRINCIPALS

    def completes(self, short_arn: str) -> bool:
        """Whether an ARN of fewer than six parts is completed with `*`; otherwise it covers nothing."""
        return _COMPLETES.get(self, _always)(short_arn)


def _always(_: str) -> bool:
    return True


def _never(_: str) -> bool:
    return False


def _with_wildcard(short_arn: str) -> bool:
    return "*" in short_arn or "?" in short_arn


def _with_final_star(short_arn: str) -> bool:
    return short_arn.endswith("*")


_NAMING_PRINCIPALS: Final = frozenset({Kind.RESOURCE, Kind.TRUST, Kind.VPC_ENDPOINT})

_LAYERS: Final = {
    Kind.IDENTITY: Layer.IDENTITY,
    Kind.GROUP: Layer.IDENTITY,
    Kind.GRANT: Layer.IDENTITY,
    Kind.BOUNDARY: Layer.PERMISSIONS_BOUNDARY,
    Kind.SESSION: Layer.SESSION,
    Kind.RESOURCE: Layer.RESOURCE,
    Kind.TRUST: Layer.RESOURCE,
    Kind.SCP: Layer.SCP,
    Kind.RCP: Layer.RCP,
    Kind.VPC_ENDPOINT: Layer.VPC_ENDPOINT,
}

_COMPLETES: Final[dict[Kind, Callable[[str], bool]]] = {
    Kind.RESOURCE: _with_wildcard,
    Kind.VPC_ENDPOINT: _with_wildcard,
    Kind.TRUST: _with_wildcard,
    Kind.SCP: _with_final_star,
    Kind.RCP: _never,
}

"""The Principal element: whom a resource or trust policy names, and how, which decides its worth."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from policies.engine.arns import split_arn
from policies.engine.request import Principal, PrincipalKind

PRINCIPAL_TYPES: Final = ("AWS", "Federated", "Service", "CanonicalUser")


class Naming(StrEnum):
    """How a statement names a caller: by `*`, its account, its own ARN, or the ARN behind its session."""

    ANYONE = "anyone"
    ACCOUNT = "account"
    USER = "user"
    SESSION = "session"
    ROLE = "role"
    ISSUER = "issuer"
    SERVICE = "service"
    FEDERATED = "federated"


_OWN_NAMING: Final = {
    PrincipalKind.ROOT: Naming.ACCOUNT,
    PrincipalKind.USER: Naming.USER,
    PrincipalKind.ASSUMED_ROLE: Naming.SESSION,
    PrincipalKind.FEDERATED_USER: Naming.SESSION,
    PrincipalKind.FEDERATED: Naming.FEDERATED,
    PrincipalKind.SERVICE: Naming.SERVICE,
    PrincipalKind.ANONYMOUS: Naming.ANYONE,
}


@dataclass(frozen=True, slots=True)
class PrincipalSet:
    """A compiled Principal or NotPrincipal element; `written` keeps type and text as the policy has them.

    Principals take no wildcards but the lone `*`; a user's ARN includes its path, a role is compared by
    account and name because a session's ARN holds no path; a group is never a principal.
    """

    written: tuple[tuple[str, str], ...]
    anyone: bool
    accounts: frozenset[str]
    roles: frozenset[tuple[str, str]]
    names: frozenset[str]

    @classmethod
    def of(cls, written: Mapping[str, Iterable[str]]) -> Self:
        """The set of the written values by type: AWS, Federated, Service or CanonicalUser."""
        pairs = tuple((kind, text) for kind, texts in written.items() for text in texts)
        aws = [text for kind, text in pairs if kind == "AWS"]
        return cls(
            written=pairs,
            anyone="*" in aws,
            accounts=frozenset(account for text in aws if (account := _account(text))),
            roles=frozenset(role for text in aws if (role := _role(text))),
            names=frozenset(text for kind, text in pairs if kind != "CanonicalUser" and text != "*"),
        )

    def namings(self, principal: Principal) -> frozenset[Naming]:
        """Every way in which the element names the caller; empty when it does not."""
        return frozenset(self._found(principal))

    def _found(self, principal: Principal) -> Iterable[Naming]:
        if self.anyone:
            yield Naming.ANYONE
        if principal.account_id in self.accounts:
            yield Naming.ACCOUNT
        if (principal.account_id, principal.role_name) in self.roles:
            yield Naming.ROLE
        if principal.arn in self.names and not principal.is_role:
            yield _OWN_NAMING[principal.kind]
        if principal.kind is PrincipalKind.FEDERATED_USER and principal.issuer_arn in self.names:
            yield Naming.ISSUER

    def spares(self, principal: Principal) -> bool:
        """Whether a NotPrincipal element leaves the caller alone.

        AWS wants the account listed beside the user or session; the account alone spares only its root.
        """
        namings = self.namings(principal)
        if Naming.ANYONE in namings or not principal.account_id:
            return bool(namings)
        own = Naming.ROLE if principal.is_role else _OWN_NAMING[principal.kind]
        return {Naming.ACCOUNT, own} <= namings


def _account(text: str) -> str:
    parts = split_arn(text)
    if parts is None:
        return text if text.isdigit() else ""
    return parts[4] if parts[2] == "iam" and parts[5] == "root" else ""


def _role(text: str) -> tuple[str, str] | None:
    parts = split_arn(text)
    if parts is None or parts[2] != "iam" or not parts[5].startswith("role/"):
        return None
    return parts[4], parts[5].rpartition("/")[2]

"""Who is asking: the principal, its credential, and what is known of the session."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Protocol

from accounts.models import Account, Role, RootUser, User
from accounts.prepared_queries import PreparedQuery
from operations.errors import InvalidClientTokenId, ServiceFailure
from operations.principals import AnyPrincipal, AssumedRole, FederatedUser, Nobody, System

FRESH = timedelta(minutes=10)


ACCOUNT = PreparedQuery(lambda account_id: Account.objects.filter(pk=account_id), str)


class CredentialKind(StrEnum):
    """What was shown to get here. Only the first four reach what policies decide."""

    CONSOLE = "console"
    SYSTEM = "system"
    ACCESS_KEY = "access-key"
    # Made by STS: of a role, of a user, or of somebody whom a user vouches for.
    TEMPORARY = "temporary"
    # The password is done, the second factor is not: good for finishing the sign-in and for nothing else.
    HALF = "half"
    NOBODY = "nobody"


AUTHENTICATED = frozenset(
    {CredentialKind.CONSOLE, CredentialKind.SYSTEM, CredentialKind.ACCESS_KEY, CredentialKind.TEMPORARY}
)


@dataclass(frozen=True, slots=True)
class Credential:
    """The proof, and the facts of the session it began. Times are real ones, aware, in UTC."""

    kind: CredentialKind
    issued: datetime | None = None
    epoch: int = 0
    mfa_time: datetime | None = None
    # When the person behind the session last proved, by code or password, to be there.
    proof_time: datetime | None = None
    source_identity: str = ""
    session_policies: tuple[str, ...] = ()
    access_key_id: str = ""
    # Of the session tags, those that the next role takes over.
    transitive_tag_keys: tuple[str, ...] = ()

    def is_fresh(self, at: datetime) -> bool:
        return self.proof_time is not None and at - self.proof_time <= FRESH


@dataclass(frozen=True, slots=True)
class Client:
    """What the request says of where it came from."""

    source_ip: str = "127.0.0.1"
    user_agent: str = ""
    request_id: str = ""
    is_secure: bool = False
    region: str = "us-east-1"


class Asking(Protocol):
    """Whoever asks for an operation: it turns them into a caller when it begins."""

    @property
    def account_id(self) -> str: ...
    def resolved(self) -> Caller: ...
    def at(self, revision: str) -> Caller: ...


@dataclass(frozen=True)
class Caller:
    """Resolved once a request; an operation resolves it again when the account has changed since."""

    principal: AnyPrincipal
    credential: Credential
    account: Account | None
    client: Client = field(default_factory=Client)

    @property
    def identity(self) -> RootUser | User:
        """Who signs in, or has; raises ServiceFailure for the installation and for nobody."""
        if isinstance(self.principal, RootUser | User):
            return self.principal
        raise ServiceFailure("Nobody is signed in.")

    @property
    def is_root(self) -> bool:
        return isinstance(self.principal, RootUser)

    @property
    def user(self) -> User | None:
        return self.principal if isinstance(self.principal, User) else None

    @property
    def role(self) -> Role | None:
        """The role whose permissions the caller has for the time being."""
        return self.principal.role if isinstance(self.principal, AssumedRole) else None

    @property
    def has_mfa(self) -> bool:
        return self.credential.mfa_time is not None

    @property
    def label(self) -> str:
        return self.principal.label

    @cached_property
    def account_id(self) -> str:
        return self.account.id if self.account else ""

    def resolved(self) -> Caller:
        """As it was read when the request came."""
        return self

    def at(self, revision: str) -> Caller:
        """The caller under the lock of its account, which is now at `revision`.

        Raises InvalidClientTokenId when it is gone.
        """
        if self.account is None:
            return self
        if self.account.revision == revision:
            # An operation may change the account's row, and be undone: what the request knows must not change with it.
            return replace(self, account=copy(self.account))
        account = ACCOUNT.first(self.account_id)
        if account is None:
            raise InvalidClientTokenId
        return self._resolved_again(account)

    def _resolved_again(self, account: Account) -> Caller:
        credential = self.credential
        is_by_key = credential.kind == CredentialKind.ACCESS_KEY
        if (
            is_by_key
            and not account.access_keys.filter(
                access_key_id=credential.access_key_id, is_active=True
            ).exists()
        ):
            raise InvalidClientTokenId
        try:
            principal = _reread(self.principal)
        except (User.DoesNotExist, Role.DoesNotExist) as error:
            raise InvalidClientTokenId from error
        is_signed_in = credential.kind in (CredentialKind.CONSOLE, CredentialKind.HALF)
        if (
            is_signed_in
            and isinstance(principal, RootUser | User)
            and principal.session_epoch != credential.epoch
        ):
            raise InvalidClientTokenId
        return replace(self, principal=principal, account=account)


def _reread(principal: AnyPrincipal) -> AnyPrincipal:
    if isinstance(principal, AssumedRole):
        roles = Role.objects.select_related("permissions_boundary")
        return replace(principal, role=roles.get(pk=principal.role.pk))
    if isinstance(principal, FederatedUser):
        return replace(principal, issuer=_reread_identity(principal.issuer))
    return _reread_identity(principal) if isinstance(principal, RootUser | User) else principal


def _reread_identity(identity: RootUser | User) -> RootUser | User:
    if isinstance(identity, User):
        return User.objects.select_related("permissions_boundary").get(pk=identity.pk)
    return RootUser.objects.get(pk=identity.pk)


def system_caller(account: Account | None) -> Caller:
    """The installation, acting in an account, or before there is one."""
    return Caller(System(account.id if account else ""), Credential(CredentialKind.SYSTEM), account)


def nobody(client: Client, account: Account | None = None) -> Caller:
    return Caller(Nobody(), Credential(CredentialKind.NOBODY), account, client)

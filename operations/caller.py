"""Who is asking: the principal, its credential, and what is known of the session."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Protocol

from accounts.models import Account, RootUser, User
from operations.errors import InvalidClientTokenId, ServiceFailure

FRESH = timedelta(minutes=10)


class CredentialKind(StrEnum):
    """What was shown to get here. Only the first two reach what policies decide."""

    CONSOLE = "console"
    SYSTEM = "system"
    # The password is done, the second factor is not: good for finishing the sign-in and for nothing else.
    HALF = "half"
    NOBODY = "nobody"


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

    def is_fresh(self, at: datetime) -> bool:
        return self.proof_time is not None and at - self.proof_time <= FRESH


@dataclass(frozen=True, slots=True)
class Client:
    """What the request says of where it came from."""

    source_ip: str = "127.0.0.1"
    user_agent: str = ""
    request_id: str = ""
    is_secure: bool = False


class Principal(Protocol):
    """What authorization and the trail need of an identity."""

    @property
    def arn(self) -> str: ...
    @property
    def unique_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def tags(self) -> list[dict[str, str]]: ...


@dataclass(frozen=True, slots=True)
class System:
    """The installation itself, acting through manage.py. It has an ARN and a policy like everybody else."""

    account_id: str
    kind: ClassVar[str] = "AWSService"
    tags: ClassVar[list[dict[str, str]]] = []
    label: ClassVar[str] = "manage.py"

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:system/manage.py"

    @property
    def unique_id(self) -> str:
        return f"{self.account_id}:system"


@dataclass(frozen=True, slots=True)
class Nobody:
    """Somebody who has not signed in: may sign up, sign in, and ask for a new root password."""

    kind: ClassVar[str] = "Anonymous"
    arn: ClassVar[str] = "*"
    unique_id: ClassVar[str] = "ANONYMOUS"
    label: ClassVar[str] = "anonymous"
    tags: ClassVar[list[dict[str, str]]] = []


@dataclass(frozen=True)
class Caller:
    """Resolved once a request; an operation resolves it again when the account has changed since."""

    principal: RootUser | User | System | Nobody
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
    def has_mfa(self) -> bool:
        return self.credential.mfa_time is not None

    @property
    def label(self) -> str:
        return self.principal.label

    @cached_property
    def account_id(self) -> str:
        return self.account.id if self.account else ""

    def resolved_again(self, account: Account) -> Caller:
        """The same caller read afresh under the account's lock; raises InvalidClientTokenId when it is gone."""
        principal = self._reread()
        if isinstance(principal, RootUser | User) and principal.session_epoch != self.credential.epoch:
            raise InvalidClientTokenId("The security token included in the request is invalid.")
        return replace(self, principal=principal, account=account)

    def _reread(self) -> RootUser | User | System | Nobody:
        try:
            if isinstance(self.principal, User):
                return User.objects.select_related("permissions_boundary").get(pk=self.principal.pk)
            if isinstance(self.principal, RootUser):
                return RootUser.objects.get(pk=self.principal.pk)
        except User.DoesNotExist as error:
            raise InvalidClientTokenId("The security token included in the request is invalid.") from error
        return self.principal


def system_caller(account: Account | None) -> Caller:
    """The installation, acting in an account, or before there is one."""
    return Caller(System(account.id if account else ""), Credential(CredentialKind.SYSTEM), account)


def nobody(client: Client, account: Account | None = None) -> Caller:
    return Caller(Nobody(), Credential(CredentialKind.NOBODY), account, client)

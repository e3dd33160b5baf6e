"""The identities that are no rows: sessions of roles, federated users, the installation itself, and nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, TypeAlias

from accounts.models import Role, RootUser, User

Tags: TypeAlias = "list[dict[str, str]]"


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


@dataclass(frozen=True)
class AssumedRole:
    """A role while somebody has assumed it. Session tags lie over the role's own.

    `federation` holds the condition keys that the provider's word about the person became, when one gave it.
    """

    role: Role
    session_name: str
    session_tags: Sequence[Mapping[str, str]] = ()
    federation: Mapping[str, str] = field(default_factory=dict)

    kind: ClassVar[str] = "AssumedRole"

    @property
    def arn(self) -> str:
        """The role's path is not part of it."""
        name, session = self.role.role_name, self.session_name
        return f"arn:aws:sts::{self.role.account_id}:assumed-role/{name}/{session}"

    @property
    def unique_id(self) -> str:
        return f"{self.role.role_id}:{self.session_name}"

    @property
    def label(self) -> str:
        return f"{self.role.role_name}/{self.session_name}"

    @property
    def tags(self) -> Tags:
        laid_over = {tag["Key"].lower() for tag in self.session_tags}
        own = [tag for tag in self.role.tags if tag["Key"].lower() not in laid_over]
        return [*own, *map(dict, self.session_tags)]


@dataclass(frozen=True)
class FederatedUser:
    """Somebody whom a user vouches for; never more powerful than that user."""

    issuer: User | RootUser
    name: str
    session_tags: Sequence[Mapping[str, str]] = ()

    kind: ClassVar[str] = "FederatedUser"

    @property
    def arn(self) -> str:
        return f"arn:aws:sts::{self.issuer.account_id}:federated-user/{self.name}"

    @property
    def unique_id(self) -> str:
        return f"{self.issuer.account_id}:{self.name}"

    @property
    def label(self) -> str:
        return self.name

    @property
    def tags(self) -> Tags:
        return [*map(dict, self.session_tags)]


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


AnyPrincipal: TypeAlias = RootUser | User | AssumedRole | FederatedUser | System | Nobody

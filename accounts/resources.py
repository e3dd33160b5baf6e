"""What objects are to the policies that speak about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet

from accounts.arns import iam_arn
from accounts.names import name_key

if TYPE_CHECKING:
    from accounts.models.account import Account

M = TypeVar("M", bound=Model)
_KEY = attrgetter("name_key")


class WithoutResourcePolicy:
    """An object that carries no policy of its own: only the policies of identities say who may act on it."""

    resource_policy: ClassVar[str | None] = None


class NamedInPath(WithoutResourcePolicy):
    """An object of IAM with a name, found without regard to case, and a path; both are in its ARN.

    `arn_type` is the kind of resource in its ARN, `called` what a message calls it. `str` of it is its name.
    """

    arn_type: ClassVar[str]
    called: ClassVar[str]
    account_id: str
    path: Any

    @classmethod
    def arn_of(cls, account_id: str, name: str, path: str = "/") -> str:
        return iam_arn(account_id, cls.arn_type, path, name)

    @classmethod
    def presumed_arn(cls, account: Account, identifier: str) -> str:
        return cls.arn_of(account.id, identifier)

    @classmethod
    def missing(cls, identifier: str) -> str:
        return f"The {cls.called} with name {identifier} cannot be found."

    @property
    def arn(self) -> str:
        return self.arn_of(self.account_id, str(self), self.path)


def found_by_names(rows: QuerySet[M], identifiers: Sequence[str]) -> Mapping[str, M]:
    """The rows of an account that have these names, each under the identifier given, by one query."""
    keys = {identifier: name_key(identifier) for identifier in identifiers}
    found = {_KEY(row): row for row in rows.filter(name_key__in=keys.values())}
    return {identifier: found[key] for identifier, key in keys.items() if key in found}

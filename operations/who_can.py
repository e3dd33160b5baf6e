"""Who can do this: everybody in the account who may perform an action, and through which policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import RootUser, User
from operations.access import ensure_action
from operations.call import Call
from operations.errors import ValidationError
from operations.operation import operation
from operations.prepared import everybody_of
from policies.engine import Asker, Certainty, Layer, Match, Prospect, Verdict, who_can

MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Able:
    """One who may, and the statements that speak about it with their certainty."""

    identity: RootUser | User
    asker: Asker
    prospect: Prospect

    @property
    def is_root(self) -> bool:
        return isinstance(self.identity, RootUser)

    @property
    def is_conditional(self) -> bool:
        return self.prospect.verdict is Verdict.CONDITIONAL

    @property
    def allows(self) -> Sequence[Match]:
        return [match for match, _ in self.prospect.allows if match.source.layer is Layer.IDENTITY]

    @property
    def undecided(self) -> Sequence[Match]:
        """The statements of which the request will tell whether they count."""
        said = (*self.prospect.allows, *self.prospect.denials)
        return [match for match, how in said if how is Certainty.MAYBE]


@dataclass(frozen=True, slots=True)
class AbleUsers:
    """Those who surely may come first, then those who may under conditions; `rows` is one page of them."""

    rows: Sequence[Able]
    allowed: int
    conditional: int
    asked: int
    page: int

    @property
    def count(self) -> int:
        return self.allowed + self.conditional

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // MOST_ROWS))


@operation("iamconsole:ListWhoCan", action="iam:GetAccountAuthorizationDetails", reads=True)
def list_who_can(
    call: Call, *, action_name: str, resource_arn: str | None = None, page: int = 1
) -> AbleUsers:
    """Everybody who may do the action on the resource, or on any resource of the account when none is named.

    What only a request can tell (address, time, MFA) is left open and named as a condition. Raises
    ValidationError for an action that is none, and for a page that is not there.
    """
    call.authorize("*")
    ensure_action(action_name)
    identities, holders = zip(*everybody_of(call.account), strict=True)
    able = [
        Able(identity, Asker(holder.principal, holder.context, resource_arn), prospect)
        for identity, (holder, prospect) in zip(
            identities, who_can(action_name, resource_arn, holders), strict=True
        )
        if prospect.verdict is not Verdict.DENIED
    ]
    able.sort(key=lambda one: one.is_conditional)
    conditional = sum(one.is_conditional for one in able)
    first = (page - 1) * MOST_ROWS
    if page < 1 or (first and first >= len(able)):
        raise ValidationError("There is no such page.", parameter="page")
    rows = able[first : first + MOST_ROWS]
    return AbleUsers(rows, len(able) - conditional, conditional, len(holders), page)

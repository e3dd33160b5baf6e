"""Who can do this: everybody in the account who may perform an action, and through which policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from accounts.models import RootUser, User
from operations.access import ensure_action
from operations.call import Call
from operations.errors import ValidationError
from operations.everybody import everybody
from operations.operation import operation
from policies.engine import Asker, Certainty, Condition, Match, Prospect, Verdict, open_conditions, who_can

MOST_ROWS = 50


@dataclass(frozen=True, slots=True)
class Able:
    """One who may: `allows` are the statements that let it, `conditions` what the request has to fulfil too."""

    identity: RootUser | User
    prospect: Prospect
    conditions: tuple[str, ...]

    @property
    def is_root(self) -> bool:
        return isinstance(self.identity, RootUser)

    @property
    def is_conditional(self) -> bool:
        return self.prospect.verdict is Verdict.CONDITIONAL

    @property
    def allows(self) -> Sequence[Match]:
        return [match for match, _ in self.prospect.allows if match.source.kind.layer == "identity"]


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
    holders = list(everybody(call.account))
    prospects = who_can(
        action_name, resource_arn, (holder for _, holder in holders), resource_account=call.account.id
    )
    able = [
        (identity, prospect, holder.principal)
        for (identity, holder), (_, prospect) in zip(holders, prospects, strict=True)
        if prospect.verdict is not Verdict.DENIED
    ]
    able.sort(key=lambda found: found[1].verdict is Verdict.CONDITIONAL)
    allowed = sum(prospect.verdict is Verdict.ALLOWED for _, prospect, _ in able)
    first = (page - 1) * MOST_ROWS
    if page < 1 or (first and first >= len(able)):
        raise ValidationError("There is no such page.", parameter="page")
    rows = [
        Able(identity, prospect, _conditions(prospect, Asker(principal)))
        for identity, prospect, principal in islice(able, first, first + MOST_ROWS)
    ]
    return AbleUsers(rows, allowed, len(able) - allowed, len(holders), page)


def _conditions(prospect: Prospect, asker: Asker) -> tuple[str, ...]:
    """What decides a conditional answer, in the policies' own words."""
    said = [pair for pair in (*prospect.allows, *prospect.denials) if pair[1] is Certainty.MAYBE]
    words = [
        text
        for match, _ in said
        for text in [*_resources(match), *map(_words, open_conditions(match.statement, asker))]
    ]
    return tuple(dict.fromkeys(words))


def _resources(match: Match) -> list[str]:
    statement = match.statement
    if statement.not_resources:
        return [f"any resource but {', '.join(statement.not_resources)}"]
    return [] if "*" in (statement.resources or ("*",)) else [f"on {', '.join(statement.resources or ())}"]


def _words(condition: Condition) -> str:
    return f"{condition.operator} {condition.key}: {', '.join(condition.values)}"

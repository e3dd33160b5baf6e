"""A policy, or all that a user, a group or a role has, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from accounts.models import Group
from operations.call import Call
from operations.delegation_requests import missing
from operations.entities import Entity, entity_at
from operations.holdings import (
    INLINE,
    Holder,
    Row,
    name_of,
    rows_of,
    sources_of_policies,
    sources_of_rows,
)
from operations.operation import operation
from policies.catalog import catalog
from policies.engine import Kind, Source
from policies.engine.arns import split_arn
from policies.models import Policy
from policies.summary import StatementSummary, summarize

DEFAULT_LOCALE: Final = "en"
AVAILABLE, NOT_SUPPORTED = "AVAILABLE", "NOT_SUPPORTED"
LONGEST: Final = 10_000
# Room for the line that tells how much is left out.
LEFT_OUT_LENGTH: Final = 40
NO_POLICIES: Final = "There are no policies: nothing is allowed."


@dataclass(frozen=True, slots=True)
class HumanReadableSummary:
    """The words, when there are any in the language asked for."""

    locale: str
    summary_state: str
    summary_content: str | None = None


@operation("iam:GetHumanReadableSummary", reads=True)
def get_human_readable_summary(
    call: Call, *, entity_arn: str, locale: str | None = None
) -> HumanReadableSummary:
    """What policies say, in English; AWS itself speaks of delegation requests alone, and there is none here.

    The words tell what is in the policies, so that the right to read each of them is needed too. Raises NoSuchEntity,
    and InvalidInput for an ARN of anything else.
    """
    _ensure_no_delegation_request(call, entity_arn)
    entity = entity_at(call, entity_arn, parameter="entity_arn")
    sources = _readable_sources(call, entity)
    language = locale or DEFAULT_LOCALE
    if language.replace("_", "-").partition("-")[0].lower() != DEFAULT_LOCALE:
        return HumanReadableSummary(language, NOT_SUPPORTED)
    return HumanReadableSummary(language, AVAILABLE, _told(sources))


def _ensure_no_delegation_request(call: Call, arn: str) -> None:
    parts = split_arn(arn)
    kind, _, name = parts[5].partition("/") if parts else ("", "", "")
    if kind == "delegation-request":
        call.authorize(arn)
        raise missing(name)


def _readable_sources(call: Call, entity: Entity) -> Sequence[Source]:
    """The policies, once the caller may read each; raises AccessDenied."""
    if isinstance(entity, Policy):
        call.access(Policy, entity.arn, action="iam:GetPolicyVersion")
        return sources_of_policies([entity])
    rows = sorted(rows_of(entity), key=_order)
    sources = sources_of_rows(rows)
    _ensure_readable(call, entity, rows, sources)
    return sources


def _order(row: Row) -> tuple[bool, str, str]:
    """The boundary last, and what comes through groups after what is the holder's own."""
    kind, held = row
    return kind is Kind.BOUNDARY, held.group_name or "", held.policy_name


def _ensure_readable(call: Call, holder: Holder, rows: Sequence[Row], sources: Sequence[Source]) -> None:
    managed = {source.arn for source in sources if source.arn}
    call.access_all(Policy, sorted(managed), action="iam:GetPolicyVersion")
    inline = {held.group_name for _, held in rows if held.owner == INLINE}
    call.access_all(Group, sorted(name for name in inline if name), action="iam:GetGroupPolicy")
    if None in inline:
        call.access(type(holder), name_of(holder), action=f"iam:Get{type(holder).__name__}Policy")


def _told(sources: Sequence[Source]) -> str:
    """Each policy with its statements, as many lines as an answer may hold."""
    lines = [line for source in sources for line in _lines(source)] or [NO_POLICIES]
    length = 0
    for number, line in enumerate(lines):
        length += len(line) + 1
        if length > LONGEST - LEFT_OUT_LENGTH:
            return "\n".join([*lines[:number], f"Lines left out: {len(lines) - number}."])
    return "\n".join(lines)


def _lines(source: Source) -> Iterator[str]:
    is_boundary = source.kind is Kind.BOUNDARY
    yield f"Permissions boundary {source.name}, the most that counts:" if is_boundary else f"{source.name}:"
    for statement in summarize(source.document, catalog()):
        yield f"- {_sentence(statement)}"


def _sentence(statement: StatementSummary) -> str:
    if statement.grants_nothing:
        return f"{statement.name} {statement.verb}. {statement.grants_nothing}"
    conditions = f" if {' and '.join(statement.conditions)}" if statement.conditions else ""
    about = f"{statement.actions} on {statement.resources}"
    return f"{statement.name} {statement.verb} {about}{conditions}."

"""What the editor says about a text: findings by kind, their places for the editor, the size, the verdict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from iamconsole.reading import attempt
from operations.caller import Caller
from operations.errors import AccessDenied
from operations.findings import check_document
from policies.catalog import catalog
from policies.engine import PolicyError, parse_policy
from policies.summary import StatementSummary, summarize
from policies.validation import Finding, FindingType, Fix, blocking
from policies.views.kinds import KINDS, Kind, known

# So many of a kind are listed; nobody reads more before solving some.
MOST_SHOWN: Final = 50
# No type of resource has a longer name.
LONGEST_TYPE: Final = 128
# A longer edit is described by its title.
LONGEST_EDIT: Final = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A finding as listed. `number` is its place among all, by which its fix is asked for."""

    number: int
    finding: Finding
    removed: str
    added: str

    @property
    def line(self) -> int:
        return self.finding.locations[0].span.start.line

    @property
    def column(self) -> int:
        """From 1, as editors count."""
        return self.finding.locations[0].span.start.column + 1

    @property
    def is_short(self) -> bool:
        return all(len(text) <= LONGEST_EDIT and "\n" not in text for text in (self.removed, self.added))


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one kind: a tab of the editor."""

    slug: str
    title: str
    icon: str
    status: str
    rows: Sequence[Row]
    is_open: bool = False

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[:MOST_SHOWN]

    @property
    def hidden_count(self) -> int:
        return max(0, len(self.rows) - MOST_SHOWN)


TABS: Final = (
    (FindingType.SECURITY_WARNING, "security", "Security", "lock", "warn"),
    (FindingType.ERROR, "error", "Errors", "bad", "bad"),
    (FindingType.WARNING, "warning", "Warnings", "warn", "warn"),
    (FindingType.SUGGESTION, "suggestion", "Suggestions", "info", "info"),
)
SLUGS: Final = {kind: slug for kind, slug, *_ in TABS}


@dataclass(frozen=True, slots=True)
class Checks:
    """One text, checked. Without the right to check, `refusal` says so and there are no findings."""

    text: str
    kind: Kind
    findings: Sequence[Finding]
    refusal: AccessDenied | None = None

    @property
    def limit(self) -> int:
        return self.kind.limit

    @property
    def size(self) -> int:
        return self.kind.size_of(self.text)

    @property
    def room(self) -> str:
        return f"{self.size:,} of {self.limit:,}"

    @property
    def blocking_count(self) -> int:
        return len(blocking(self.findings)) + (self.size > self.limit)

    @property
    def doubtful_count(self) -> int:
        """Findings that may be saved over, but not without asking twice."""
        kinds = [finding.finding_type for finding in self.findings if not finding.is_refused]
        return sum(kind != FindingType.SUGGESTION for kind in kinds)

    @property
    def digest(self) -> str:
        """Names this very text: a consent to save it is good for no other."""
        return digest_of(self.text)

    @property
    def groups(self) -> list[Group]:
        rows = [_row(number, finding, self.text) for number, finding in enumerate(self.findings)]
        found = [(tab[1:], [row for row in rows if row.finding.finding_type == tab[0]]) for tab in TABS]
        opened = next((names[0] for names, of_kind in found if of_kind), SLUGS[FindingType.ERROR])
        return [Group(*names, of_kind, is_open=names[0] == opened) for names, of_kind in found]

    @property
    def spans(self) -> str:
        """The places for the editor, as JSON: rows from 0, columns in JavaScript's units."""
        shown = [row.number for group in self.groups for row in group.shown]
        return json.dumps([_span(number, self.findings[number], self.text) for number in shown])

    @property
    def summary(self) -> tuple[StatementSummary, ...]:
        """The statements in plain words; none while the text is no policy."""
        try:
            return summarize(parse_policy(self.text), catalog())
        except PolicyError:
            return ()


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def visible(text: str) -> str:
    """Every null character made one that can be seen: the checks, like the form, take none."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def typed_text(request: ConsoleRequest) -> str:
    """The text of the editor as it was sent, with line ends as the checks count them."""
    return visible(request.POST.get("policy_document", "")).replace("\r\n", "\n")


def checks_of(caller: Caller, text: str, kind: str, resource_type: str = "") -> Checks:
    """The text as one of `KINDS`; a resource policy may be one of a certain type of resource."""
    policy_type = KINDS[kind].policy_type.value
    of_type = resource_type if kind == "resource" and resource_type else None
    findings, refusal = attempt(
        lambda: check_document(caller, policy_document=text, policy_type=policy_type, resource_type=of_type)
    )
    return Checks(text, KINDS[kind], findings or [], refusal)


def fixed(checks: Checks, number: str) -> str:
    """The text with the fix of one finding; unchanged when there is none of that number."""
    fixes = {str(place): finding.fix for place, finding in enumerate(checks.findings)}
    fix = fixes.get(number)
    return fix.applied_to(checks.text) if fix else checks.text


@require_POST
def policy_findings(request: ConsoleRequest) -> HttpResponse:
    """What the editor shows beneath and beside the text, while it is being typed."""
    text = typed_text(request)
    kind, resource_type = known(request.POST.get("kind", "")), request.POST.get("resource_type", "")
    checks = checks_of(request.caller, text, kind, resource_type[:LONGEST_TYPE])
    is_asked = bool(request.POST.get("is_asked"))
    return page(request, "policies/_checks.html", {"checks": checks, "is_asked": is_asked, "is_live": True})


def _row(number: int, finding: Finding, text: str) -> Row:
    fix = finding.fix
    return Row(number, finding, text[fix.start : fix.end] if fix else "", fix.replacement if fix else "")


def _span(number: int, finding: Finding, text: str) -> dict[str, object]:
    span = finding.locations[0].span
    return {
        "number": number,
        "kind": SLUGS[finding.finding_type],
        "text": finding.finding_details.replace("`", ""),
        "range": _range(text, span.start.offset, span.end.offset),
        "fix": _edit(finding.fix, text) if finding.fix else None,
    }


def _edit(fix: Fix, text: str) -> dict[str, object]:
    return {"title": fix.title, "range": _range(text, fix.start, fix.end), "replacement": fix.replacement}


def _range(text: str, start: int, end: int) -> list[int]:
    return [*_place(text, start), *_place(text, end)]


def _place(text: str, offset: int) -> tuple[int, int]:
    """Row and column. JavaScript counts characters beyond U+FFFF twice."""
    begin = text.rfind("\n", 0, offset) + 1
    written = text[begin:offset]
    return text.count("\n", 0, offset), len(written) + sum(character > "\uffff" for character in written)

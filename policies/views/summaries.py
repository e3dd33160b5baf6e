"""The three tables of a policy: its services, the actions of one, the resources of one of those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from operations.holdings import STORED_LENGTH
from policies.all_actions import all_actions
from policies.engine import Effect, PolicyError, parse_policy
from policies.exports import Exported, cloudformation_json, cloudformation_yaml, terraform
from policies.summary_tables import (
    PolicySummary,
    Reading,
    ServiceRow,
    ServiceSummary,
    Unrecognized,
    action_summary,
    policy_summary,
    read,
    service_summary,
    unrecognized,
)
from policies.views.deciding import marked
from policies.views.drafts import Draft
from policies.views.summary_subjects import Subject, subject_of, subject_of_draft

# So many services are listed unasked: a policy that allows everything has all of them.
MOST_SERVICES: Final = 100


@dataclass(frozen=True, slots=True)
class Permissions:
    """The first table as shown: filtered by `wanted`, and whole, with the remaining services, when asked for all."""

    subject: Subject
    summary: PolicySummary
    unrecognized: Unrecognized
    allowed_count: int
    service_count: int
    wanted: str = ""
    is_whole: bool = False
    # Beside a form, whose fields would be lost with the page, links open in a new tab.
    is_apart: bool = False

    @property
    def allowed(self) -> Sequence[ServiceRow]:
        return self.summary.allowed if self.is_whole else self.summary.allowed[:MOST_SERVICES]

    @property
    def hidden_count(self) -> int:
        return len(self.summary.allowed) - len(self.allowed)

    @property
    def remaining(self) -> Sequence[tuple[str, str]]:
        return self.summary.remaining if self.is_whole else ()

    @property
    def shown_count(self) -> int:
        return len(self.allowed) + len(self.remaining)

    @property
    def whole_url(self) -> str:
        return self.subject.address(filter=self.wanted, all="on")

    @property
    def brief_url(self) -> str:
        return self.subject.address(filter=self.wanted)


@dataclass(frozen=True, slots=True)
class Copy:
    """A policy in another form, to be copied."""

    title: str
    text: str
    hint: str = ""


@require_safe
def policy_summary_page(request: ConsoleRequest) -> HttpResponse:
    subject = subject_of(request)
    if isinstance(subject, HttpResponse):
        return subject
    reading = reading_of(subject.document)
    if reading is None:
        raise Http404
    if request.GET.get("service"):
        table = _action if request.GET.get("action") else _service
        return table(request, subject, reading)
    return _services(request, subject)


def reading_of(document: str) -> Reading | None:
    """The text, read for the tables; None for one that is no policy."""
    try:
        return read(parse_policy(document, maximum_length=STORED_LENGTH), all_actions())
    except PolicyError:
        return None


def permissions_of(
    request: ConsoleRequest, subject: Subject, reading: Reading, *, is_apart: bool = False
) -> Permissions:
    summary, wanted = policy_summary(reading), request.GET.get("filter", "").strip()
    return Permissions(
        subject=subject,
        summary=summary.filtered(wanted) if wanted else summary,
        unrecognized=unrecognized(reading),
        allowed_count=len(summary.allowed),
        service_count=summary.service_count,
        wanted=wanted,
        is_whole=bool(request.GET.get("all")),
        is_apart=is_apart or bool(request.GET.get("apart")),
    )


def reviewed(request: ConsoleRequest, draft: Draft, exported: Exported) -> dict[str, object]:
    """The first table of a draft and its copies, for the page that reviews it; nothing of a text that is no policy."""
    reading = reading_of(draft.document)
    if reading is None:
        return {"permissions": None, "copies": []}
    subject = subject_of_draft(request, draft)
    return {
        "permissions": permissions_of(request, subject, reading, is_apart=True),
        "copies": copies_of(exported),
    }


def copies_of(exported: Exported | None) -> list[Copy]:
    if exported is None:
        return []
    named = "Deploy it with the capability CAPABILITY_NAMED_IAM."
    return [
        Copy("CloudFormation, YAML", cloudformation_yaml(exported), named),
        Copy("CloudFormation, JSON", cloudformation_json(exported), named),
        Copy("Terraform", terraform(exported)),
    ]


def shown_of(request: ConsoleRequest, subject: Subject, url: str) -> dict[str, object]:
    """A policy as a page shows it at this address: the first table, or the text with the chosen statement marked."""
    reading, chosen = reading_of(subject.document), request.GET.get("statement", "")
    statements = reading.policy.statements if reading else ()
    pointed_out = [statement for statement in statements if str(statement.index + 1) == chosen]
    is_json = bool(pointed_out) or request.GET.get("view") == "json"
    return {
        "is_json": is_json,
        "permissions": permissions_of(request, subject, reading) if reading and not is_json else None,
        "lines": marked(subject.document, pointed_out[0] if pointed_out else None),
        "views": [("Summary", url, not is_json), ("JSON", f"{url}&view=json", is_json)],
        "copies": copies_of(subject.exported),
    }


def _services(request: ConsoleRequest, subject: Subject) -> HttpResponse:
    here = [(subject.name, "")] if _is_its_own_page(subject) else [subject.way[-1], ("Summary", "")]
    context = {
        **_frame(subject),
        **shown_of(request, subject, subject.url),
        "crumbs": [*subject.way[:-1], *here],
    }
    return page(request, "policies/summary.html", context, partial="policies/_permissions_table.html")


def _service(request: ConsoleRequest, subject: Subject, reading: Reading) -> HttpResponse:
    effect, prefix = _effect(request), request.GET["service"]
    table = service_summary(reading, prefix, effect)
    if table is None:
        raise Http404
    wanted, is_whole = request.GET.get("filter", "").strip(), bool(request.GET.get("all"))
    other = Effect.ALLOW if effect is Effect.DENY else Effect.DENY
    has_other = reading.covered[other] & reading.sets.services[table.prefix]
    urls = Places(subject, table, effect)
    context = {
        **_frame(subject),
        "crumbs": [*subject.way, (table.name, "")],
        "table": table.shown(wanted, with_remaining=is_whole),
        "wanted": wanted,
        "is_whole": is_whole,
        "unrecognized": unrecognized(reading).of_service(table.prefix),
        "places": urls,
        "whole_url": urls.here(filter=wanted, all="on"),
        "brief_url": urls.here(filter=wanted),
        "other_url": Places(subject, table, other).here() if has_other else "",
        "is_deny": effect is Effect.DENY,
    }
    return page(request, "policies/service_summary.html", context, partial="policies/_actions_table.html")


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses about one service of a policy, as one effect has it."""

    subject: Subject
    table: ServiceSummary
    effect: Effect

    @property
    def query(self) -> dict[str, str]:
        named = {**self.subject.query, "service": self.table.prefix}
        return {**named, "effect": "deny"} if self.effect is Effect.DENY else named

    @property
    def url(self) -> str:
        return self.here()

    def here(self, **more: str) -> str:
        effect = "deny" if self.effect is Effect.DENY else ""
        return self.subject.address(service=self.table.prefix, effect=effect, **more)


def _action(request: ConsoleRequest, subject: Subject, reading: Reading) -> HttpResponse:
    effect, prefix = _effect(request), request.GET["service"]
    name = f"{prefix}:{request.GET['action']}"
    table = action_summary(reading, name, effect, request.caller.account_id)
    service = service_summary(reading, prefix, effect)
    if table is None or service is None:
        raise Http404
    wanted, places = request.GET.get("filter", "").strip(), Places(subject, service, effect)
    short = table.action.name.partition(":")[2]
    context = {
        **_frame(subject),
        "crumbs": [*subject.way, (service.name, places.url), (short, "")],
        "table": table,
        "service": service,
        "name": short,
        "rows": [
            (row, subject.statement_address(row.line.statement.index))
            for row in table.rows
            if row.holds(wanted)
        ],
        "without": [(line, subject.statement_address(line.statement.index)) for line in table.without],
        "wanted": wanted,
        "filter_query": {**places.query, "action": short},
        "is_deny": effect is Effect.DENY,
        "denied_url": subject.address(service=prefix, action=short, effect="deny")
        if table.is_also_denied
        else "",
    }
    return page(request, "policies/action_summary.html", context, partial="policies/_resources_table.html")


def _frame(subject: Subject) -> dict[str, object]:
    return {"subject": subject, "cli": subject.cli or None}


def _is_its_own_page(subject: Subject) -> bool:
    """Inline policies have no other page that shows them."""
    return bool(subject.way) and subject.way[-1][1] == subject.url


def _effect(request: ConsoleRequest) -> Effect:
    return Effect.DENY if request.GET.get("effect", "").lower() == "deny" else Effect.ALLOW

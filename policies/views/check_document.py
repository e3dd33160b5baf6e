"""Check a document: the editor for any kind of policy, with all it says. Nothing is saved."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS
from accounts.signin.middleware import ConsoleRequest
from policies.forms import DocumentForm
from policies.validation.rules.resource_types import KINDS as RESOURCE_TYPES
from policies.views.addresses import POLICIES
from policies.views.checks import LONGEST_TYPE, checks_of, fixed
from policies.views.document_step import Sheet, Task, Verdict, formatted_sheet, show
from policies.views.drafts import typed
from policies.views.kinds import KINDS, MANAGED
from policies.views.visual import is_visual, visual_of

OFFERED: Final = (MANAGED, "boundary", "resource", "trust", "scp", "rcp")


@require_http_methods(PAGE_METHODS)
def check_document_page(request: ConsoleRequest) -> HttpResponse:
    """`?type=` chooses the kind to begin with; a form sent without script comes back with what was found."""
    told = request.POST if request.method == "POST" else request.GET
    kind = told.get("switch_to") or told.get("kind") or told.get("type", "")
    kind = kind if kind in OFFERED else MANAGED
    task = _task(kind, told.get("resource_type", "")[:LONGEST_TYPE])
    if request.method != "POST":
        return show(request, task, Sheet(task.present, "", ""))
    sheet = Sheet(typed(request).document, "", "")
    if is_visual(request.POST):
        visual = visual_of(request.caller, request.POST, sheet.text)
        return show(request, task, replace(sheet, text=visual.text), visual=visual)
    form = DocumentForm(request.POST)
    if not form.is_valid():
        message = str(next(iter(form.errors.values()))[0])
        return show(request, task, replace(sheet, verdict=Verdict(message, HTTPStatus.UNPROCESSABLE_ENTITY)))
    if request.POST.get("go") == "format":
        return show(request, task, formatted_sheet(sheet))
    return show(request, task, replace(sheet, text=_text(request, task, sheet.text)))


def _task(kind: str, resource_type: str) -> Task:
    return Task(
        title="Check a document",
        text="Findings, plain words and completion for a policy of any kind. Nothing is saved.",
        kind=kind,
        crumbs=[("IAM", "/iam/"), ("Check a document", "")],
        present=KINDS[kind].blank,
        cancel_url=POLICIES,
        review_url="",
        next_label="Check",
        resource_type=resource_type,
        kinds=[(name, KINDS[name].title) for name in OFFERED],
        resource_types=[(name, each.words) for name, each in RESOURCE_TYPES.items()]
        if kind == "resource"
        else [],
    )


def _text(request: ConsoleRequest, task: Task, text: str) -> str:
    """As typed, or with a fix. What only stood there to begin with gives way to the beginning of another kind."""
    if "fix" in request.POST:
        checks = checks_of(request.caller, text, task.kind, task.resource_type)
        return fixed(checks, request.POST["fix"])
    is_untouched = text in {KINDS[kind].blank for kind in OFFERED}
    return task.present if is_untouched else text

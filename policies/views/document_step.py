"""The first step of every flow that writes a policy: the editor, and what has to be settled before going on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Self

from django.http import HttpResponse, QueryDict

from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from policies.forms import DocumentForm
from policies.views import drafts
from policies.views.addresses import Crumbs, with_draft
from policies.views.changes import changes_url, what_changes
from policies.views.checks import Checks, checks_of, fixed
from policies.views.completion import LONGEST_DOCUMENT
from policies.views.conflicts import Conflict
from policies.views.formatting import laid_out
from policies.views.kinds import KINDS
from policies.views.starting import PAGES, leave_for
from policies.views.subjects import InForce, NewPolicy, Subject
from policies.views.trying import Trial, TryForm, tried, try_url, untried
from policies.views.visual import Visual, is_visual, services_by_prefix, shows_visual, visual_of

DOUBTFUL = "The policy can be saved, but probably does not do what you mean. Solve what was found, or tick Save anyway."


@dataclass(frozen=True, slots=True)
class Task:
    """What is being written, and where the flow leads. `kind` is one of `KINDS`: rules and size depend on it.

    `present` is the text in force and `base_version_id` its version, when there is one already.
    """

    title: str
    text: str
    kind: str
    crumbs: Crumbs
    present: str
    cancel_url: str
    review_url: str
    next_label: str = "Next"
    base_version_id: str = ""
    conflict: str = "Somebody changed this policy while you were typing."
    subject: Subject = field(default_factory=NewPolicy)
    in_force: InForce = field(default_factory=InForce)
    resource_type: str = ""
    # To choose from where nothing is saved: kinds of documents, and of resources that a policy is attached to.
    kinds: Sequence[tuple[str, str]] = ()
    resource_types: Sequence[tuple[str, str]] = ()
    # What else belongs to the same: names and addresses.
    related: Sequence[tuple[str, str]] = ()
    # Why the last step would be refused, told before any work is done.
    warning: str = ""

    @property
    def is_saved(self) -> bool:
        """Whether a text that goes on is stored in the end; where kinds are to choose from, none is."""
        return not self.kinds


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the text may not go on yet."""

    message: str = ""
    status: int = HTTPStatus.OK


@dataclass(frozen=True, slots=True)
class Sheet:
    """The editor as it is shown: the text, the version it was begun on and what that said.

    `is_asked` when it has been asked to save anyway; with `conflict` somebody else has saved meanwhile; `kept` is the
    text that another was taken instead of.
    """

    text: str
    base_version_id: str
    base_document: str
    is_asked: bool = False
    verdict: Verdict = field(default_factory=Verdict)
    conflict: Conflict | None = None
    kept: str = ""

    @classmethod
    def of(cls, draft: drafts.Draft) -> Self:
        return cls(draft.document, draft.base_version_id, draft.base_document)


def document_step(request: ConsoleRequest, task: Task) -> HttpResponse:
    if not drafts.token_of(request):
        return see_other(with_draft(request.get_full_path(), drafts.fresh_token()))
    if page_name := PAGES.get(request.POST.get("go", "")):
        return leave_for(request, page_name)
    if request.method == "POST":
        return _posted(request, task)
    draft = drafts.find(request)
    if draft is None:
        return show(request, task, Sheet(task.present, task.base_version_id, task.in_force.text))
    if draft.base_version_id != task.base_version_id:
        # Somebody saved while this text was being reviewed.
        return show(request, task, _conflicting(task, draft.document, draft.base_document, HTTPStatus.OK))
    return show(request, task, Sheet.of(draft))


def _posted(request: ConsoleRequest, task: Task) -> HttpResponse:
    if is_visual(request.POST):
        return _redrawn(request, task)
    if request.POST.get("go") == "try":
        return _tried(request, task)
    form = DocumentForm(request.POST)
    if not form.is_valid():
        return _incomplete(request, task, form)
    told = form.cleaned_data
    sheet = Sheet(told["policy_document"], told["base_version_id"], told["base_document"])
    if changed := _changed(request, task, sheet):
        return show(request, task, changed)
    return _gone_on(request, task, sheet, form)


def _changed(request: ConsoleRequest, task: Task, sheet: Sheet) -> Sheet | None:
    """The sheet after a button that changes the text; None when it was not one of those."""
    if request.POST.get("go") == "format":
        return formatted_sheet(sheet)
    if "take" in request.POST:
        return _taken(task, sheet.text, sheet.base_document, request.POST["take"])
    if "fix" in request.POST:
        checks = checks_of(request.caller, sheet.text, task.kind, task.resource_type)
        return replace(sheet, text=fixed(checks, request.POST["fix"]))
    return None


def _gone_on(request: ConsoleRequest, task: Task, sheet: Sheet, form: DocumentForm) -> HttpResponse:
    checks = checks_of(request.caller, sheet.text, task.kind, task.resource_type)
    if sheet.base_version_id != task.base_version_id:
        return show(request, task, _conflicting(task, sheet.text, sheet.base_document), checks)
    verdict = _verdict(checks, form)
    if verdict.message:
        return show(
            request, task, replace(sheet, is_asked=not checks.blocking_count, verdict=verdict), checks
        )
    drafts.keep(request, drafts.Draft(sheet.text, sheet.base_version_id, sheet.base_document))
    return see_other(with_draft(task.review_url, drafts.token_of(request)))


def _redrawn(request: ConsoleRequest, task: Task) -> HttpResponse:
    """Without script, a button of the Visual view sends the whole editor: the draft is kept as it is then."""
    typed = drafts.typed(request)
    visual = visual_of(request.caller, request.POST, typed.document)
    draft = replace(typed, document=visual.text)
    if len(visual.text) <= LONGEST_DOCUMENT:
        drafts.keep(request, draft)
    return show(request, task, Sheet.of(draft), visual=visual)


def _tried(request: ConsoleRequest, task: Task) -> HttpResponse:
    draft = drafts.typed(request)
    trial = tried(request.caller, TryForm(request.POST), task.subject, draft.document)
    return show(request, task, Sheet.of(draft), trial=trial)


def formatted_sheet(sheet: Sheet) -> Sheet:
    text, refusal = laid_out(sheet.text)
    verdict = Verdict(refusal, HTTPStatus.UNPROCESSABLE_ENTITY) if refusal else Verdict()
    return replace(sheet, text=text, verdict=verdict)


def _incomplete(request: ConsoleRequest, task: Task, form: DocumentForm) -> HttpResponse:
    message = str(next(iter(form.errors.values()))[0])
    verdict = Verdict(message, HTTPStatus.UNPROCESSABLE_ENTITY)
    return show(request, task, replace(Sheet.of(drafts.typed(request)), verdict=verdict))


def _conflicting(task: Task, text: str, base_document: str, status: int = HTTPStatus.CONFLICT) -> Sheet:
    """From here on the text stands against what was saved; what both began with is still where they are merged from."""
    conflict = Conflict.of(base_document, text, task.present)
    verdict = Verdict(task.conflict, status)
    return Sheet(text, task.base_version_id, base_document, verdict=verdict, conflict=conflict)


def _taken(task: Task, text: str, base_document: str, choice: str) -> Sheet:
    """The merged text or theirs in place of mine, which stays on the page; merged anew, for mine may have gone on."""
    conflict = Conflict.of(base_document, text, task.present)
    taken = {"theirs": task.present, "merged": conflict.merged}.get(choice)
    if taken is None:
        return _conflicting(task, text, base_document)
    return Sheet(taken, task.base_version_id, task.present, kept=text)


def _verdict(checks: Checks, form: DocumentForm) -> Verdict:
    if checks.blocking_count:
        return Verdict(
            "The policy cannot be saved like this. Your text is kept.", HTTPStatus.UNPROCESSABLE_ENTITY
        )
    if checks.doubtful_count and form.cleaned_data["save_anyway"] != checks.digest:
        return Verdict(DOUBTFUL, HTTPStatus.UNPROCESSABLE_ENTITY)
    return Verdict()


def show(
    request: ConsoleRequest,
    task: Task,
    sheet: Sheet,
    checks: Checks | None = None,
    *,
    visual: Visual | None = None,
    trial: Trial | None = None,
) -> HttpResponse:
    """The editor, with all that stands beside the text."""
    checks = checks or checks_of(request.caller, sheet.text, task.kind, task.resource_type)
    if shows_visual(request):
        visual = visual or visual_of(request.caller, QueryDict(), sheet.text)
    context = {
        "task": task,
        "sheet": sheet,
        "checks": checks,
        "visual": visual if shows_visual(request) else None,
        "services": services_by_prefix(),
        "is_asked": sheet.is_asked,
        "crumbs": task.crumbs,
    }
    if task.is_saved:
        context |= {
            "changes": what_changes(request.caller, task.subject, task.in_force, sheet.text),
            "changes_url": changes_url(task.subject),
        }
    if task.is_saved and KINDS[task.kind].is_held:
        context |= {"trial": trial or untried(task.subject, request.POST), "try_url": try_url(task.subject)}
    return page(request, "policies/editor.html", context, status=sheet.verdict.status)

"""The first step of every flow that writes a policy: the editor, and what has to be settled before going on."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus

from django.http import HttpResponse, QueryDict

from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from policies.forms import DocumentForm
from policies.views import drafts
from policies.views.addresses import Crumbs, with_draft
from policies.views.checks import Checks, checks_of, fixed, visible
from policies.views.completion import LONGEST_DOCUMENT
from policies.views.formatting import laid_out
from policies.views.starting import PAGES, leave_for
from policies.views.visual import Visual, is_visual, services_by_prefix, shows_visual, text_of, visual_of

DOUBTFUL = "The policy can be saved, but probably does not do what you mean. Solve what was found, or tick Save anyway."


@dataclass(frozen=True, slots=True)
class Task:
    """What is being written, and where the flow leads. `kind` is managed, user or group: the size depends on it.

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
    # Why the last step would be refused, told before any work is done.
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why the text may not go on yet. With `is_conflict` somebody else has saved meanwhile."""

    message: str = ""
    status: int = HTTPStatus.OK
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """The editor as it is shown: the text, what it was begun on, and whether it has been asked to save anyway."""

    text: str
    base_version_id: str
    is_asked: bool = False
    verdict: Verdict = field(default_factory=Verdict)


def document_step(request: ConsoleRequest, task: Task) -> HttpResponse:
    if not drafts.token_of(request):
        return see_other(with_draft(request.get_full_path(), drafts.fresh_token()))
    if page_name := PAGES.get(request.POST.get("go", "")):
        return leave_for(request, page_name)
    if request.method == "POST":
        return _posted(request, task)
    draft = drafts.find(request) or drafts.Draft(task.present, task.base_version_id)
    return _shown(request, task, Sheet(draft.document, draft.base_version_id))


def _posted(request: ConsoleRequest, task: Task) -> HttpResponse:
    if is_visual(request.POST):
        return _redrawn(request, task)
    form = DocumentForm(request.POST)
    if not form.is_valid():
        return _incomplete(request, task, form)
    text, base = form.cleaned_data["policy_document"], form.cleaned_data["base_version_id"]
    if request.POST.get("go") == "format":
        return _formatted(request, task, text, base)
    checks = checks_of(request.caller, text, task.kind)
    if "fix" in request.POST:
        return _shown(request, task, Sheet(fixed(checks, request.POST["fix"]), base))
    verdict = _verdict(checks, form, task)
    if verdict.message:
        is_asked = not checks.blocking_count
        sheet = Sheet(text, task.base_version_id, is_asked=is_asked, verdict=verdict)
        return _shown(request, task, sheet, checks)
    drafts.keep(request, drafts.Draft(text, base))
    return see_other(with_draft(task.review_url, drafts.token_of(request)))


def _redrawn(request: ConsoleRequest, task: Task) -> HttpResponse:
    """Without script, a button of the Visual view sends the whole editor: the draft is kept as it is then."""
    visual = visual_of(request.caller, request.POST, text_of(request.POST))
    base = request.POST.get("base_version_id", "")
    if len(visual.text) <= LONGEST_DOCUMENT:
        drafts.keep(request, drafts.Draft(visual.text, base))
    return _shown(request, task, Sheet(visual.text, base), visual=visual)


def _formatted(request: ConsoleRequest, task: Task, text: str, base: str) -> HttpResponse:
    text, refusal = laid_out(text)
    verdict = Verdict(refusal, HTTPStatus.UNPROCESSABLE_ENTITY) if refusal else Verdict()
    return _shown(request, task, Sheet(text, base, verdict=verdict))


def _incomplete(request: ConsoleRequest, task: Task, form: DocumentForm) -> HttpResponse:
    message = str(next(iter(form.errors.values()))[0])
    verdict = Verdict(message, HTTPStatus.UNPROCESSABLE_ENTITY)
    text = visible(form.data.get("policy_document", ""))
    return _shown(request, task, Sheet(text, task.base_version_id, verdict=verdict))


def _verdict(checks: Checks, form: DocumentForm, task: Task) -> Verdict:
    if form.cleaned_data["base_version_id"] != task.base_version_id:
        return Verdict(task.conflict, HTTPStatus.CONFLICT, is_conflict=True)
    if checks.blocking_count:
        return Verdict(
            "The policy cannot be saved like this. Your text is kept.", HTTPStatus.UNPROCESSABLE_ENTITY
        )
    if checks.doubtful_count and form.cleaned_data["save_anyway"] != checks.digest:
        return Verdict(DOUBTFUL, HTTPStatus.UNPROCESSABLE_ENTITY)
    return Verdict()


def _shown(
    request: ConsoleRequest,
    task: Task,
    sheet: Sheet,
    checks: Checks | None = None,
    visual: Visual | None = None,
) -> HttpResponse:
    checks = checks or checks_of(request.caller, sheet.text, task.kind)
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
    return page(request, "policies/editor.html", context, status=sheet.verdict.status)

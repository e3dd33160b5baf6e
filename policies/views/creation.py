"""Create policy: the document, then its name, description and tags."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.abilities import Abilities
from iamconsole.cli import TYPED, Command, command
from iamconsole.pages import flash, page, refused
from iamconsole.tags import TagRows, tag_rows
from operations.caller import Caller
from operations.errors import ServiceError
from operations.operation import act
from operations.policies import create_policy
from policies.exports import Exported
from policies.forms import NewPolicyForm
from policies.models import Policy
from policies.views import drafts
from policies.views.addresses import POLICIES, address, crumbs
from policies.views.checks import checks_of
from policies.views.document_step import Task, document_step
from policies.views.kinds import KINDS, MANAGED
from policies.views.summaries import reviewed


@require_http_methods(PAGE_METHODS)
def create_policy_document(request: ConsoleRequest) -> HttpResponse:
    task = Task(
        title="Create policy",
        text="Step 1 of 2: specify permissions.",
        kind=MANAGED,
        crumbs=crumbs(("Create policy", "")),
        present=KINDS[MANAGED].blank,
        cancel_url=POLICIES,
        review_url=address("create-policy-review"),
        warning=Abilities(request.caller, _any_policy(request.caller)).reason("iam:CreatePolicy"),
    )
    return document_step(request, task)


@require_http_methods(PAGE_METHODS)
def create_policy_review(request: ConsoleRequest) -> HttpResponse:
    draft = drafts.find(request)
    if draft is None:
        return drafts.missing(request, address("create-policy-document"))
    form, rows = NewPolicyForm(request.POST or None), tag_rows(request.POST or None)
    context = {
        "form": form,
        "rows": rows,
        "checks": checks_of(request.caller, draft.document, MANAGED),
        "cli": [_command(draft.document, form, rows)],
        "back_url": address("create-policy-document", draft=drafts.token_of(request)),
        "cancel_url": POLICIES,
        "crumbs": crumbs(("Create policy", "")),
        **reviewed(request, draft, _exported(draft.document, form)),
    }
    if form.is_valid() and rows.is_valid():
        try:
            policy = _create(request, draft.document, form, rows)
        except drafts.AlreadySaved:
            return drafts.already_saved(request)
        except ServiceError as error:
            return refused(request, error, template="policies/create_review.html", context=context, form=form)
        return _created(request, policy)
    return page(request, "policies/create_review.html", context, status=form_status(form))


def _typed(form: NewPolicyForm) -> dict[str, str]:
    return form.cleaned_data if form.is_bound and form.is_valid() else {}


def _exported(document: str, form: NewPolicyForm) -> Exported:
    told = _typed(form)
    return Exported(document, told.get("policy_name", ""), description=told.get("description", ""))


def _command(document: str, form: NewPolicyForm, rows: TagRows) -> Command:
    """What was sent and can stand; what is not typed yet is left to a variable."""
    told = _typed(form)
    return command(
        "Create the policy",
        "iam:CreatePolicy",
        policy_name=told.get("policy_name") or TYPED,
        description=told.get("description") or None,
        tags=rows.tags if rows.is_bound and rows.is_valid() else [],
        policy_document=document,
    )


def _create(request: ConsoleRequest, document: str, form: NewPolicyForm, rows: TagRows) -> Policy:
    with act(request.caller, "CreatePolicy"):
        drafts.ensure_unsaved(request)
        policy = create_policy(
            request.caller,
            policy_document=document,
            policy_name=form.cleaned_data["policy_name"],
            description=form.cleaned_data["description"] or None,
            tags=rows.tags,
        )
        drafts.finish(request, address("policy", arn=policy.arn))
    return policy


def _any_policy(caller: Caller) -> str:
    return Policy.arn_of(caller.account_id, "*")


def _created(request: ConsoleRequest, policy: Policy) -> HttpResponse:
    attach_url = address("attach-policy", arn=policy.arn)
    flash(
        request,
        "ok",
        f"Policy `{policy.policy_name}` was created. Nobody has it yet.",
        attach_url,
        "Attach it",
    )
    return see_other(address("policy", arn=policy.arn))

"""Inline policies of a user, a group or a role: created in two steps, edited in two, deleted by typing the name."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest, to
from iamconsole.abilities import Abilities
from iamconsole.cli import TYPED, Command, command
from iamconsole.forms import ConfirmationForm
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    ConcurrentModification,
    EntityAlreadyExists,
    NoSuchEntity,
    ServiceError,
)
from operations.operation import act
from operations.paper import Item
from policies.exports import Exported
from policies.forms import NewInlinePolicyForm, UnchangedForm
from policies.views import drafts
from policies.views.changes import WhatChanges, what_changes
from policies.views.checks import checks_of
from policies.views.document_step import Task, document_step
from policies.views.holders import Holder, holder_of
from policies.views.kinds import KINDS
from policies.views.subjects import PRESENT_TEXT, InForce, InlinePolicy
from policies.views.summaries import reviewed

TOGETHER = (
    "All inline policies of one {kind} together have at most {limit:,} characters, white space left out."
)

# What a policy is called in the preview before it has a name.
UNNAMED = "new"


@require_http_methods(PAGE_METHODS)
def inline_policy_create(request: ConsoleRequest) -> HttpResponse:
    holder = holder_of(request)
    task = Task(
        title=f"Create inline policy for {holder.name}",
        text=f"Step 1 of 2: specify permissions. {_together(holder)}",
        kind=holder.kind,
        crumbs=holder.crumbs("Create inline policy"),
        present=KINDS[holder.kind].blank,
        subject=InlinePolicy(holder),
        cancel_url=holder.url,
        review_url=holder.address("inline-policy-create-review"),
        warning=_warning(request.caller, holder),
    )
    return document_step(request, task)


@require_http_methods(PAGE_METHODS)
def inline_policy_create_review(request: ConsoleRequest) -> HttpResponse:
    holder, draft = holder_of(request), drafts.find(request)
    if draft is None:
        return drafts.missing(request, holder.address("inline-policy-create"))
    form = NewInlinePolicyForm(request.POST or None)
    context = _review(request, holder, draft, "Create inline policy", "inline-policy-create") | {
        "form": form,
        "cli": [_creation(holder, form, draft.document)],
        **reviewed(request, draft, _exported(holder, _typed(form), draft.document)),
    }
    if form.is_valid():
        name = form.cleaned_data["policy_name"]
        try:
            _put_new(request, holder, name, draft.document)
        except drafts.AlreadySaved:
            return drafts.already_saved(request)
        except ServiceError as error:
            return refused(request, error, template="policies/inline_review.html", context=context, form=form)
        return _saved(request, holder, name)
    return page(request, "policies/inline_review.html", context, status=form_status(form))


@require_http_methods(PAGE_METHODS)
@drafts.outliving(lambda request: holder_of(request).address("inline-policy-create"))
def inline_policy_edit(request: ConsoleRequest) -> HttpResponse:
    """Inline policies have no versions: the hash of the text in force takes their place."""
    holder, name = holder_of(request), request.GET.get("policy", "")
    present = holder.get(request.caller, name)
    task = Task(
        title=f"Edit {present.policy_name}",
        text=f"Step 1 of 2: modify permissions. Inline policy of {holder.kind} `{holder.name}`: there are no "
        f"versions, so the present text is replaced. {_together(holder)}",
        kind=holder.kind,
        crumbs=holder.crumbs(f"Edit {present.policy_name}"),
        present=present.text.document,
        base_version_id=present.text_id[: drafts.LONGEST_BASE],
        subject=InlinePolicy(holder, present.policy_name),
        in_force=InForce(present.text.document, PRESENT_TEXT),
        cancel_url=holder.url,
        review_url=holder.address("inline-policy-edit-review", policy=name),
        warning=_warning(request.caller, holder),
    )
    return document_step(request, task)


@require_http_methods(PAGE_METHODS)
def inline_policy_edit_review(request: ConsoleRequest) -> HttpResponse:
    holder, name, draft = holder_of(request), request.GET.get("policy", ""), drafts.find(request)
    if draft is None:
        return drafts.missing(request, holder.address("inline-policy-edit", policy=name))
    form = UnchangedForm(request.POST or None)
    context = _review(request, holder, draft, f"Edit {name}", "inline-policy-edit") | {
        "form": form,
        **reviewed(request, draft, _exported(holder, name, draft.document)),
    }
    if form.is_valid():
        try:
            _replace(request, holder, name, draft)
        except drafts.AlreadySaved:
            return drafts.already_saved(request)
        except ConcurrentModification:
            # The editor shows both texts.
            return see_other(str(context["back_url"]))
        except ServiceError as error:
            return refused(request, error, template="policies/inline_review.html", context=context, form=form)
        return _saved(request, holder, name)
    return page(request, "policies/inline_review.html", context, status=form_status(form))


@require_http_methods(PAGE_METHODS)
def inline_policy_delete(request: ConsoleRequest) -> HttpResponse:
    holder = holder_of(request)
    inline = holder.get(request.caller, request.GET.get("policy", ""))
    name = inline.policy_name
    form = ConfirmationForm(request.POST or None, word=name)
    context = {
        "form": form,
        "title": f"Delete {name}?",
        "text": f"This inline policy exists only in {holder.kind} `{holder.name}`: what it allows is lost at once.",
        "action": request.get_full_path(),
        "cancel_url": holder.url,
        "crumbs": holder.crumbs(f"Delete {name}"),
        **_effect(request.caller, holder, {"PolicyName": name}),
    }
    if form.is_valid():
        try:
            holder.delete(request.caller, name)
        except ServiceError as error:
            return refused(request, error, template="policies/confirm.html", context=context, form=form)
        flash(request, "ok", f"Inline policy `{name}` was deleted.")
        return to(request, holder.url)
    status = form_status(form)
    return page(request, "policies/confirm.html", context, partial="_confirm_delete.html", status=status)


def _put_new(request: ConsoleRequest, holder: Holder, name: str, document: str) -> None:
    """PutUserPolicy would replace a policy of that name; a form that creates must not."""
    with act(request.caller, "CreateInlinePolicy"):
        drafts.ensure_unsaved(request)
        if _is_taken(request.caller, holder, name):
            raise EntityAlreadyExists(
                f"{holder.name} has an inline policy called {name} already.", parameter="policy_name"
            )
        holder.put(request.caller, name, document)
        drafts.finish(request, holder.url)


def _typed(form: NewInlinePolicyForm) -> str:
    """The name that was sent and can stand."""
    return str(form.cleaned_data["policy_name"]) if form.is_bound and form.is_valid() else ""


def _exported(holder: Holder, name: str, document: str) -> Exported:
    return Exported(document, name, holder_kind=holder.kind, holder=holder.name)


def _creation(holder: Holder, form: NewInlinePolicyForm, document: str) -> Command:
    given = {f"{holder.kind}_name": holder.name, "policy_name": _typed(form) or TYPED}
    return command("Put the policy", holder.action("Put"), **given, policy_document=document)


def _is_taken(caller: Caller, holder: Holder, name: str) -> bool:
    """Whoever may write but not read is not told, and replaces, as through the API."""
    try:
        holder.get(caller, name)
    except (NoSuchEntity, AccessDenied):
        return False
    return True


def _replace(request: ConsoleRequest, holder: Holder, name: str, draft: drafts.Draft) -> None:
    with act(request.caller, "EditInlinePolicy"):
        drafts.ensure_unsaved(request)
        present = holder.get(request.caller, name)
        if present.text_id[: drafts.LONGEST_BASE] != draft.base_version_id:
            raise ConcurrentModification(f"Somebody changed {name} while you were typing. Nothing was saved.")
        holder.put(request.caller, present.policy_name, draft.document)
        drafts.finish(request, holder.url)


def _saved(request: ConsoleRequest, holder: Holder, name: str) -> HttpResponse:
    flash(request, "ok", f"Inline policy `{name}` of {holder.kind} `{holder.name}` was saved.")
    return see_other(holder.url)


def _review(
    request: ConsoleRequest, holder: Holder, draft: drafts.Draft, title: str, editor: str
) -> dict[str, object]:
    token, name = drafts.token_of(request), request.GET.get("policy", "")
    return {
        "title": title,
        "holder": holder,
        "checks": checks_of(request.caller, draft.document, holder.kind),
        "changes": _changes(request.caller, holder, name, draft.document),
        **_effect(request.caller, holder, {"PolicyName": name or UNNAMED, "PolicyDocument": draft.document}),
        "back_url": holder.address(editor, policy=name, draft=token),
        "cancel_url": holder.url,
        "crumbs": holder.crumbs(title),
    }


def _effect(caller: Caller, holder: Holder, change: Item) -> dict[str, object]:
    if not holder.is_previewed:
        return {"cli": [_putting(holder, change)] if "PolicyDocument" in change else []}
    what = holder.name if holder.kind == "user" else ""
    return effect_of(caller, what=what, inline_policies=[{**holder.item, **change}])


def _putting(holder: Holder, change: Item) -> Command:
    given = {f"{holder.kind}_name": holder.name, "policy_name": change["PolicyName"]}
    return command("Put the policy", holder.action("Put"), **given, policy_document=change["PolicyDocument"])


def _changes(caller: Caller, holder: Holder, name: str, document: str) -> WhatChanges | None:
    """For whoever has it, where no preview tells of everybody concerned."""
    if holder.is_previewed:
        return None
    subject = InlinePolicy(holder, name)
    return what_changes(caller, subject, subject.in_force(caller), document)


def _together(holder: Holder) -> str:
    return TOGETHER.format(kind=holder.kind, limit=KINDS[holder.kind].limit)


def _warning(caller: Caller, holder: Holder) -> str:
    return Abilities(caller, holder.arn(caller)).reason(holder.action("Put"))

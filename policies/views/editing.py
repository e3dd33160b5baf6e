"""Edit policy: modify the permissions, then review and save them as a new version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.abilities import Abilities
from iamconsole.cli import TYPED, Command, command
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from iamconsole.reading import attempt
from operations.caller import Caller
from operations.errors import ConcurrentModification, ServiceError
from operations.operation import act
from operations.policy_versions import (
    create_policy_version,
    delete_policy_version,
    get_policy_version,
    list_policy_versions,
    record_version_reason,
)
from operations.quotas import quota
from policies.forms import NewVersionForm
from policies.models import Policy, PolicyVersion
from policies.views import drafts
from policies.views.addresses import Crumbs, address, crumbs
from policies.views.checks import checks_of
from policies.views.details import policy_at, policy_of
from policies.views.document_step import Task, document_step
from policies.views.kinds import MANAGED
from policies.views.meaning import effects_between
from policies.views.subjects import InForce, ManagedPolicy
from policies.views.summaries import reviewed
from policies.views.summary_subjects import exported_policy

if TYPE_CHECKING:
    from operations.policies import ListedPolicy

AWS_MANAGED = "AWS manages this policy: it can be attached, but not changed."


@require_http_methods(PAGE_METHODS)
@drafts.outliving(lambda request: address("create-policy-document"))
def edit_policy(request: ConsoleRequest) -> HttpResponse:
    policy, present = _in_force(request)
    if policy.is_aws_managed:
        flash(request, "warn", AWS_MANAGED)
        return see_other(address("policy", arn=policy.arn))
    task = Task(
        title=f"Edit {policy.policy_name}",
        text=f"Step 1 of 2: modify permissions. Saving makes version {policy.last_version + 1}; "
        f"version {present.number} stays and can be brought back.{_bounding(policy)}",
        kind=_kind(policy),
        crumbs=_crumbs(policy),
        present=present.document,
        base_version_id=present.version_id,
        subject=ManagedPolicy(policy.arn),
        in_force=InForce(present.document, f"version {present.number}"),
        conflict=f"Somebody made {present.version_id} the default version while you were typing.",
        cancel_url=address("policy", arn=policy.arn),
        review_url=address("edit-policy-review", arn=policy.arn),
        warning=Abilities(request.caller, policy.arn, policy.tags).reason("iam:CreatePolicyVersion"),
    )
    return document_step(request, task)


@require_http_methods(PAGE_METHODS)
@drafts.outliving(lambda request: address("create-policy-document"))
def edit_policy_review(request: ConsoleRequest) -> HttpResponse:
    draft = drafts.find(request)
    policy, present = _in_force(request)
    if draft is None:
        return drafts.missing(request, address("edit-policy", arn=policy.arn))
    form = NewVersionForm(request.POST or None, droppable=_droppable(request.caller, policy))
    context = _review_context(request, policy, present, draft) | {"form": form}
    if form.is_valid():
        try:
            version = _save(request, policy, draft, form)
        except drafts.AlreadySaved:
            return drafts.already_saved(request)
        except ConcurrentModification:
            # The editor shows both texts.
            return see_other(address("edit-policy", arn=policy.arn, draft=drafts.token_of(request)))
        except ServiceError as error:
            return refused(request, error, template="policies/edit_review.html", context=context, form=form)
        return _saved(request, policy, version)
    return page(request, "policies/edit_review.html", context, status=form_status(form))


def _kind(policy: ListedPolicy) -> str:
    """A policy is a boundary by its use: the same text would be permissions where it is attached."""
    is_only_boundary = policy.permissions_boundary_usage_count and not policy.attachment_count
    return "boundary" if is_only_boundary else MANAGED


def _bounding(policy: ListedPolicy) -> str:
    count = policy.permissions_boundary_usage_count
    whom = "one user or role" if count == 1 else f"{count} users and roles"
    return (
        f" It is the permissions boundary of {whom}: what it does not allow, they cannot have."
        if count
        else ""
    )


def _in_force(request: ConsoleRequest) -> tuple[ListedPolicy, PolicyVersion]:
    """The policy of the address, and the version that counts at this moment."""
    policy = policy_of(request)
    return policy, get_policy_version(
        request.caller, policy_arn=policy.arn, version_id=policy.default_version_id
    )


def _droppable(caller: Caller, policy: Policy) -> list[tuple[str, str]]:
    """The versions of which one has to go, newest first; none while there is room."""
    versions, _ = attempt(lambda: list_policy_versions(caller, policy_arn=policy.arn))
    if versions is None or len(versions.items) < quota("VERSIONS_PER_POLICY"):
        return []
    return [
        (version.version_id, f"Version {version.number}")
        for version in versions.items
        if not version.is_default
    ]


def _save(
    request: ConsoleRequest, policy: Policy, draft: drafts.Draft, form: NewVersionForm
) -> PolicyVersion:
    """Under the account's lock, so that nobody can save between the look at the default version and the write."""
    caller, dropped = request.caller, form.cleaned_data.get("dropped_version_id")
    with act(caller, "EditPolicy"):
        drafts.ensure_unsaved(request)
        present = policy_at(caller, policy.arn).default_version_id
        if present != draft.base_version_id:
            raise ConcurrentModification(
                f"Somebody made {present} the default version of {policy.policy_name} while you were typing. "
                "Nothing was saved."
            )
        if dropped:
            delete_policy_version(caller, policy_arn=policy.arn, version_id=dropped)
        version = create_policy_version(
            caller,
            policy_arn=policy.arn,
            policy_document=draft.document,
            set_as_default=form.cleaned_data["set_as_default"],
        )
        if reason := form.cleaned_data["reason"]:
            record_version_reason(caller, policy_arn=policy.arn, version_id=version.version_id, reason=reason)
        drafts.finish(request, address("policy-versions", arn=policy.arn))
    return version


def _saved(request: ConsoleRequest, policy: Policy, version: PolicyVersion) -> HttpResponse:
    force = "and counts from now on" if version.is_default else "but does not count until it is the default"
    flash(request, "ok", f"Version {version.number} of `{policy.policy_name}` was saved, {force}.")
    return see_other(address("policy-versions", arn=policy.arn))


def _review_context(
    request: ConsoleRequest, policy: ListedPolicy, present: PolicyVersion, draft: drafts.Draft
) -> dict[str, object]:
    return {
        "policy": policy,
        "present": present,
        "checks": checks_of(request.caller, draft.document, _kind(policy)),
        "effects": effects_between(request.caller.account_id, present.document, draft.document),
        **effect_of(
            request.caller, policy_documents=[{"PolicyArn": policy.arn, "PolicyDocument": draft.document}]
        ),
        "cli": _commands(policy, draft.document),
        **reviewed(request, draft, exported_policy(policy, draft.document)),
        "back_url": address("edit-policy", arn=policy.arn, draft=drafts.token_of(request)),
        "cancel_url": address("policy", arn=policy.arn),
        "crumbs": _crumbs(policy),
    }


def _commands(policy: Policy, document: str) -> list[Command]:
    saving = command(
        "Save it as the default version",
        "iam:CreatePolicyVersion",
        policy_arn=policy.arn,
        policy_document=document,
        set_as_default=True,
    )
    dropping = command("Make room first", "iam:DeletePolicyVersion", policy_arn=policy.arn, version_id=TYPED)
    return [dropping, saving] if policy.last_version >= quota("VERSIONS_PER_POLICY") else [saving]


def _crumbs(policy: Policy) -> Crumbs:
    return crumbs((policy.policy_name, address("policy", arn=policy.arn)), ("Edit", ""))

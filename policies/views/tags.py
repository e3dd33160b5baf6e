"""The tags of a policy: shown, and changed all at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.cli import TYPED, command
from iamconsole.pages import flash, page, refused
from iamconsole.seen import seen_of
from iamconsole.tags import ensure_seen, tag_changes, tag_rows
from operations.caller import Caller
from operations.errors import ServiceError
from operations.operation import act
from operations.tags import Tag, list_policy_tags, tag_policy, untag_policy
from policies.forms import UnchangedForm
from policies.views.addresses import address, crumbs
from policies.views.details import head_of, policy_at, policy_of


@require_safe
def policy_tags(request: ConsoleRequest) -> HttpResponse:
    policy = policy_of(request)
    tags = list_policy_tags(request.caller, policy_arn=policy.arn).items
    return page(request, "policies/tags.html", head_of(request, policy, "policy-tags") | {"tags": tags})


@require_http_methods(PAGE_METHODS)
def edit_policy_tags(request: ConsoleRequest) -> HttpResponse:
    policy = policy_of(request)
    form, rows = UnchangedForm(request.POST or None), tag_rows(request.POST or None, policy.tags)
    tags_url = address("policy-tags", arn=policy.arn)
    context = {
        "policy": policy,
        "form": form,
        "rows": rows,
        "seen": seen_of(policy.tags),
        "cli": [
            command("Set tags", "iam:TagPolicy", policy_arn=policy.arn, tags=policy.tags or TYPED),
            command("Remove tags", "iam:UntagPolicy", policy_arn=policy.arn, tag_keys=TYPED),
        ],
        "cancel_url": tags_url,
        "crumbs": crumbs(
            (policy.policy_name, address("policy", arn=policy.arn)), ("Tags", tags_url), ("Manage tags", "")
        ),
    }
    if form.is_valid() and rows.is_valid():
        try:
            _save(request.caller, policy.arn, rows.tags, request.POST.get("seen", ""))
        except ServiceError as error:
            return refused(request, error, template="policies/edit_tags.html", context=context, form=form)
        flash(request, "ok", f"The tags of `{policy.policy_name}` were saved.")
        return see_other(tags_url)
    return page(request, "policies/edit_tags.html", context, status=form_status(form))


def _save(caller: Caller, policy_arn: str, tags: Sequence[Tag], seen: str) -> None:
    with act(caller, "EditPolicyTags"):
        present = policy_at(caller, policy_arn).tags
        ensure_seen(present, seen)
        gone, new = tag_changes(present, tags)
        if gone:
            untag_policy(caller, policy_arn=policy_arn, tag_keys=gone)
        if new:
            tag_policy(caller, policy_arn=policy_arn, tags=new)

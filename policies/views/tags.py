"""The tags of a policy: shown, and changed all at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import flash, page, refused
from iamconsole.tags import tag_changes, tag_rows
from operations.caller import Caller
from operations.errors import ServiceError
from operations.operation import act
from operations.tags import Tag, list_policy_tags, tag_policy, untag_policy
from policies.forms import UnchangedForm
from policies.models import Policy
from policies.views.addresses import address, crumbs
from policies.views.details import head_of, policy_of


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
        "cancel_url": tags_url,
        "crumbs": crumbs(
            (policy.policy_name, address("policy", arn=policy.arn)), ("Tags", tags_url), ("Manage tags", "")
        ),
    }
    if form.is_valid() and rows.is_valid():
        try:
            _save(request.caller, policy, rows.tags)
        except ServiceError as error:
            return refused(request, error, template="policies/edit_tags.html", context=context, form=form)
        flash(request, "ok", f"The tags of `{policy.policy_name}` were saved.")
        return see_other(tags_url)
    return page(request, "policies/edit_tags.html", context, status=form_status(form))


def _save(caller: Caller, policy: Policy, tags: Sequence[Tag]) -> None:
    gone, new = tag_changes(policy.tags, tags)
    with act(caller, "EditPolicyTags"):
        if gone:
            untag_policy(caller, policy_arn=policy.arn, tag_keys=gone)
        if new:
            tag_policy(caller, policy_arn=policy.arn, tags=new)

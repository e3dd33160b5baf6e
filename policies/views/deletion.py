"""Delete policy: by typing its name, after seeing from whom it goes."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest, to
from iamconsole.forms import ConfirmationForm
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from iamconsole.reading import attempt
from operations.acts import delete_policy_everywhere
from operations.errors import ServiceError
from operations.policies import list_entities_for_policy
from policies.models import Policy
from policies.views.addresses import POLICIES, address, crumbs
from policies.views.details import policy_of
from policies.views.editing import AWS_MANAGED

NAMED = 5


@require_http_methods(PAGE_METHODS)
def delete_policy(request: ConsoleRequest) -> HttpResponse:
    policy = policy_of(request)
    policy_url = address("policy", arn=policy.arn)
    if policy.is_aws_managed:
        flash(request, "warn", AWS_MANAGED)
        return see_other(policy_url)
    form = ConfirmationForm(request.POST or None, word=policy.policy_name)
    context = {
        "form": form,
        "title": f"Delete {policy.policy_name}?",
        "text": "The policy goes with all its versions, and whoever has it loses at once what it allows.",
        "consequences": list(_consequences(request, policy)),
        "action": request.get_full_path(),
        "cancel_url": policy_url,
        "crumbs": crumbs((policy.policy_name, policy_url), ("Delete", "")),
        **effect_of(request.caller, policy_documents=[{"PolicyArn": policy.arn}]),
    }
    if form.is_valid():
        try:
            delete_policy_everywhere(request.caller, policy.arn)
        except ServiceError as error:
            return refused(request, error, template="policies/confirm.html", context=context, form=form)
        flash(request, "ok", f"Policy `{policy.policy_name}` was deleted.")
        return to(request, POLICIES)
    status = form_status(form)
    return page(request, "policies/confirm.html", context, partial="_confirm_delete.html", status=status)


def _consequences(request: ConsoleRequest, policy: Policy) -> Iterator[str]:
    entities, _ = attempt(
        lambda: list_entities_for_policy(
            request.caller, policy_arn=policy.arn, policy_usage_filter="PermissionsPolicy"
        )
    )
    if entities is None:
        return
    names = [f"group `{group.group_name}`" for group in entities.policy_groups]
    names += [f"user `{user.user_name}`" for user in entities.policy_users]
    names += [f"role `{role.role_name}`" for role in entities.policy_roles]
    yield from (f"It is detached from {name}" for name in names[:NAMED])
    if len(names) > NAMED or entities.marker:
        yield f"and from {len(names) - NAMED}{' or more' if entities.marker else ''} others"

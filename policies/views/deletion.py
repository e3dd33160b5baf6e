"""Delete policy: by typing its name, after seeing from whom it goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest, to
from iamconsole.cli import TYPED, Command, command
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
Holder: TypeAlias = tuple[str, str]


@require_http_methods(PAGE_METHODS)
def delete_policy(request: ConsoleRequest) -> HttpResponse:
    policy = policy_of(request)
    policy_url = address("policy", arn=policy.arn)
    if policy.is_aws_managed:
        flash(request, "warn", AWS_MANAGED)
        return see_other(policy_url)
    form = ConfirmationForm(request.POST or None, word=policy.policy_name)
    holders, is_more = _holders(request, policy)
    context = {
        "form": form,
        "title": f"Delete {policy.policy_name}?",
        "text": "The policy goes with all its versions, and whoever has it loses at once what it allows.",
        "consequences": list(_consequences(holders, is_more=is_more)),
        "action": request.get_full_path(),
        "cancel_url": policy_url,
        "crumbs": crumbs((policy.policy_name, policy_url), ("Delete", "")),
        **effect_of(request.caller, policy_documents=[{"PolicyArn": policy.arn}]),
        "cli": _commands(policy, holders),
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


def _holders(request: ConsoleRequest, policy: Policy) -> tuple[list[Holder], bool]:
    """Kind and name of those who have the policy, as far as one page of them goes, and whether there are more."""
    entities, _ = attempt(
        lambda: list_entities_for_policy(
            request.caller, policy_arn=policy.arn, policy_usage_filter="PermissionsPolicy"
        )
    )
    if entities is None:
        return [], False
    holders = [("group", group.group_name) for group in entities.policy_groups]
    holders += [("user", user.user_name) for user in entities.policy_users]
    holders += [("role", role.role_name) for role in entities.policy_roles]
    return holders, bool(entities.marker)


def _consequences(holders: Sequence[Holder], *, is_more: bool) -> Iterator[str]:
    yield from (f"It is detached from {kind} `{name}`" for kind, name in holders[:NAMED])
    if len(holders) > NAMED or is_more:
        yield f"and from {len(holders) - NAMED}{' or more' if is_more else ''} others"


def _commands(policy: Policy, holders: Sequence[Holder]) -> list[Command]:
    """IAM deletes a policy that nobody has, and of which only the default version is left."""
    arn = {"policy_arn": policy.arn}
    detaching = [
        command(
            f"Detach it from {name}", f"iam:Detach{kind.capitalize()}Policy", **{f"{kind}_name": name}, **arn
        )
        for kind, name in holders
    ]
    versions = [
        command("See which versions there are", "iam:ListPolicyVersions", **arn),
        command("Delete each but the default", "iam:DeletePolicyVersion", version_id=TYPED, **arn),
    ]
    last = command("Delete the policy", "iam:DeletePolicy", **arn)
    return [*detaching, *(versions if policy.last_version > 1 else []), last]

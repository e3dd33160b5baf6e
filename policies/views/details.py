"""One policy: its tabs Permissions, Entities attached, Tags and Check access share the head made here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.signin.middleware import ConsoleRequest
from iamconsole.abilities import Abilities
from iamconsole.cli import Command, command
from iamconsole.pages import page
from iamconsole.reading import attempt
from operations.caller import Caller
from operations.holdings import STORED_LENGTH
from operations.policies import get_policy, list_entities_for_policy
from operations.policy_versions import get_policy_version
from policies.catalog import catalog
from policies.engine import parse_policy
from policies.models import Policy, PolicyVersion
from policies.summary import cut_of, summarize
from policies.views.addresses import address, crumbs
from policies.views.summaries import shown_of
from policies.views.summary_subjects import creation_of, subject_of_version

if TYPE_CHECKING:
    from operations.policies import ListedPolicy

TABS = (
    ("policy", "Permissions"),
    ("policy-entities", "Entities attached"),
    ("policy-tags", "Tags"),
    ("policy-versions", "Policy versions"),
    ("policy-check-access", "Check access"),
)
# What shows through the API what a tab shows.
COMMANDS = {
    "policy-entities": {"List who has the policy": "iam:ListEntitiesForPolicy"},
    "policy-tags": {"List the tags": "iam:ListPolicyTags"},
    "policy-versions": {"List the versions": "iam:ListPolicyVersions"},
}
ACTIONS = {"edit": "iam:CreatePolicyVersion", "delete": "iam:DeletePolicy"}


def policy_of(request: ConsoleRequest) -> ListedPolicy:
    """The policy whose ARN the address carries; raises NoSuchEntity and AccessDenied."""
    return policy_at(request.caller, request.GET.get("arn", ""))


def policy_at(caller: Caller, arn: str) -> ListedPolicy:
    return get_policy(caller, policy_arn=arn)


def head_of(request: ConsoleRequest, policy: Policy, tab: str, **actions: str) -> dict[str, object]:
    """What every tab shows above itself: the facts, the buttons, the tabs. `actions` are of further buttons."""
    label = dict(TABS)[tab]
    way = [] if tab == "policy" else [(label, "")]
    here = (policy.policy_name, address("policy", arn=policy.arn) if way else "")
    shown = COMMANDS.get(tab, {})
    may = {} if policy.is_aws_managed else {**ACTIONS, **actions}
    return {
        "policy": policy,
        "tab": tab,
        "tabs": [(name, title, address(name, arn=policy.arn)) for name, title in TABS],
        "off": Abilities(request.caller, policy.arn, policy.tags).off(**may),
        "crumbs": crumbs(here, *way),
        "cli": [command(title, name, policy_arn=policy.arn) for title, name in shown.items()] or None,
    }


@require_safe
def policy(request: ConsoleRequest) -> HttpResponse:
    found = policy_of(request)
    version, refusal = attempt(
        lambda: get_policy_version(request.caller, policy_arn=found.arn, version_id=found.default_version_id)
    )
    context = head_of(request, found, "policy") | {
        "version": version,
        "withheld": [refusal] if refusal else [],
        "cli": _commands(found) + (creation_of(version) if version else []),
    }
    context |= told(request, version, "policy")
    return page(request, "policies/policy.html", context, partial="policies/_policy_json.html")


def _commands(found: ListedPolicy) -> list[Command]:
    """The text is a version's."""
    text = {"policy_arn": found.arn, "version_id": found.default_version_id}
    return [
        command("See the policy", "iam:GetPolicy", policy_arn=found.arn),
        command("See its text", "iam:GetPolicyVersion", **text),
    ]


def told(request: ConsoleRequest, version: PolicyVersion | None, page_name: str) -> dict[str, object]:
    """A version as its tables, its statements in words, and its text: all that the page of that name shows of it."""
    if version is None:
        return {}
    subject = subject_of_version(version, is_named=page_name == "policy-version")
    document = parse_policy(version.document, maximum_length=STORED_LENGTH)
    return {
        "summary": summarize(document, catalog()),
        "cut": cut_of(document, catalog()),
        **shown_of(request, subject, address(page_name, **subject.query)),
    }


@require_safe
def policy_entities(request: ConsoleRequest) -> HttpResponse:
    found = policy_of(request)
    marker = request.GET.get("marker") or None
    entities, refusal = attempt(
        lambda: list_entities_for_policy(
            request.caller, policy_arn=found.arn, policy_usage_filter="PermissionsPolicy", marker=marker
        )
    )
    bounded, also_refused = attempt(
        lambda: list_entities_for_policy(
            request.caller, policy_arn=found.arn, policy_usage_filter="PermissionsBoundary"
        )
    )
    context = head_of(request, found, "policy-entities") | {
        "entities": entities,
        "bounded": bounded.policy_users if bounded else [],
        "bounded_roles": bounded.policy_roles if bounded else [],
        "marker": marker,
        "withheld": [refusal or also_refused] if refusal or also_refused else [],
    }
    return page(request, "policies/entities.html", context)

"""The list of policies, and the three things that can be done with a chosen one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.signin.flow import see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.abilities import Abilities
from iamconsole.cli import Command, command
from iamconsole.pages import flash, page
from iamconsole.reading import attempt
from operations.caller import Caller
from operations.group_details import Granted, read_policies
from operations.policies import count_policies, search_policies
from policies.catalog import catalog
from policies.forms import PoliciesFilterForm
from policies.models import Policy
from policies.summary import Cut, cut_of
from policies.views.addresses import POLICIES, address

if TYPE_CHECKING:
    from operations.policies import ListedPolicy

ACTS: Final = {"attach": "attach-policy", "detach": "policy-entities", "delete": "delete-policy"}
PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as listed; `cut` shows what it opens, where its text may be read."""

    policy: ListedPolicy
    cut: Cut | None

    @property
    def used_as(self) -> str:
        uses = {
            "Permissions policy": self.policy.attachment_count,
            "Boundary": self.policy.permissions_boundary_usage_count,
        }
        return ", ".join(f"{use} ({count})" for use, count in uses.items() if count) or "None"


@require_safe
def policies(request: ConsoleRequest) -> HttpResponse:
    filters = PoliciesFilterForm(request.GET)
    sort, marker = request.GET.get("sort") or None, request.GET.get("marker") or None
    found = search_policies(request.caller, **filters.asked, sort=sort, marker=marker, max_items=PAGE_SIZE)
    context = {
        "rows": rows_of(request.caller, found.items),
        "found": found,
        "marker": marker,
        "sort": sort or "policy_name",
        "filters": filters,
        "is_filtered": any(filters.asked.values()),
        "count": partial(count_policies, request.caller),
        "off": Abilities(request.caller, Policy.arn_of(request.caller.account_id, "*")).off(
            create="iam:CreatePolicy"
        ),
        "cli": [_listing(filters.asked.get("policy_type"))],
    }
    return page(request, "policies/policies.html", context, partial="policies/_policies_table.html")


def _listing(policy_type: str | None) -> Command:
    """The API tells only whose policies it lists; without a word it lists all, AWS's too."""
    scopes = {"customer": "Local", "aws": "AWS", "job-function": "AWS"}
    return command("List the policies", "iam:ListPolicies", scope=scopes.get(policy_type or ""))


@require_safe
def act_on_policy(request: ConsoleRequest) -> HttpResponse:
    """From the chosen row to the page of the act; nothing changes here."""
    arn, chosen = request.GET.get("arn", ""), request.GET.get("act", "")
    if not arn or chosen not in ACTS:
        flash(request, "warn", "Choose a policy first.")
        return see_other(POLICIES)
    return see_other(address(ACTS[chosen], arn=arn))


def rows_of(caller: Caller, listed: Sequence[ListedPolicy]) -> list[PolicyRow]:
    """All texts in one read."""
    if not listed:
        return []
    texts, _ = attempt(lambda: read_policies(caller, policy_arns=[policy.arn for policy in listed]))
    return [PolicyRow(policy, _cut((texts or {}).get(policy.arn))) for policy in listed]


def _cut(granted: Granted | None) -> Cut | None:
    return cut_of(granted.document, catalog()) if granted and granted.document else None

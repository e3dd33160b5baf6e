"""The dashboard: everybody's first page, made of the parts that this caller may read."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.first_steps import Step, first_steps
from accounts.models import User
from accounts.recommendations import AccountFacts, Finding, findings
from accounts.sign_in_plot import plot_of
from accounts.signin.middleware import ConsoleRequest
from accounts.views.asking import readable
from accounts.views.own_account import account_of, sign_in_address
from iamconsole.clock import now
from iamconsole.pages import page
from operations.authorization import sources_of
from operations.call import may
from operations.caller import Caller
from operations.recommendations import FACT_ACTIONS, get_account_facts
from operations.resource_counts import ResourceCounts, count_resources
from operations.sign_ins import count_sign_ins

SUMMARY_ACTIONS = ("iam:GetAccountSummary",)
TRAIL_ACTIONS = ("cloudtrail:LookupEvents",)


@require_safe
def dashboard(request: ConsoleRequest) -> HttpResponse:
    caller = request.caller
    counts, counts_refused = readable(caller, SUMMARY_ACTIONS, count_resources)
    facts, facts_refused = readable(caller, FACT_ACTIONS, get_account_facts)
    days, days_refused = readable(caller, TRAIL_ACTIONS, count_sign_ins)
    context = {
        **account_box(caller),
        "checked_at": now(),
        "figures": figures(counts) if counts else [],
        "plot": plot_of(days) if days else None,
        "withheld": [refusal for refusal in (counts_refused, facts_refused, days_refused) if refusal],
        **spoken(facts, is_root=caller.is_root),
    }
    if counts is None and facts is None and days is None:
        return page(request, "accounts/landing.html", {**context, "holds_policies": bool(sources_of(caller))})
    context["may_create_user"] = may(caller, "iam:CreateUser", User.arn_of(caller.account_id, "*"))
    return page(request, "accounts/dashboard.html", context)


def account_box(caller: Caller) -> dict[str, object]:
    account = account_of(caller)
    return {
        "account": account,
        "address": sign_in_address(account),
        "may_edit_alias": may(caller, "iam:CreateAccountAlias", "*"),
    }


def figures(counts: ResourceCounts) -> list[tuple[int, str, str]]:
    """Each count with its name and the list it leads to."""
    return [
        (counts.groups, "User groups", "/iam/groups/"),
        (counts.users, "Users", "/iam/users/"),
        (counts.policies, "Policies", "/iam/policies/"),
    ]


def spoken(facts: AccountFacts | None, *, is_root: bool) -> dict[str, object]:
    """The facts as findings and first steps; the steps go when all of them are done."""
    if facts is None:
        return {}
    found: list[Finding] = findings(facts)
    steps: list[Step] = first_steps(facts, is_root=is_root)
    done = sum(step.is_done for step in steps)
    return {
        "findings": found,
        "open_findings": sum(finding.is_open for finding in found),
        "steps": steps if done < len(steps) else [],
        "steps_done": done,
    }

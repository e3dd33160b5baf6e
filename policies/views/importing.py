"""Import policy: the statements of managed policies, added to the draft that is being written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.signin.flow import PAGE_METHODS, form_status
from accounts.signin.middleware import ConsoleRequest
from iamconsole.cli import TYPED, command
from iamconsole.pages import page, refused
from operations.caller import Caller
from operations.errors import ServiceError
from operations.policies import get_policy, search_policies
from operations.policy_versions import get_policy_version
from policies.forms import PoliciesFilterForm
from policies.starting.appending import Unappendable, statements_of
from policies.starting_forms import ImportForm
from policies.views.list import rows_of
from policies.views.starting import Destination, begin, counted

TEMPLATE = "policies/import.html"
ROWS = 20
COMMANDS: Final = (
    command("List the policies", "iam:ListPolicies"),
    command("See the text of one", "iam:GetPolicyVersion", policy_arn=TYPED, version_id=TYPED),
)


@require_http_methods(PAGE_METHODS)
def import_policies(request: ConsoleRequest) -> HttpResponse:
    """Filtering and turning pages send the form too, so that what is ticked goes along."""
    destination = Destination.of(request)
    is_sent = request.POST.get("go") == "import"
    form = ImportForm(request.POST if is_sent else None)
    context = _choices(request, destination) | {"form": form}
    if form.is_valid():
        try:
            return _imported(request, destination, form.chosen)
        except Unappendable as error:
            form.add_error(None, error.message)
        except ServiceError as error:
            return refused(request, error, template=TEMPLATE, context=context, form=form)
    return page(request, TEMPLATE, context, partial="policies/_import_table.html", status=form_status(form))


def _choices(request: ConsoleRequest, destination: Destination) -> dict[str, object]:
    filters = PoliciesFilterForm(request.POST or request.GET)
    asked = {**filters.asked, "used_as": None}
    found = search_policies(
        request.caller, **asked, marker=request.POST.get("marker") or None, max_items=ROWS
    )
    chosen = list(dict.fromkeys(request.POST.getlist("policies")))
    shown = {policy.arn for policy in found.items}
    return {
        "destination": destination,
        "filters": filters,
        "rows": rows_of(request.caller, found.items),
        "found": found,
        "chosen": chosen,
        "carried": [(arn, arn.rpartition("/")[2]) for arn in chosen if arn not in shown],
        "action": request.get_full_path(),
        "cli": COMMANDS,
        "crumbs": destination.crumbs(("Import policy", "")),
    }


def _imported(request: ConsoleRequest, destination: Destination, arns: Sequence[str]) -> HttpResponse:
    texts = [_text(request.caller, arn) for arn in arns]
    statements: list[dict[str, Any]] = [one for text in texts for one in statements_of(text)]
    names = ", ".join(f"`{arn.rpartition('/')[2]}`" for arn in arns)
    return begin(request, destination, statements, f"{counted(statements)} of {names} came in, at the end.")


def _text(caller: Caller, arn: str) -> str:
    """The text in force, for whoever may read the policy and its version."""
    policy = get_policy(caller, policy_arn=arn)
    return get_policy_version(caller, policy_arn=arn, version_id=policy.default_version_id).document

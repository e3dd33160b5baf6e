"""The groups of a user, each with the policies that come through it."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.signin.middleware import ConsoleRequest
from accounts.views.user_detail import frame
from iamconsole.pages import page
from operations.user_details import Holding, get_user_permissions


@require_safe
def groups(request: ConsoleRequest, user_name: str) -> HttpResponse:
    found = get_user_permissions(request.caller, user_name=user_name)
    rows = [(group, _through(found.holdings, group.group_name)) for group in found.details.groups]
    context = {**frame(request, found.details, "user-groups", found.withheld), "rows": rows}
    return page(request, "accounts/user_groups.html", context)


def _through(holdings: Sequence[Holding], group_name: str) -> list[str]:
    return [held.policy_name for held in holdings if held.group_name == group_name]

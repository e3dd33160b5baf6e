"""The tab Permissions of a group: its policies, and what each of them opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.signin.middleware import ConsoleRequest
from accounts.views.group_detail import frame
from accounts.views.pickers import cut_together
from accounts.views.policy_places import policy_address, summary_address
from iamconsole.pages import page
from iamconsole.reading import attempt
from operations.group_details import Granted, get_group_details, list_permissions_of_groups
from policies.catalog import catalog
from policies.summary import Cut, StatementSummary, summarize


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy of the group; opened, it tells its statements."""

    granted: Granted
    group_name: str
    is_open: bool

    @property
    def key(self) -> str:
        """What its box sends."""
        return (
            f"inline/{self.granted.policy_name}" if self.granted.is_inline else f"policy/{self.granted.arn}"
        )

    @property
    def url(self) -> str:
        return policy_address(**self._named)

    @property
    def summary_url(self) -> str:
        return summary_address(**self._named)

    @property
    def _named(self) -> dict[str, str]:
        """What tells in an address which policy is meant."""
        if not self.granted.is_inline:
            return {"arn": self.granted.arn}
        return {"group": self.group_name, "policy": self.granted.policy_name}

    @property
    def cut(self) -> Cut | None:
        return cut_together([self.granted]) if self.granted.document else None

    @property
    def statements(self) -> Sequence[StatementSummary]:
        document = self.granted.document
        return summarize(document, catalog()) if document and self.is_open else ()


@require_safe
def group_permissions(request: ConsoleRequest, group_name: str) -> HttpResponse:
    details = get_group_details(request.caller, group_name=group_name)
    name = details.group.group_name
    found, refusal = attempt(lambda: list_permissions_of_groups(request.caller, group_names=[name]))
    opened = request.GET.get("open", "")
    rows = [PolicyRow(granted, name, is_open=False) for granted in (found or {}).get(name, ())]
    context = {
        **frame(request, details, "group-permissions"),
        "rows": [PolicyRow(row.granted, name, row.key == opened) for row in rows],
        "withheld": [refusal] if refusal else [],
    }
    return page(request, "accounts/group_permissions.html", context, partial="accounts/_group_policies.html")

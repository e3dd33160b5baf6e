"""The permissions of a user: what it has, through whom, and what each policy says."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.signin.middleware import ConsoleRequest
from accounts.views.policy_places import policy_address, summary_address
from accounts.views.user_detail import frame
from iamconsole.pages import page
from operations.user_details import Holding, get_user_permissions
from policies.catalog import catalog
from policies.engine import Statement
from policies.summary import Cut, StatementSummary, cut_of, summarize


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """A policy of a user as the table shows it; `is_open` when its statements are shown beneath."""

    user_name: str
    held: Holding
    is_open: bool = False

    @property
    def removal(self) -> str:
        """What its removal means: leaving the group, detaching, or deleting."""
        if self.held.group_name:
            return f"group/{self.held.group_name}"
        return f"inline/{self.held.policy_name}" if self.held.is_inline else f"policy/{self.held.arn}"

    @property
    def url(self) -> str:
        """Where the policy itself is shown, or edited when it is inline."""
        return policy_address(**self._named)

    @property
    def summary_url(self) -> str:
        return summary_address(**self._named)

    @property
    def _named(self) -> dict[str, str]:
        """What tells in an address which policy is meant."""
        if not self.held.is_inline:
            return {"arn": self.held.arn}
        holder = {"group": self.held.group_name} if self.held.group_name else {"user": self.user_name}
        return {**holder, "policy": self.held.policy_name}

    @property
    def cut(self) -> Cut | None:
        return cut_of(self.held.document, catalog()) if self.held.document else None

    @property
    def statements(self) -> tuple[StatementSummary, ...]:
        return summarize(self.held.document, catalog()) if self.held.document else ()


@require_safe
def user(request: ConsoleRequest, user_name: str) -> HttpResponse:
    found = get_user_permissions(request.caller, user_name=user_name)
    text, kind = request.GET.get("text", "").strip().lower(), request.GET.get("type", "")
    shown = [held for held in found.holdings if _fits(held, text, kind)]
    context = {
        **frame(request, found.details, "user", found.withheld),
        "rows": [PermissionRow(user_name, held, held.key == request.GET.get("open")) for held in shown],
        "total": len(found.holdings),
        "types": sorted({held.type for held in found.holdings}),
        "text": text,
        "kind": kind,
        "boundary": found.details.user.permissions_boundary,
    }
    return page(request, "accounts/user_permissions.html", context, partial="accounts/_user_policies.html")


def _fits(held: Holding, text: str, kind: str) -> bool:
    return (not kind or held.type == kind) and (text in held.policy_name.lower() or _mentions(held, text))


def _mentions(held: Holding, text: str) -> bool:
    """Whether an action or a resource of the policy holds the text."""
    statements = held.document.statements if held.document else ()
    return any(text in word.lower() for statement in statements for word in _words(statement))


def _words(statement: Statement) -> tuple[str, ...]:
    named = (statement.actions, statement.not_actions, statement.resources, statement.not_resources)
    return tuple(word for words in named for word in words or ())

"""Delegation requests: a product provider asks an account for temporary access.

No product provider is registered here, so nobody can make one; whatever is asked about one is decided, and not found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from operations.call import Call
from operations.errors import AccessDenied, ExpiredTradeInToken, NoSuchEntity
from operations.numbered_pages import numbered_page
from operations.operation import operation
from operations.paging import Page

NO_PROVIDER = "Delegation requests are made by registered product providers, and this installation has none."

DelegationRequest = Mapping[str, object]


@dataclass(frozen=True)
class DelegationRequests(Page[DelegationRequest]):
    """A page under the names of the answer, which spells `isTruncated` in its own way."""

    @property
    def delegation_requests(self) -> Sequence[DelegationRequest]:
        return self.items


@operation("iam:CreateDelegationRequest")
def create_delegation_request(
    call: Call,
    *,
    description: str,
    permissions: Mapping[str, Any],
    requestor_workflow_id: str,
    notification_channel: str,
    session_duration: int,
    owner_account_id: str | None = None,
    request_message: str | None = None,
    redirect_url: str | None = None,
    only_send_by_owner: bool | None = None,
) -> None:
    """Ask for access; raises AccessDenied: that is for product providers."""
    template = permissions.get("PolicyTemplateArn")
    conditions = {
        "iam:DelegationDuration": str(session_duration),
        "iam:NotificationChannel": notification_channel,
        **({"iam:TemplateArn": template} if template else {}),
    }
    call.authorize(arn_of(call, "*"), conditions)
    raise AccessDenied(NO_PROVIDER)


@operation("iam:GetDelegationRequest", reads=True)
def get_delegation_request(
    call: Call, *, delegation_request_id: str, delegation_permission_check: bool | None = None
) -> None:
    """One request; raises NoSuchEntity."""
    _refuse(call, delegation_request_id)


@operation("iam:ListDelegationRequests", reads=True)
def list_delegation_requests(
    call: Call, *, owner_id: str | None = None, marker: str | None = None, max_items: int | None = None
) -> DelegationRequests:
    """Those of the account, or of one owner: none. Raises ValidationError for a made-up marker."""
    call.authorize("*", {"iam:DelegationRequestOwner": owner_id} if owner_id else {})
    page = numbered_page(list[DelegationRequest](), marker=marker, max_items=max_items)
    return DelegationRequests(page.items, page.marker)


@operation("iam:AcceptDelegationRequest")
def accept_delegation_request(call: Call, *, delegation_request_id: str) -> None:
    """Grant one; raises NoSuchEntity."""
    _refuse(call, delegation_request_id)


@operation("iam:AssociateDelegationRequest")
def associate_delegation_request(call: Call, *, delegation_request_id: str) -> None:
    """Take one as one's own to decide; raises NoSuchEntity."""
    _refuse(call, delegation_request_id)


@operation("iam:RejectDelegationRequest")
def reject_delegation_request(call: Call, *, delegation_request_id: str, notes: str | None = None) -> None:
    """Refuse one; raises NoSuchEntity."""
    _refuse(call, delegation_request_id)


@operation("iam:UpdateDelegationRequest")
def update_delegation_request(call: Call, *, delegation_request_id: str, notes: str | None = None) -> None:
    """Add notes to one; raises NoSuchEntity."""
    _refuse(call, delegation_request_id)


@operation("iam:SendDelegationToken")
def send_delegation_token(call: Call, *, delegation_request_id: str) -> None:
    """Hand the token of an accepted one to its provider; raises NoSuchEntity."""
    _refuse(call, delegation_request_id)


@operation("sts:GetDelegatedAccessToken", keeps_revision=True)
def get_delegated_access_token(call: Call, *, trade_in_token: str) -> None:
    """Credentials for the token of an accepted request; raises ExpiredTradeInToken, for none is valid."""
    call.authorize("*")
    raise ExpiredTradeInToken(f"The trade-in token is not valid. {NO_PROVIDER}", parameter="trade_in_token")


def arn_of(call: Call, request_id: str) -> str:
    return f"arn:aws:iam::{call.account.id}:delegation-request/{request_id}"


def _refuse(call: Call, request_id: str) -> NoReturn:
    call.authorize(arn_of(call, request_id))
    raise missing(request_id)


def missing(request_id: str) -> NoSuchEntity:
    return NoSuchEntity(
        f"The delegation request {request_id} cannot be found.", parameter="delegation_request_id"
    )

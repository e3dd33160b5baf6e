"""The event history: who did what, when, from where, and with what result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.signin.middleware import ConsoleRequest
from audit.cloudtrail import record_of
from audit.forms import EventFilterForm
from audit.models import Event
from iamconsole.clock import now
from iamconsole.pages import page
from operations.call import may
from operations.caller import Caller
from operations.errors import NoSuchEntity, ValidationError
from operations.event_documents import document_hash, get_event_document, reader_of
from operations.events import get_event, list_events
from operations.searching import Slice
from operations.users import get_user

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE_SIZE = 50
DOWNLOAD_SIZE = 1000
MOST_DOWNLOADED = 10_000
ROOT = "root"
# A unique id says itself whose it is, of users long gone too.
USER_ID = "AIDA"


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to, as the operation takes it."""

    text: str | None = None
    principal_id: str | None = None
    refused: bool | None = None

    def read(self, caller: Caller, marker: str | None, size: int) -> Slice[Event]:
        return list_events(
            caller,
            text=self.text,
            principal_id=self.principal_id,
            refused=self.refused,
            marker=marker,
            max_items=size,
        )


@require_safe
def events(request: ConsoleRequest) -> HttpResponse:
    form = EventFilterForm(request.GET)
    form.is_valid()
    context: dict[str, object] = {"form": form, "query": _query(request)}
    try:
        filters = _filters(request.caller, form)
    except NoSuchEntity as error:
        context |= {"events": [], "unknown_user": error.message}
        return page(request, "audit/events.html", context, partial="audit/_events.html")
    marker = form.cleaned_data.get("marker") or None
    found = filters.read(request.caller, marker, PAGE_SIZE)
    context |= {"events": found.items, "marker": marker, "next": found.next, "previous": found.previous}
    return page(request, "audit/events.html", context, partial="audit/_events.html")


@require_safe
def event(request: ConsoleRequest, event_id: UUID) -> HttpResponse:
    found = get_event(request.caller, event_id=str(event_id))
    context = {
        "event": found,
        "record": record_of(found),
        "decision": found.additional_event_data.get("decision"),
        "act": found.additional_event_data.get("act"),
        **_document(request.caller, found),
    }
    return page(request, "audit/event.html", context)


@require_safe
def download(request: ConsoleRequest) -> HttpResponseBase:
    """The newest events as JSON lines, one CloudTrail record each; the first page is read before anything is sent."""
    form = EventFilterForm(request.GET)
    form.is_valid()
    filters = _filters(request.caller, form)
    first = filters.read(request.caller, None, DOWNLOAD_SIZE)
    response = StreamingHttpResponse(
        _lines(request.caller, filters, first), content_type="application/x-ndjson"
    )
    name = f"events-{request.caller.account_id}-{now():%Y%m%d-%H%M%S}.jsonl"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(caller: Caller, filters: Filters, found: Slice[Event]) -> Iterator[str]:
    sent = 0
    while True:
        for each in found.items[: MOST_DOWNLOADED - sent]:
            yield json.dumps(record_of(each)) + "\n"
        sent += len(found.items)
        if found.next is None or sent >= MOST_DOWNLOADED:
            return
        found = filters.read(caller, found.next, DOWNLOAD_SIZE)


def _filters(caller: Caller, form: EventFilterForm) -> Filters:
    told = form.cleaned_data
    return Filters(
        text=told.get("q") or None,
        principal_id=_principal_id(caller, told.get("user", "")),
        refused=form.refused_only,
    )


def _principal_id(caller: Caller, user: str) -> str | None:
    """Root's is the account's id; a name is looked up, which takes the right to see the user."""
    if not user:
        return None
    if user == ROOT:
        return caller.account_id
    if user.startswith(USER_ID):
        return user
    try:
        return get_user(caller, user_name=user).user_id
    except ValidationError as error:
        raise NoSuchEntity(f"`{user}` is no name that a user could have.") from error


def _document(caller: Caller, found: Event) -> Mapping[str, object]:
    """The text behind a hash, or what it would take to see it; asked first, so that looking leaves no refusal."""
    digest = document_hash(found)
    if not digest:
        return {}
    action, resource = reader_of(found)
    if not may(caller, action, resource):
        return {"digest": digest, "missing_action": action}
    return {"digest": digest, "document": get_event_document(caller, event_id=str(found.event_id))}


def _query(request: ConsoleRequest) -> str:
    """The filters as they stand in the address, for the download."""
    kept = request.GET.copy()
    kept.pop("marker", None)
    return kept.urlencode()

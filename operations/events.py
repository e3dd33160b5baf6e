"""The account's trail, for reading: newest first."""

from __future__ import annotations

from audit.models import Event
from operations.call import Call
from operations.errors import NoSuchEntity, ValidationError
from operations.operation import operation
from operations.searching import Order, Slice, slice_of

NEWEST_FIRST = Order("sequence", "sequence", descending=True)


@operation("iamconsole:ListEvents", action="cloudtrail:LookupEvents", reads=True)
def list_events(
    call: Call,
    *,
    text: str | None = None,
    principal_id: str | None = None,
    refused: bool | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Slice[Event]:
    """Events whose name holds `text`, of one principal, or only the refused (or only the successful) ones."""
    call.authorize("*")
    events = call.account.events.all()
    if text:
        events = events.filter(event_name__icontains=text)
    if principal_id:
        events = events.filter(principal_id=principal_id)
    if refused is not None:
        events = events.exclude(error_code="") if refused else events.filter(error_code="")
    try:
        return slice_of(events, NEWEST_FIRST, marker=marker, max_items=max_items)
    except ValueError as error:
        raise ValidationError("Invalid Marker.", parameter="marker") from error


@operation("iamconsole:GetEvent", action="cloudtrail:LookupEvents", reads=True)
def get_event(call: Call, *, event_id: str) -> Event:
    """One event of the account's trail; raises NoSuchEntity."""
    call.authorize("*")
    event = call.account.events.filter(pk=event_id).first()
    if event is None:
        raise NoSuchEntity(f"The event with id {event_id} cannot be found.")
    return event

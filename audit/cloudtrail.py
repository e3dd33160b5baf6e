"""An event in the shape of CloudTrail's records."""

from __future__ import annotations

from datetime import datetime

from audit.models import Event

EVENT_VERSION = "1.11"


def record_of(event: Event) -> dict[str, object]:
    """The event under CloudTrail's names, and its place in the chain under ours."""
    record: dict[str, object] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": event.user_identity,
        "eventTime": _time(event.event_time),
        "eventSource": event.event_source,
        "eventName": event.event_name,
        "sourceIPAddress": event.source_ip_address,
        "userAgent": event.user_agent,
        "requestParameters": event.request_parameters,
        "responseElements": event.response_elements,
        "additionalEventData": event.additional_event_data,
        "requestID": event.request_id,
        "eventID": str(event.event_id),
        "readOnly": event.read_only,
        "resources": event.resources,
        "eventType": event.event_type,
        "recipientAccountId": event.account_id,
    }
    if event.is_refused:
        record |= {"errorCode": event.error_code, "errorMessage": event.error_message}
    chain = {"sequence": event.sequence, "previousHash": event.previous_hash, "hash": event.hash}
    return {**record, "chain": chain}


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

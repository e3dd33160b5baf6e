"""The policy document that an event speaks of: events keep its hash, its text is kept once, for ever."""

from __future__ import annotations

from audit.models import Event
from operations.call import Call
from operations.errors import NoSuchEntity
from operations.operation import operation
from operations.trail import DOCUMENTS
from policies.models import PolicyText

# Who may read the text today may read it in an event of the past.
READERS = {
    "CreatePolicy": "iam:GetPolicyVersion",
    "CreatePolicyVersion": "iam:GetPolicyVersion",
    "PutUserPolicy": "iam:GetUserPolicy",
    "PutGroupPolicy": "iam:GetGroupPolicy",
}


def document_hash(event: Event) -> str:
    """The hash of the document that was sent; empty when there was none, or when nobody may ever read it back."""
    if event.event_name not in READERS or event.is_refused:
        return ""
    sent = (event.request_parameters.get(name) for name in DOCUMENTS)
    return next((str(document["sha256"]) for document in sent if document), "")


def reader_of(event: Event) -> tuple[str, str]:
    """The action and the resource whose right it takes to see the text."""
    resources = [str(resource["ARN"]) for resource in event.resources]
    return READERS[event.event_name], resources[0] if resources else "*"


@operation("iamconsole:GetEventDocument", action="cloudtrail:LookupEvents", reads=True)
def get_event_document(call: Call, *, event_id: str) -> str:
    """Needs the right to the trail, and the right to read such a document where it stands."""
    call.authorize("*")
    event = call.account.events.filter(pk=event_id).first()
    if event is None or not document_hash(event):
        raise NoSuchEntity(f"The event with id {event_id} holds no document.")
    action, resource = reader_of(event)
    call.authorize(resource, action=action)
    return PolicyText.objects.get(pk=document_hash(event)).document

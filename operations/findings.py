"""What Access Analyzer would say about a document, while it is being written."""

from __future__ import annotations

from operations.call import Call
from operations.known_entities import KnownEntities
from operations.operation import operation
from policies.validation import Finding, PolicyType, validate


@operation("iamconsole:CheckDocument", action="access-analyzer:ValidatePolicy", reads=True)
def check_document(
    call: Call, *, policy_document: str, policy_type: str | None = None, resource_type: str | None = None
) -> list[Finding]:
    """The findings in the order of the text, on what it names of the caller's account as well.

    `resource_type`, as in ValidatePolicy, is of a resource policy.
    """
    call.authorize("*")
    return validate(
        policy_document,
        policy_type or PolicyType.IDENTITY,
        resource_type=resource_type,
        directory=KnownEntities(call),
    )

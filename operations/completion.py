"""What can stand where the cursor is, while a document is being written."""

from __future__ import annotations

from operations.call import Call
from operations.operation import operation
from policies.catalog import catalog
from policies.completion import Completion, complete
from policies.validation import PolicyType


@operation("iamconsole:CompletePolicy", action="access-analyzer:ValidatePolicy", reads=True)
def complete_policy(
    call: Call, *, policy_document: str, offset: int, policy_type: str | None = None
) -> Completion:
    """What fits at a place of the text: facts of AWS's catalog, with the account's own id in the ARNs."""
    call.authorize("*")
    kind = policy_type or PolicyType.IDENTITY
    return complete(policy_document, offset, kind, catalog=catalog(), account_id=call.caller.account_id)

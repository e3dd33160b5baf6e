"""Why a request was refused, sealed: only whoever may decode it learns what the refusal itself keeps to itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from accounts.sealing import SealBroken, seal_packed, unseal_packed
from operations.authorization import Explanation
from operations.errors import InvalidAuthorizationMessage

# A message that is longer was made by somebody else.
LONGEST: Final = 10_240


def encoded_message(explanation: Explanation, account_id: str) -> str:
    """The refusal as a text that means nothing outside the account it was made for."""
    told = json.dumps(_told(explanation), separators=(",", ":"))
    return seal_packed(told, context=_purpose(account_id))


def decoded_message(message: str, account_id: str) -> str:
    """The JSON of a refusal in AWS's form; raises InvalidAuthorizationMessage for any text that is none of ours."""
    try:
        if len(message) > LONGEST:
            raise SealBroken("Too long.")
        return unseal_packed(message, context=_purpose(account_id))
    except SealBroken as error:
        raise InvalidAuthorizationMessage("The message is not valid for this account.") from error


def _purpose(account_id: str) -> str:
    return f"authorization-message:{account_id}"


def _told(explanation: Explanation) -> Mapping[str, object]:
    """The document that DecodeAuthorizationMessage documents: the request, and the statements that matched it."""
    request, decision = explanation.request, explanation.decision
    matched = [
        {
            "statementId": match.statement.sid,
            "effect": match.statement.effect.value.upper(),
            "sourcePolicyId": match.source.arn or match.source.name,
            "sourcePolicyType": match.source.kind.value,
        }
        for match in decision.matches
    ]
    conditions = [
        {"key": key, "values": {"items": [{"value": value} for value in values]}}
        for key, values in sorted(request.context.items())
    ]
    return {
        "allowed": decision.is_allowed,
        "explicitDeny": explanation.is_explicit,
        "deniedBy": explanation.layer.value if explanation.layer else None,
        "matchedStatements": {"items": matched},
        "failures": {"items": []},
        "context": {
            "principal": {"arn": request.principal.arn},
            "action": request.action,
            "resource": explanation.resource,
            "conditions": {"items": conditions},
        },
    }

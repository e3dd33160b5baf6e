"""Policy documents at the door: their size, IAM's own refusals, and the one row that keeps the text."""

from __future__ import annotations

from operations.errors import LimitExceeded, MalformedPolicyDocument
from operations.quotas import quota
from policies.engine import Policy, PolicyError, parse_policy
from policies.models import PolicyText
from policies.validation import legacy_refusal, size_without_white_space

SYNTAX = "Syntax errors in policy."


def stored(document: str) -> PolicyText:
    """The text of a document that IAM would store; raises MalformedPolicyDocument in IAM's words."""
    parsed_document(document)
    refusal = legacy_refusal(document)
    if refusal:
        raise MalformedPolicyDocument(refusal, parameter="policy_document")
    return PolicyText.of(document)


def parsed_document(document: str) -> Policy:
    """The document as the engine reads it; raises MalformedPolicyDocument."""
    try:
        return parse_policy(document)
    except PolicyError as error:
        message = legacy_refusal(document) or SYNTAX
        raise MalformedPolicyDocument(message, parameter="policy_document") from error


def ensure_policy_size(document: str) -> None:
    """Managed policies have a quota each, in which white space does not count."""
    limit = quota("POLICY_SIZE")
    if size_without_white_space(document) > limit:
        raise LimitExceeded(f"Cannot exceed quota for PolicySize: {limit}", parameter="policy_document")

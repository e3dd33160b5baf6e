"""Values of conditions, where a key has a known few of them."""

from collections.abc import Iterable
from typing import Final

from policies.catalog import ConditionKey
from policies.completion.operators import NULL
from policies.completion.principals import service_principals
from policies.completion.questions import Question
from policies.completion.resources import completed, known_fields
from policies.completion.suggestions import Suggestion, fitting
from policies.engine.patterns import fold
from policies.validation.operators import operator
from policies.validation.rules.condition_values import SERVICE_PRINCIPAL_KEYS

_NAMES_OF_SERVICES: Final = SERVICE_PRINCIPAL_KEYS | {"iam:awsservicename", "aws:principalservicenameslist"}
_VALUES: Final = {
    "aws:principaltype": ("Account", "User", "FederatedUser", "AssumedRole", "Anonymous"),
    "saml:aud": ("https://signin.aws.amazon.com/saml",),
    "token.actions.githubusercontent.com:aud": ("sts.amazonaws.com",),
    "s3:x-amz-server-side-encryption": ("AES256", "aws:kms", "aws:kms:dsse"),
    "s3:object-lock-mode": ("GOVERNANCE", "COMPLIANCE"),
    "s3:signatureversion": ("AWS4-HMAC-SHA256",),
}
_ARNS: Final = {
    "aws:principalarn": ("user/${UserName}", "role/${RoleName}", "root"),
    "iam:permissionsboundary": ("policy/${PolicyName}",),
    "iam:policyarn": ("policy/${PolicyName}",),
}
_ANSWERS: Final = {
    NULL: {"true": "The request does not have the key.", "false": "The request has the key."},
    "Bool": {"true": "", "false": ""},
}
_LONGEST_NAME: Final = 512


def condition_values(question: Question) -> list[Suggestion]:
    _, _, written, name = question.place.names
    if max(len(written), len(name)) > _LONGEST_NAME:
        return []
    key = question.catalog.condition_key(name)
    if operator(written).name == NULL:
        return _offered(question, _suggestions(_ANSWERS[NULL].items()))
    return _offered(question, _of_key(question, key)) if key else []


def _offered(question: Question, suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    return fitting((one for one in suggestions if one.text not in question.written), question.typed)


def _suggestions(rows: Iterable[tuple[str, str]], detail: str = "") -> list[Suggestion]:
    return [Suggestion(text, "value", detail, doc) for text, doc in rows]


def _of_key(question: Question, key: ConditionKey) -> list[Suggestion]:
    name = fold(key.name)
    if key.value_type == "Bool":
        return _suggestions(_ANSWERS["Bool"].items(), "Boolean")
    if name in _NAMES_OF_SERVICES:
        return service_principals(question)
    if name in _ARNS:
        return _suggestions(((arn, "") for arn in _arns(question, _ARNS[name])), "ARN")
    if name in _VALUES:
        return _suggestions((value, "") for value in _VALUES[name])
    return _of_named(question, name)


def _of_named(question: Question, name: str) -> list[Suggestion]:
    """Keys whose name says what their values are."""
    if name.endswith(("region", "locationconstraint")):
        return _suggestions(((region, "") for region in sorted(question.catalog.regions)), "region")
    if name.startswith("aws:") and name.endswith("account") and question.account_id:
        return _suggestions([(question.account_id, "The id of this account.")], "this account")
    return []


def _arns(question: Question, resources: Iterable[str]) -> Iterable[str]:
    for resource in resources:
        pattern = f"arn:${{Partition}}:iam::${{Account}}:{resource}"
        yield completed(pattern, question.typed, known_fields(question)) or ""

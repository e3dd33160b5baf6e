"""The words with which IAM itself refuses a document: one message, for the first fault in IAM's order of checks."""

import json
from collections.abc import Callable
from typing import Final, TypeAlias

from policies.validation.findings import Finding
from policies.validation.principals import NO_PROVIDER, refusal_of_principal
from policies.validation.refusals import IAM_RESOURCE_KINDS, PARTITIONS
from policies.validation.validate import blocking, validate

# The message about a value; None when this check of IAM's lets the value pass and a later one refuses it.
Message: TypeAlias = Callable[[str], str | None]

SYNTAX: Final = "Syntax errors in policy."
LEGACY_PARSING: Final = "The policy failed legacy parsing"
ARN_COLONS: Final = 5
ARN_FIELDS: Final = 6


def always(message: str) -> Message:
    return lambda value: message


def _effect_in_other_capitals(value: str) -> str | None:
    return LEGACY_PARSING if value.lower() in ("allow", "deny") else None


def _effect(value: str) -> str | None:
    return None if _effect_in_other_capitals(value) else SYNTAX


def _legacy_arn(value: str) -> str | None:
    is_short = value.count(":") < ARN_COLONS and "::" in value
    lacks_service = value.startswith("arn:") and value.split(":")[2:3] == [""]
    return LEGACY_PARSING if is_short or lacks_service else None


def _resource(value: str) -> str:
    fields = value.split(":", ARN_COLONS)
    if len(fields) == 1 or fields[0] != "arn":
        return f'Resource {value} must be in ARN format or "*".'
    if fields[1] not in (*PARTITIONS, "*"):
        padded = ":".join(field or "*" for field in [*fields, *[""] * ARN_FIELDS][1:ARN_FIELDS])
        return f'Partition "{fields[1]}" is not valid for resource "arn:{padded}".'
    if len(fields) < ARN_FIELDS:
        return "Resource vendor must be fully qualified and cannot contain regexes."
    return _resource_of_service(value, fields[2])


def _resource_of_service(value: str, service: str) -> str:
    region = value.split(":")[3]
    if region:
        subject, verb = ("IAM resource", "cannot") if service == "iam" else ("Resource", "can not")
        return f"{subject} {value} {verb} contain region information."
    return f'IAM resource path must either be "*" or start with {", ".join(IAM_RESOURCE_KINDS)}.'


def _vendor(value: str) -> str:
    vendor, colon, name = value.partition(":")
    if not colon:
        return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    return "Actions/Condition can contain only one colon." if ":" in name else f"Vendor {vendor} is not valid"


def _principal(value: str) -> str:
    kind, _, text = value.partition(":")
    return refusal_of_principal(kind, text)


# IAM's checks in their order: the codes of a check, and its message about the value found.
CHECKS: Final[tuple[tuple[str, Message], ...]] = (
    ("CONSOLE_UNSUPPORTED_CHARACTER", always("The specified value for policyDocument is invalid.")),
    (
        "JSON_SYNTAX_ERROR DATA_TYPE_MISMATCH INVALID_POLICY_ELEMENT MISSING_STATEMENT MISSING_EFFECT",
        always(SYNTAX),
    ),
    ("INVALID_VERSION UNSUPPORTED_ELEMENT_COMBINATION UNSUPPORTED_SID NULL_WITH_IF_EXISTS", always(SYNTAX)),
    ("INVALID_CONDITION_OPERATOR INVALID_PRINCIPAL_FORMAT INVALID_PRINCIPAL_KEY", always(SYNTAX)),
    ("INVALID_EFFECT", _effect),
    ("MISSING_VERSION CONSOLE_OLD_VERSION", always("Policy document must be version 2012-10-17 or greater.")),
    (
        "UNSUPPORTED_PRINCIPAL SCP_SYNTAX_ERROR_PRINCIPAL",
        always("Policy document should not specify a principal."),
    ),
    ("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", always("Has prohibited field NotPrincipal.")),
    ("INVALID_EFFECT", _effect_in_other_capitals),
    ("MISSING_ARN_FIELD INVALID_ARN_PREFIX INVALID_SERVICE", _legacy_arn),
    ("UNIQUE_SIDS_REQUIRED", always("Statement IDs (SID) in a single policy must be unique.")),
    ("MISSING_ACTION EMPTY_ARRAY_ACTION", always("Policy statement must contain actions.")),
    (
        "INVALID_ARN_PREFIX MISSING_ARN_FIELD INVALID_PARTITION ARN_REGION_NOT_ALLOWED INVALID_ARN_RESOURCE",
        _resource,
    ),
    ("INVALID_ACTION INVALID_SERVICE_IN_ACTION", _vendor),
    ("MISSING_RESOURCE EMPTY_ARRAY_RESOURCE", always("Policy statement must contain resources.")),
    ("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", always("Has prohibited field Resource.")),
    ("UNSUPPORTED_ACTION_IN_POLICY", always("AssumeRole policy may only specify STS AssumeRole actions.")),
    ("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", always(NO_PROVIDER)),
    ("CONSOLE_INVALID_PRINCIPAL", _principal),
    ("MISSING_PRINCIPAL", always("Missing required field Principal")),
)


def legacy_refusal(text: str, policy_type: str = "identity") -> str | None:
    """IAM's MalformedPolicyDocument message for the document, or None when IAM would store it."""
    refused = blocking(validate(text, policy_type))
    return next(
        (message for codes, about in CHECKS if (message := _message(text, refused, codes, about))), None
    )


def _message(text: str, refused: list[Finding], codes: str, about: Message) -> str | None:
    values = (_value(text, finding) for finding in refused if finding.issue_code in codes.split())
    return next((message for value in values if (message := about(value))), None)


def _value(text: str, finding: Finding) -> str:
    """The string a finding is about, a principal with its type; of anything else the messages show nothing."""
    span = finding.locations[0].span
    written = text[span.start.offset : span.end.offset]
    if len(written) < len('""') or not (written.startswith('"') and written.endswith('"')):
        return ""
    value = str(json.loads(written))
    return f"{_type_of(finding)}:{value}" if finding.issue_code == "CONSOLE_INVALID_PRINCIPAL" else value


def _type_of(finding: Finding) -> str:
    """The type of the principal that a finding is about: the last key on the way to it."""
    return next(str(step["value"]) for step in reversed(finding.locations[0].path) if "value" in step)

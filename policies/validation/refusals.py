"""The findings after which IAM would not store the document at all, whatever their kind."""

from typing import Final

_CODES: Final = """
    CONSOLE_INVALID_PRINCIPAL CONSOLE_OLD_VERSION CONSOLE_UNSUPPORTED_CHARACTER DATA_TYPE_MISMATCH
    INVALID_ARN_PREFIX INVALID_CONDITION_OPERATOR INVALID_EFFECT
    INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY INVALID_PARTITION INVALID_POLICY_ELEMENT
    INVALID_PRINCIPAL_FORMAT INVALID_PRINCIPAL_KEY INVALID_VERSION JSON_SYNTAX_ERROR MISSING_ACTION
    MISSING_EFFECT MISSING_PRINCIPAL MISSING_RESOURCE MISSING_STATEMENT NULL_WITH_IF_EXISTS
    ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE
    SCP_SYNTAX_ERROR_PRINCIPAL UNIQUE_SIDS_REQUIRED UNSUPPORTED_ACTION_IN_POLICY
    UNSUPPORTED_ELEMENT_COMBINATION UNSUPPORTED_PRINCIPAL UNSUPPORTED_SID
"""
REFUSED_CODES: Final = frozenset(_CODES.split())

PARTITIONS: Final = frozenset(
    {"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"}
)

# Resources in ARNs of IAM must begin with one of these; those of other services are not looked at.
IAM_RESOURCE_KINDS: Final = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)
SERVICES_WITHOUT_REGION: Final = ("iam", "s3")


def refuses_short_arn(text: str) -> bool:
    """Whether IAM refuses an ARN that lacks fields: it stores one that has a service, and no empty field."""
    return "::" in text or text.count(":") < len(("arn", "partition", "service"))


def refuses_region(service: str, region: str, resource: str) -> bool:
    is_access_point = service == "s3" and resource.startswith("accesspoint/")
    return bool(region) and service in SERVICES_WITHOUT_REGION and not is_access_point


def refuses_resource(service: str, resource: str) -> bool:
    return service == "iam" and not resource.startswith(IAM_RESOURCE_KINDS)

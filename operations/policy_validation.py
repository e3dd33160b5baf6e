"""Access Analyzer's ValidatePolicy: what is wrong with a document, for programs, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from operations.call import Call
from operations.errors import ValidationError
from operations.numbered_pages import numbered_page
from operations.operation import operation
from operations.paging import Page
from policies.validation import Finding, PolicyType, validate

# The model names no bounds; these are what AWS's other lists keep to.
MOST_RESULTS: Final = 1_000
TRUST_POLICY: Final = "AWS::IAM::AssumeRolePolicyDocument"
TYPES: Final[Mapping[str, PolicyType]] = {
    "IDENTITY_POLICY": PolicyType.IDENTITY,
    "RESOURCE_POLICY": PolicyType.RESOURCE,
    "SERVICE_CONTROL_POLICY": PolicyType.SERVICE_CONTROL,
    "RESOURCE_CONTROL_POLICY": PolicyType.RESOURCE_CONTROL,
}


@dataclass(frozen=True, slots=True)
class ValidatedPolicy:
    """Findings by the names of the wire; `next_token` when there are more of them."""

    findings: Sequence[Mapping[str, object]]
    next_token: str | None


@operation("access-analyzer:ValidatePolicy", reads=True)
def validate_policy(
    call: Call,
    *,
    policy_document: str,
    policy_type: str,
    locale: str | None = None,
    validate_policy_resource_type: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> ValidatedPolicy:
    """What Access Analyzer says about a document, in English whatever the locale.

    Raises ValidationError for a resource type without RESOURCE_POLICY, for `max_results` beyond 1 to 1,000 and for a
    token that is none.
    """
    call.authorize("*")
    _ensure_bounded(max_results)
    kind = _kind(policy_type, validate_policy_resource_type)
    found = validate(policy_document, kind, resource_type=validate_policy_resource_type)
    page = _page(found, max_results, next_token)
    return ValidatedPolicy([_shown(finding) for finding in page.items], page.marker)


def _ensure_bounded(max_results: int | None) -> None:
    if max_results is not None and not 1 <= max_results <= MOST_RESULTS:
        rule = f"Member must have value between 1 and {MOST_RESULTS}"
        raise ValidationError(
            f"1 validation error detected: Value '{max_results}' at 'maxResults' failed to satisfy constraint: {rule}",
            parameter="max_results",
        )


def _kind(policy_type: str, resource_type: str | None) -> PolicyType:
    """Access Analyzer has no type for trust policies: there they are resource policies of roles."""
    if resource_type is None:
        return TYPES[policy_type]
    if policy_type != "RESOURCE_POLICY":
        raise ValidationError(
            "validatePolicyResourceType is for policies of the type RESOURCE_POLICY only.",
            parameter="validate_policy_resource_type",
        )
    return PolicyType.TRUST if resource_type == TRUST_POLICY else PolicyType.RESOURCE


def _page(found: Sequence[Finding], size: int | None, token: str | None) -> Page[Finding]:
    try:
        return numbered_page(found, marker=token, max_items=size)
    except ValidationError as error:
        raise ValidationError("The nextToken is none of ours.", parameter="next_token") from error


def _shown(finding: Finding) -> Mapping[str, object]:
    """A program is told where to read on by a whole address."""
    return {**finding.as_dict(), "learnMoreLink": f"{settings.SITE_URL}{finding.learn_more_link}"}

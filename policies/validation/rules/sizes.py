"""Documents longer than IAM's quotas for their kind."""

from collections.abc import Iterator
from typing import Final

from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding
from policies.validation.sizes import COUNTED_AS_TYPED, size_of

QUOTAS: Final = {
    PolicyType.IDENTITY: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 6_144),
    PolicyType.BOUNDARY: ("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", 6_144),
    PolicyType.TRUST: ("POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", 2_048),
    # Of a bucket, whose policy may be the longest.
    PolicyType.RESOURCE: ("POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", 20_480),
    PolicyType.RESOURCE_CONTROL: ("POLICY_SIZE_EXCEEDS_RCP_QUOTA", 5_120),
    PolicyType.SERVICE_CONTROL: ("POLICY_SIZE_EXCEEDS_SCP_QUOTA", 5_120),
}


def quotas(document: Document) -> Iterator[Finding]:
    code, quota = QUOTAS[document.policy_type]
    if len(document.text) <= quota:
        return
    size = size_of(document.text, document.policy_type)
    if size > quota:
        counted = (
            ", white space included" if document.policy_type in COUNTED_AS_TYPED else " without white space"
        )
        details = f"The policy has {size:,} characters{counted}; the quota is {quota:,}. Split or shorten it."
        yield document.finding(code, details, document.root)


RULES: Final = (quotas,)

"""Checks a policy document the way AWS IAM Access Analyzer does: findings, each with its place in the text."""

from policies.validation.codes import FindingType
from policies.validation.document import PolicyType
from policies.validation.findings import Finding, Fix, Location, Position, Span
from policies.validation.legacy import legacy_refusal
from policies.validation.sizes import size_without_white_space
from policies.validation.validate import blocking, validate

__all__ = [
    "Finding",
    "FindingType",
    "Fix",
    "Location",
    "PolicyType",
    "Position",
    "Span",
    "blocking",
    "legacy_refusal",
    "size_without_white_space",
    "validate",
]

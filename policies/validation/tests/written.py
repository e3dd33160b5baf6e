"""Policies as the tests of the own checks write them, and where findings point in them."""

import json
from typing import Final, TypeAlias

from policies.validation import Finding, validate

Elements: TypeAlias = dict[str, object]

ACCOUNT: Final = "arn:aws:iam::111122223333"
BUCKET: Final = "arn:aws:s3:::coffee-menu"
OBJECTS: Final = f"{BUCKET}/*"


def allow(action: object, resource: object = "*", **elements: object) -> Elements:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **elements}


def deny(action: object, resource: object = "*", **elements: object) -> Elements:
    return {**allow(action, resource, **elements), "Effect": "Deny"}


def document(*statements: Elements) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def findings(code: str, *statements: Elements, policy_type: str = "identity") -> list[Finding]:
    return [one for one in validate(document(*statements), policy_type) if one.issue_code == code]


def places(finding: Finding) -> list[list[object]]:
    """Where the finding points: the values of its paths."""
    return [[value for step in location.path for value in step.values()] for location in finding.locations]

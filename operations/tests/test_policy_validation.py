"""ValidatePolicy: Access Analyzer's types of policies, and its pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_django import Settings

from operations.caller import Caller
from operations.errors import ValidationError
from operations.policy_validation import TYPES, ValidatedPolicy, validate_policy
from operations.shapes import shape_of
from policies.validation import validate

TRUST = "AWS::IAM::AssumeRolePolicyDocument"
BUCKET = "AWS::S3::Bucket"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def checked(caller: Caller, text: str, policy_type: str = "IDENTITY_POLICY", **more: Any) -> ValidatedPolicy:
    return validate_policy(caller, policy_document=text, policy_type=policy_type, **more)


def codes(found: ValidatedPolicy) -> list[object]:
    return [finding["issueCode"] for finding in found.findings]


READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::docs/*"}
MANY = document(*({**READ, "Action": f"s3:GetNothing{number}"} for number in range(90)), *[{}] * 80)


def test_every_type_of_the_model_is_understood() -> None:
    assert set(shape_of("access-analyzer:ValidatePolicy", "policy_type").metadata["enum"]) == TYPES.keys()


@pytest.mark.parametrize(
    ("policy_type", "resource_type", "own"),
    [
        ("IDENTITY_POLICY", None, "identity"),
        ("RESOURCE_POLICY", None, "resource"),
        ("RESOURCE_POLICY", TRUST, "trust"),
        ("SERVICE_CONTROL_POLICY", None, "scp"),
        ("RESOURCE_CONTROL_POLICY", None, "rcp"),
    ],
)
def test_a_type_of_access_analyzer_is_checked_as_ours(
    root: Caller, policy_type: str, resource_type: str | None, own: str
) -> None:
    statement = {**READ, "Principal": "*", "NotAction": "iam:*"}

    found = checked(root, document(statement), policy_type, validate_policy_resource_type=resource_type)

    assert codes(found) == [finding.issue_code for finding in validate(document(statement), own)]


def test_the_type_of_the_resource_reaches_the_rules(root: Caller) -> None:
    foreign = document({"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"})

    without, bucket = (
        codes(checked(root, foreign, "RESOURCE_POLICY", validate_policy_resource_type=kind))
        for kind in (None, BUCKET)
    )

    assert set(bucket) - set(without) == {"UNSUPPORTED_ACTION_IN_POLICY"}


@pytest.mark.parametrize(
    "policy_type", ["IDENTITY_POLICY", "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
)
def test_only_policies_of_resources_have_a_type_of_resource(root: Caller, policy_type: str) -> None:
    with pytest.raises(ValidationError, match="RESOURCE_POLICY") as refused:
        checked(root, document(READ), policy_type, validate_policy_resource_type=BUCKET)

    assert refused.value.parameter == "validate_policy_resource_type"


def test_a_finding_says_where_to_read_on(root: Caller, settings: Settings) -> None:
    settings.SITE_URL = "https://iam.coffee.example"

    (finding,) = checked(root, "{").findings[:1]

    assert finding["learnMoreLink"] == "https://iam.coffee.example/help/checks/JSON_SYNTAX_ERROR/"


def test_a_hundred_findings_make_a_page_unless_another_size_is_asked_for(root: Caller) -> None:
    whole = checked(root, MANY, max_results=1_000)

    assert len(whole.findings) > 100
    assert whole.next_token is None
    assert checked(root, MANY).findings == whole.findings[:100]


def test_pages_are_all_findings_once_and_in_their_order(root: Caller) -> None:
    page, pages = checked(root, MANY, max_results=64), []
    while page.next_token:
        pages.append(page)
        page = checked(root, MANY, max_results=64, next_token=page.next_token)
    together = [finding for one in (*pages, page) for finding in one.findings]

    assert len(pages) > 1
    assert together == checked(root, MANY, max_results=1_000).findings


@pytest.mark.parametrize("max_results", [0, -1, 1_001])
def test_a_page_has_at_least_one_finding_and_at_most_a_thousand(root: Caller, max_results: int) -> None:
    with pytest.raises(ValidationError, match="maxResults") as refused:
        checked(root, MANY, max_results=max_results)

    assert refused.value.parameter == "max_results"


@pytest.mark.parametrize("token", ["1", "x y", "LTE=", "MTIzNDU2Nzg5MDEyMw==", "é"])
def test_a_token_that_is_none_of_ours_is_refused(root: Caller, token: str) -> None:
    with pytest.raises(ValidationError) as refused:
        checked(root, MANY, next_token=token)

    assert refused.value.parameter == "next_token"

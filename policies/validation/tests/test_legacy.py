import json

import pytest

from policies.validation import legacy_refusal

USUAL: dict[str, object] = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def refusal(*statements: dict[str, object], policy_type: str = "identity") -> str | None:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return legacy_refusal(json.dumps(document), policy_type)


def test_a_sound_policy_is_not_refused() -> None:
    assert refusal(USUAL) is None


def test_unknown_actions_are_stored() -> None:
    assert refusal(USUAL | {"Action": ["s3:ListObject", "lamda:Invoke"]}) is None


@pytest.mark.parametrize(
    ("elements", "message"),
    [
        ({"Effect": "Permit"}, "Syntax errors in policy."),
        ({"Effect": "allow"}, "The policy failed legacy parsing"),
        ({"Resource": "arn:aws:s3::menu"}, "The policy failed legacy parsing"),
        ({"Resource": "arn:aws::::menu"}, "The policy failed legacy parsing"),
        ({"Resource": "menu"}, 'Resource menu must be in ARN format or "*".'),
        ({"Resource": "urn:aws:s3:::menu"}, 'Resource urn:aws:s3:::menu must be in ARN format or "*".'),
        ({"Resource": "arn:aws:s3"}, "Resource vendor must be fully qualified and cannot contain regexes."),
        ({"Resource": "arn:no:s3:::m"}, 'Partition "no" is not valid for resource "arn:no:s3:*:*:m".'),
        (
            {"Resource": "arn:aws:s3:eu-west-1::menu"},
            "Resource arn:aws:s3:eu-west-1::menu can not contain region information.",
        ),
        (
            {"Action": "GetObject"},
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
        ),
        ({"Action": "s3:Get:Object"}, "Actions/Condition can contain only one colon."),
        ({"Action": "s*:Get"}, "Vendor s* is not valid"),
        ({"Principal": "*"}, "Policy document should not specify a principal."),
    ],
)
def test_refusals_are_in_iams_words(elements: dict[str, object], message: str) -> None:
    assert refusal(USUAL | elements) == message


def test_a_short_arn_is_named_before_missing_actions() -> None:
    assert refusal({"Effect": "Allow", "Resource": "arn:aws:s3::m"}) == "The policy failed legacy parsing"


def test_syntax_is_named_before_the_version_and_that_before_the_vendor() -> None:
    old = {"Version": "2008-10-17", "Statement": [USUAL | {"Action": "s*:Get"}]}

    assert legacy_refusal(json.dumps(old | {"Foo": 1})) == "Syntax errors in policy."
    assert legacy_refusal(json.dumps(old)) == "Policy document must be version 2012-10-17 or greater."


def test_a_trust_policy_may_be_of_the_older_version() -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}

    assert legacy_refusal(json.dumps({"Version": "2008-10-17", "Statement": [statement]}), "trust") is None

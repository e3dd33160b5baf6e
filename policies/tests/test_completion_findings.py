"""What completion offers, the validator has nothing against."""

from __future__ import annotations

import json

import pytest

from policies.tests.typed_policies import condition, statement
from policies.validation import PolicyType, validate


@pytest.mark.parametrize("policy_type", list(PolicyType))
def test_every_service_principal_offered_has_the_form_of_one(policy_type: PolicyType) -> None:
    typing = statement('"Principal": {"Service": "|"}', policy_type)
    found = typing.labels
    document = {"Statement": {"Effect": "Deny", "Principal": {"Service": found}, "Action": "sts:AssumeRole"}}

    codes = {finding.issue_code for finding in validate(json.dumps(document), "trust")}

    assert bool(found) == (policy_type in (PolicyType.TRUST, PolicyType.RESOURCE))
    assert "INVALID_SERVICE_PRINCIPAL_FORMAT" not in codes


def test_every_operator_offered_for_a_key_pleases_the_validator() -> None:
    for key, value in [
        ("aws:TagKeys", "a"),
        ("aws:SourceIp", "203.0.113.7"),
        ("aws:SourceArn", "arn:aws:sns:::x"),
    ]:
        for operator in condition(f'"|": {{"{key}": 1}}').labels:
            shown = "true" if operator == "Null" else value
            block = json.dumps({operator: {key: shown}})[1:-1]
            text = statement(f'"Action": "ec2:CreateTags", "Resource": "*", "Condition": {{{block}}}|').text

            assert not {
                "INVALID_CONDITION_OPERATOR",
                "MISSING_QUALIFIER",
                "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
                "NULL_WITH_QUALIFIER",
                "TYPE_MISMATCH",
            }.intersection(finding.issue_code for finding in validate(text))

"""Conditions put together: operators by the key's type, qualifiers demanded and refused, values that say something."""

from __future__ import annotations

import pytest

from policies.authoring import Block, CannotChange, WrittenCondition, blocks_of
from policies.authoring.changes import add_condition
from policies.authoring.condition_forms import (
    condition,
    fitting_keys,
    key_form,
    mfa_condition,
    source_ip_condition,
)
from policies.authoring.soundness import ensure_sound
from policies.catalog import catalog
from policies.tests.documents import allow, document

READ = document(allow("s3:GetObject"))


def block(text: str = READ) -> Block:
    return blocks_of(text).blocks[0]


def test_keys_of_the_actions_come_before_those_of_every_request() -> None:
    names = [suggestion.text for suggestion in fitting_keys(block(), catalog())]

    assert names.index("s3:ResourceAccount") < names.index("aws:SourceIp")
    assert "sqs:MessageAttribute" not in names


def test_operators_follow_the_type_of_the_key() -> None:
    assert key_form(block(), catalog(), "aws:SourceIp").operators == ("IpAddress", "NotIpAddress", "Null")
    assert key_form(block(), catalog(), "aws:MultiFactorAuthPresent").operators == ("Bool", "Null")


def test_values_are_offered_where_they_are_known() -> None:
    assert key_form(block(), catalog(), "aws:SecureTransport").values == ("true", "false")
    assert "eu-west-1" in key_form(block(), catalog(), "aws:RequestedRegion").values


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "Name a condition key"),
        ("aws:SourceIpp", "Did you mean `aws:SourceIp`"),
        ("aws:RequestTag/", "does not say which tag"),
        ("aws:RequestTag/{TagKey}", "does not say which tag"),
        ("x" * 1_000, "Name a condition key"),
    ],
)
def test_a_key_that_does_not_exist_is_refused(name: str, told: str) -> None:
    with pytest.raises(CannotChange, match=told):
        key_form(block(), catalog(), name)


def test_a_key_of_several_values_demands_a_qualifier() -> None:
    form = key_form(block(), catalog(), "aws:TagKeys")

    with pytest.raises(CannotChange, match="one or all must fit"):
        condition(form, "StringEquals", ["team"])
    assert condition(form, "StringEquals", ["team"], qualifier="ForAllValues") == WrittenCondition(
        "ForAllValues:StringEquals", "aws:TagKeys", ("team",)
    )


def test_a_key_of_one_value_refuses_a_qualifier() -> None:
    with pytest.raises(CannotChange, match="takes no qualifier"):
        condition(
            key_form(block(), catalog(), "aws:SourceIp"), "IpAddress", ["10.0.0.0/8"], qualifier="ForAnyValue"
        )


def test_an_operator_of_another_type_and_a_missing_value_are_refused() -> None:
    form = key_form(block(), catalog(), "aws:SourceIp")

    with pytest.raises(CannotChange, match="does not compare"):
        condition(form, "StringEquals", ["10.0.0.0/8"])
    with pytest.raises(CannotChange, match="with which value"):
        condition(form, "IpAddress", [""])


def test_a_missing_key_may_be_let_pass_and_null_takes_no_suffix() -> None:
    form = key_form(block(), catalog(), "aws:SourceIp")

    assert condition(form, "IpAddress", ["10.0.0.0/8"], if_exists=True).operator == "IpAddressIfExists"
    assert condition(form, "Null", ["true"], if_exists=True).operator == "Null"


def test_a_deny_speaks_of_requests_without_a_second_factor_and_from_elsewhere() -> None:
    assert mfa_condition(is_allow=True) == WrittenCondition("Bool", "aws:MultiFactorAuthPresent", ("true",))
    assert mfa_condition(is_allow=False).operator == "BoolIfExists"
    assert source_ip_condition(["10.0.0.0/8"], is_allow=False).operator == "NotIpAddress"


VALUES = {
    "String": "menu",
    "ARN": "arn:aws:iam::123456789012:user/ben",
    "Bool": "true",
    "Numeric": "7",
    "Date": "2026-01-31T08:00:00Z",
    "IPAddress": "203.0.113.0/24",
}


def test_no_condition_that_the_form_lets_through_is_an_error() -> None:
    for suggestion in fitting_keys(block(), catalog()):
        name = suggestion.text.replace("{TagKey}", "team").replace("{", "").replace("}", "")
        form = key_form(block(), catalog(), name)
        for operator in form.operators:
            qualifier = "" if operator == "Null" or not form.qualifiers else form.qualifiers[1]
            value = "true" if operator == "Null" else (*form.values, VALUES[form.key.value_type])[0]
            one = condition(form, operator, [value], qualifier=qualifier)
            after = add_condition(READ, 0, one.operator, one.key, one.values)
            if value in form.values or form.key.value_type != "String":
                assert ensure_sound(READ, after, catalog()) == after

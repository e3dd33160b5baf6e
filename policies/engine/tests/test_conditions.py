"""Condition operators: each row is one key, what the policy wants and what the request carries."""

import pytest

from policies.engine.conditions import Condition

V6 = "2001:db8:0:0::1"
ARN = "arn:aws:iam::111122223333:role/path/ops"

HOLDS = [
    ("StringEquals", ["a"], ["a"]),
    ("stringequals", ["a"], ["a"]),
    ("StringEquals", ["b", "a"], ["a"]),
    ("StringEquals", ["a*"], ["a*"]),
    ("StringEquals", ["${aws:username}"], ["alice"]),
    ("StringEquals", ["${AWS:UserName}-${aws:none, 'x'}"], ["alice-x"]),
    ("StringEquals", ["${*}${?}${$}"], ["*?$"]),
    ("StringNotEquals", ["a"], ["A"]),
    ("StringNotEquals", ["a"], []),
    ("StringEqualsIgnoreCase", ["ALICE"], ["alice"]),
    ("StringEqualsIgnoreCase", ["${aws:username}"], ["ALICE"]),
    ("StringNotEqualsIgnoreCase", ["a"], ["b"]),
    ("StringLike", ["a?i*"], ["alice"]),
    ("StringLike", ["${aws:username}/*"], ["alice/a"]),
    ("StringLike", ["${*}"], ["*"]),
    ("StringNotLike", ["b*"], ["alice"]),
    ("StringEqualsIfExists", ["a"], []),
    ("NumericEquals", ["10"], ["10.0"]),
    ("NumericNotEquals", ["10"], ["11"]),
    ("NumericNotEquals", ["10"], []),
    ("NumericLessThan", ["9007199254740993"], ["9007199254740992"]),
    ("NumericLessThanEquals", ["10"], ["10"]),
    ("NumericGreaterThan", ["-1e2"], ["-99"]),
    ("NumericGreaterThanEquals", ["10"], ["10"]),
    ("DateEquals", ["2026-01-01T00:00:00Z"], ["1767225600"]),
    ("DateEquals", ["2026-01-01"], ["2026-01-01T01:00:00+01:00"]),
    ("DateEquals", ["1767225600000"], ["2026-01-01T00:00:00Z"]),
    ("DateNotEquals", ["2026-01-01"], ["2026-01-02"]),
    ("DateLessThan", ["2026-01-02"], ["2026-01-01T23:59:59.999Z"]),
    ("DateLessThanEquals", ["2026-01-02"], ["2026-01-02"]),
    ("DateGreaterThan", ["2026-01-01"], ["2026-01-02"]),
    ("DateGreaterThanEquals", ["2026-01-01"], ["2026-01-01"]),
    ("Bool", ["true"], ["TRUE"]),
    ("BoolIfExists", ["true"], []),
    ("BinaryEquals", ["YQ=="], ["YQ=="]),
    ("IpAddress", ["10.0.0.0/8"], ["10.1.2.3"]),
    ("IpAddress", ["0.0.0.0/0"], ["203.0.113.9"]),
    ("IpAddress", ["10.1.2.3"], ["10.1.2.3"]),
    ("IpAddress", ["2001:db8::1"], [V6]),
    ("NotIpAddress", ["10.0.0.0/8"], [V6]),
    ("NotIpAddress", ["10.0.0.0/8"], []),
    ("ArnEquals", ["arn:aws:iam::*:role/*"], [ARN]),
    ("ArnLike", ["arn:aws:iam::111122223333:role/path/o?s"], [ARN]),
    ("ArnLike", ["arn:aws:iam::111122223333:role/path/${aws:username}"], ["arn:aws:iam::111122223333:role/path/alice"]),
    ("ArnNotEquals", ["arn:aws:iam::*:user/*"], [ARN]),
    ("ArnNotLike", ["arn:aws:sts::*:role/*"], [ARN]),
    ("Null", ["true"], []),
    ("Null", ["False"], ["a"]),
    ("ForAllValues:Null", ["true"], []),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"]),
    ("ForAllValues:StringEquals", ["a"], []),
    ("ForAllValues:StringNotEquals", ["a"], ["b", "c"]),
    ("ForAnyValue:StringEquals", ["a"], ["a", "b"]),
    ("ForAnyValue:StringNotEquals", ["a"], ["a", "b"]),
    ("ForAnyValue:StringEqualsIfExists", ["a"], []),
]  # fmt: skip

FAILS = [
    ("StringEquals", ["a"], ["A"]),
    ("StringEquals", ["a"], []),
    ("StringEquals", [], ["a"]),
    ("StringEquals", ["a*"], ["ab"]),
    ("StringEquals", ["a"], ["a", "a"]),
    ("StringNotEquals", ["a"], ["b", "c"]),
    ("StringNotEquals", ["b", "a"], ["a"]),
    ("StringEqualsIgnoreCase", ["\u212a"], ["k"]),
    ("StringLike", ["${*}"], ["a"]),
    ("StringEqualsIfExists", ["a"], ["b"]),
    ("NumericEquals", ["10"], ["ten"]),
    ("NumericNotEquals", ["10"], ["ten"]),
    ("NumericNotEquals", ["ten"], ["10"]),
    ("NumericLessThan", ["10"], []),
    ("NumericEquals", ["NaN"], ["NaN"]),
    ("NumericEquals", ["\u0661"], ["1"]),
    ("DateLessThan", ["2026-01-02"], ["tomorrow"]),
    ("DateNotEquals", ["someday"], ["2026-01-02"]),
    ("Bool", ["true"], []),
    ("Bool", ["true"], ["yes"]),
    ("BinaryEquals", ["YQ=="], ["yq=="]),
    ("IpAddress", ["10.0.0.0/8"], [V6]),
    ("IpAddress", ["10.0.0.0/8"], ["10.1.2"]),
    ("NotIpAddress", ["10.0.0.0/8"], ["here"]),
    ("NotIpAddress", ["10.0.0.0/99"], ["203.0.113.9"]),
    ("NotIpAddress", ["10.0.0.0/255.0.0.0"], ["203.0.113.9"]),
    ("ArnLike", ["arn:aws:iam:*:role/path/ops"], [ARN]),
    ("ArnLike", ["arn:aws:iam::*:role/*"], ["role/ops"]),
    ("ArnNotLike", ["arn:aws:iam::*:user/*"], ["role/ops"]),
    ("ArnNotLike", ["*"], [ARN]),
    ("Null", ["true"], ["a"]),
    ("Null", ["perhaps"], []),
    ("ForAllValues:StringEquals", ["a"], ["a", "b"]),
    ("ForAllValues:StringNotEquals", ["a"], ["a", "b"]),
    ("ForAnyValue:StringEquals", ["a"], ["b"]),
    ("ForAnyValue:StringEquals", ["a"], []),
    ("ForAnyValue:StringNotEquals", ["a"], []),
    ("ForAnyValue:StringNotEquals", ["a"], ["a"]),
]  # fmt: skip


def row_id(row: tuple[str, list[str], list[str]]) -> str:
    return f"{row[0]} {row[1]} with {row[2] or 'the key missing'}"


def holds(operator: str, wanted: list[str], given: list[str]) -> bool:
    context = {"aws:username": ("alice",), "s3:thekey": tuple(given)}
    return Condition(operator, "S3:TheKey", tuple(wanted), "2012-10-17").holds(context)


@pytest.mark.parametrize("row", HOLDS, ids=row_id)
def test_condition_holds(row: tuple[str, list[str], list[str]]) -> None:
    assert holds(*row)


@pytest.mark.parametrize("row", FAILS, ids=row_id)
def test_condition_fails(row: tuple[str, list[str], list[str]]) -> None:
    assert not holds(*row)


@pytest.mark.parametrize(
    "operator",
    ["Sounds", "NullIfExists", "ForEachValue:StringEquals", "StringEquals:IfExists", "", "IfExists"],
)
def test_an_operator_aws_does_not_have_is_unknown(operator: str) -> None:
    assert not Condition(operator, "aws:username", ("a",), "2012-10-17").is_known


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("${aws:username}", {"aws:username"}),
        ("${aws:PrincipalTag/cost center}", {"aws:principaltag/cost center"}),
        ("${aws:username, 'nobody'}", set()),
        ("${ }${aws:username, nobody}${aws:username", set()),
    ],
)
def test_a_condition_requires_the_keys_of_variables_without_default(written: str, keys: set[str]) -> None:
    assert Condition("StringLike", "s3:prefix", (written,), "2012-10-17").required_keys == keys


@pytest.mark.parametrize(
    "operator", ["NumericEquals", "DateEquals", "IpAddress", "BinaryEquals", "Null", "Sounds"]
)
def test_other_operators_take_no_variables(operator: str) -> None:
    assert not Condition(operator, "s3:prefix", ("${aws:username}",), "2012-10-17").required_keys


def test_before_2012_a_variable_is_literal_text() -> None:
    condition = Condition("StringEquals", "s3:prefix", ("${aws:username}",), "2008-10-17")

    assert condition.holds({"s3:prefix": ("${aws:username}",), "aws:username": ("alice",)})
    assert not condition.required_keys

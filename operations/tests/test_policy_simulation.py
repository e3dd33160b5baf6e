"""SimulateCustomPolicy and SimulatePrincipalPolicy: AWS's words around the console's own simulator."""

from __future__ import annotations

import json

import pytest

from operations import evaluation_results
from operations.attachments import attach_group_policy, attach_user_policy
from operations.caller import Caller
from operations.errors import InvalidInput
from operations.policies import create_policy
from operations.simulation import simulate_policies
from operations.tests.simulating import (
    GET,
    JUNE,
    MAY,
    PUT,
    arn_of_ana,
    custom,
    decisions,
    entry,
    furnished,
    principal,
    shown,
    text,
)
from tests.cast import READ_ONLY


@pytest.fixture
def shop(root: Caller) -> Caller:
    return furnished(root)


@pytest.fixture
def ana(shop: Caller) -> str:
    return arn_of_ana(shop)


def test_each_action_is_answered_in_its_place(shop: Caller, ana: str) -> None:
    results = principal(shop, ana, actions=[GET, PUT, "s3:ListBucket"])

    assert decisions(results) == ["allowed", "explicitDeny", "implicitDeny"]
    assert [result.eval_action_name for result in results] == [GET, PUT, "s3:ListBucket"]
    assert {result.eval_resource_name for result in results} == {"*"}


def test_the_console_and_the_api_decide_alike(shop: Caller, ana: str) -> None:
    actions = [GET, PUT, "iam:GetUser"]

    console = simulate_policies(shop, user_name="ana", action_names=actions)

    assert decisions(principal(shop, ana, actions=actions)) == [
        str(result.decision.outcome) for result in console.results
    ]


def test_statements_are_named_by_where_their_policies_come_from(shop: Caller, ana: str) -> None:
    own = create_policy(shop, policy_name="Own", policy_document=text(action="s3:*"))
    attach_user_policy(shop, user_name="ana", policy_arn=own.arn)
    attach_group_policy(shop, group_name="Cashiers", policy_arn=READ_ONLY)

    get, put, user = principal(
        shop, ana, actions=[GET, PUT, "iam:GetUser"], policy_input_list=[text("Allow", "iam:*")]
    )

    assert sorted(shown(get)) == [("Own", "user-managed"), ("user_ana_read", "user")]
    assert shown(put) == [("group_Cashiers_strict", "group")]
    assert sorted(shown(user)) == [("IAMReadOnlyAccess", "aws-managed"), ("PolicyInputList.1", "none")]


def test_a_policy_of_a_group_is_named_after_it(shop: Caller) -> None:
    (result,) = principal(shop, f"arn:aws:iam::{shop.account_id}:group/Cashiers", actions=[PUT])

    assert shown(result) == [("group_Cashiers_strict", "group")]


def test_lines_and_columns_count_from_one(shop: Caller) -> None:
    document = '{"Version":"2012-10-17","Statement":[\n  {"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'

    (result,) = custom(shop, document)

    (statement,) = result.matched_statements
    assert (statement.start_position.line, statement.start_position.column) == (2, 3)
    assert (statement.end_position.line, statement.end_position.column) == (2, 52)


def test_the_position_after_the_end_is_told_as_aws_does(shop: Caller) -> None:
    """The example of `aws iam simulate-custom-policy help`, which ends at column 167."""
    document = (
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*",'
        '"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
    )
    later = entry("aws:CurrentTime", "2019-04-25T11:00:00Z", kind="date")

    (result,) = custom(shop, document, actions=["dynamodb:CreateBackup"], context_entries=[later])

    assert result.matched_statements[0].end_position.column == 167


def test_stored_policies_tell_the_places_in_their_stored_texts(shop: Caller, ana: str) -> None:
    (result,) = principal(shop, ana)

    start = text().index('{"Effect"') + 1
    assert result.matched_statements[0].start_position.column == start


def test_places_in_stored_texts_are_read_once_and_not_for_ever(
    shop: Caller, ana: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = principal(shop, ana)[0].matched_statements
    monkeypatch.setattr(evaluation_results, "_texts", lambda _: {})
    again = principal(shop, ana)[0].matched_statements
    monkeypatch.undo()
    monkeypatch.setattr(evaluation_results, "MOST_REMEMBERED", 0)
    principal(shop, ana, actions=[PUT])

    assert first == again
    assert len(evaluation_results._remembered) <= 1


def test_a_key_without_a_value_is_missing_until_it_has_one(shop: Caller) -> None:
    document = text(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    given = entry("AWS:multifactorauthpresent", "true", kind="boolean")

    (without,) = custom(shop, document)
    (with_mfa,) = custom(shop, document, context_entries=[given])

    assert (without.eval_decision, without.missing_context_values) == (
        "implicitDeny",
        ["aws:MultiFactorAuthPresent"],
    )
    assert (with_mfa.eval_decision, with_mfa.missing_context_values) == ("allowed", [])


def test_nothing_is_assumed_of_the_request(shop: Caller) -> None:
    document = text(Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}})

    (result,) = custom(shop, document)

    assert result.missing_context_values == ["aws:SourceIp"]


def test_what_describes_the_user_is_known(shop: Caller, ana: str) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/job": "cashier", "aws:username": "ana"}}

    (result,) = principal(shop, ana, actions=[PUT], policy_input_list=[text(action=PUT, Condition=condition)])
    (other,) = principal(
        shop,
        ana,
        actions=["s3:ListBucket"],
        policy_input_list=[text(action="s3:List*", Condition=condition)],
    )

    assert (result.eval_decision, other.eval_decision) == ("explicitDeny", "allowed")
    assert other.missing_context_values == []


@pytest.mark.parametrize(
    ("kind", "values", "operator"),
    [
        ("string", ["a"], {"StringEquals": {"s3:x": "a"}}),
        ("stringList", ["a", "b"], {"ForAllValues:StringEquals": {"s3:x": ["a", "b"]}}),
        ("numeric", ["3"], {"NumericLessThan": {"s3:x": "4"}}),
        ("numericList", ["3", "9"], {"ForAnyValue:NumericLessThan": {"s3:x": "4"}}),
        ("boolean", ["true"], {"Bool": {"s3:x": "true"}}),
        ("booleanList", ["true", "true"], {"ForAllValues:Bool": {"s3:x": "true"}}),
        ("ip", ["10.1.2.3"], {"IpAddress": {"s3:x": "10.0.0.0/8"}}),
        ("ipList", ["10.1.2.3", "9.9.9.9"], {"ForAnyValue:IpAddress": {"s3:x": "10.0.0.0/8"}}),
        ("binary", ["aGk="], {"BinaryEquals": {"s3:x": "aGk="}}),
        ("binaryList", ["aGk=", "eW8="], {"ForAnyValue:BinaryEquals": {"s3:x": "eW8="}}),
        ("date", ["2026-01-01T00:00:00Z"], {"DateLessThan": {"s3:x": "2026-06-01T00:00:00Z"}}),
        (
            "dateList",
            ["2026-01-01T00:00:00Z"],
            {"ForAllValues:DateLessThan": {"s3:x": "2026-06-01T00:00:00Z"}},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_type_of_context_key_is_taken(
    shop: Caller, kind: str, values: list[str], operator: dict[str, object]
) -> None:
    document = text(Condition=json.loads(json.dumps(operator).replace("s3:x", "s3:prefix")))

    results = custom(shop, document, context_entries=[entry("s3:prefix", *values, kind=kind)])

    assert decisions(results) == ["allowed"]


def test_an_entry_without_values_gives_none_and_one_without_a_name_is_refused(shop: Caller) -> None:
    document = text(Condition={"Null": {"s3:prefix": "true"}})

    assert decisions(custom(shop, document, context_entries=[{"ContextKeyName": "s3:prefix"}])) == ["allowed"]
    with pytest.raises(InvalidInput, match="names its key"):
        custom(shop, context_entries=[{"ContextKeyValues": ["a"]}])


def test_of_several_resources_the_strictest_decides_for_the_action(shop: Caller) -> None:
    documents = text(resource=[MAY, JUNE]), text("Deny", resource=JUNE)

    (result,) = custom(shop, *documents, resource_arns=[MAY, JUNE, MAY])

    specific = result.resource_specific_results or []
    assert (result.eval_decision, shown(result)) == ("explicitDeny", [("PolicyInputList.2", "none")])
    assert [one.eval_resource_decision for one in specific] == ["allowed", "explicitDeny"]
    assert result.eval_resource_name == "arn:${Partition}:s3:::${BucketName}/${ObjectName}"


def test_what_several_resources_look_like_is_not_known_of_every_action(shop: Caller) -> None:
    (unknown,) = custom(shop, actions=["s3:Nonsense"], resource_arns=[MAY, JUNE])
    (without,) = custom(shop, actions=["s3:ListAllMyBuckets"], resource_arns=[MAY, JUNE])
    (other,) = custom(shop, actions=["sqs:SendMessage"], resource_arns=[MAY, JUNE])

    assert (unknown.eval_resource_name, without.eval_resource_name) == ("*", "*")
    assert other.eval_resource_name == "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"


def test_any_resource_has_no_result_of_its_own(shop: Caller) -> None:
    (result,) = custom(shop)

    assert (result.resource_specific_results, result.eval_decision_details) == (None, None)

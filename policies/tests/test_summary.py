"""What a policy says in plain words."""

from __future__ import annotations

import json

from policies.catalog import catalog
from policies.engine import parse_policy
from policies.summary import Cut, StatementSummary, cut_of, summarize

BUCKET = "arn:aws:s3:::maven-repo-tutorial.asimi.net"


def document(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def told(statement: dict[str, object]) -> StatementSummary:
    (summary,) = summarize(parse_policy(document(statement)), catalog())
    return summary


def cut(*statements: dict[str, object]) -> Cut:
    return cut_of(parse_policy(document(*statements)), catalog())


def test_a_statement_is_called_by_its_sid_or_its_place() -> None:
    policy = parse_policy(document(allow("s3:GetObject", Sid="Read"), allow("s3:GetObject")))

    assert [summary.name for summary in summarize(policy, catalog())] == ["Read", "Statement 2"]


def test_an_action_that_does_not_exist_allows_nothing() -> None:
    summary = told(allow("s3:ListObject", BUCKET))

    assert summary.verb == "allows nothing"
    assert summary.grants_nothing == "Its only action does not exist."


def test_one_action_that_exists_is_enough_to_allow_something() -> None:
    assert told(allow(["s3:ListObject", "s3:ListBucket"], BUCKET)).grants_nothing == ""


def test_actions_that_work_on_none_of_the_resources_allow_nothing() -> None:
    assert (
        told(allow("s3:GetObject", BUCKET)).grants_nothing == "None of its actions works on these resources."
    )
    assert told(allow("s3:ListAllMyBuckets", BUCKET)).verb == "allows nothing"
    assert told(allow("*", "nonsense")).verb == "allows nothing"


def test_one_action_that_works_on_one_resource_is_enough() -> None:
    assert told(allow(["s3:GetObject", "s3:ListBucket"], BUCKET)).grants_nothing == ""
    assert told(allow("s3:GetObject", [BUCKET, f"{BUCKET}/*"])).grants_nothing == ""
    assert told(allow("*", BUCKET)).grants_nothing == ""


def test_a_bucket_and_its_objects_are_told_apart() -> None:
    summary = told(allow("s3:*", [BUCKET, f"{BUCKET}/receipts/*"]))

    assert summary.resources == (
        "bucket `maven-repo-tutorial.asimi.net` and object `maven-repo-tutorial.asimi.net/receipts/*`"
    )


def test_resources_of_unknown_kinds_are_shown_as_written() -> None:
    assert told(allow("s3:*", "arn:aws:nothing:::thing")).resources == "`arn:aws:nothing:::thing`"


def test_a_star_means_all_resources() -> None:
    assert told(allow("s3:*")).resources == "all resources"


def test_exceptions_are_named() -> None:
    summary = told({"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "NotResource": BUCKET})

    assert summary.verb == "denies"
    assert summary.services == "All services"
    assert summary.actions == "every action except `iam:*` and `sts:*`"
    assert summary.resources.startswith("everything except bucket")


def test_a_long_list_is_cut_to_three_and_a_number() -> None:
    names = [f"s3:Get{letter}*" for letter in "ABCDE"]

    assert told(allow(names)).actions == "`s3:GetA*`, `s3:GetB*`, `s3:GetC*` and 2 more"


def test_values_of_a_condition_are_alternatives() -> None:
    condition = {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}}

    words = told(allow("s3:*", Condition=condition)).conditions

    assert words == ("`aws:SourceIp` is within `10.0.0.0/8` or `192.0.2.0/24`",)


def test_values_of_a_negated_condition_are_all_excluded() -> None:
    condition = {"StringNotEquals": {"aws:username": ["ana", "ben"]}}

    assert told(allow("s3:*", Condition=condition)).conditions == ("`aws:username` is not `ana` and `ben`",)


def test_qualifiers_and_if_exists_are_told() -> None:
    condition = {"ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "job"}}

    words = told(allow("s3:*", Condition=condition)).conditions

    assert words == ("any value of `aws:TagKeys` is `job`, if it is there",)


def test_null_asks_whether_a_key_is_there() -> None:
    condition = {"Null": {"aws:TokenIssueTime": "true"}}

    assert told(allow("s3:*", Condition=condition)).conditions == ("`aws:TokenIssueTime` is absent",)


def test_backticks_in_a_value_do_not_open_code() -> None:
    condition = {"StringEquals": {"aws:username": "a`b"}}

    assert told(allow("s3:*", Condition=condition)).conditions == ("`aws:username` is `a'b`",)


def test_the_cut_shows_the_access_levels_of_all_statements() -> None:
    found = cut(
        allow("s3:ListBucket"), allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}})
    )

    assert found == Cut(("on", "if", "", "", ""), "List, Read")


def test_a_denied_level_is_a_hollow_tooth() -> None:
    assert cut({"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}).teeth == ("", "", "no", "", "")


def test_a_policy_that_opens_everything_says_all_levels() -> None:
    assert cut(allow("*")).words == "All levels"


def test_a_policy_that_opens_nothing_says_none() -> None:
    assert cut(allow("s3:ListObject")).words == "None"

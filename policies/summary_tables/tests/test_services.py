"""The first table: services, how much of each, on what, and when."""

from __future__ import annotations

from policies.catalog import AccessLevel, catalog
from policies.engine import Effect
from policies.summary_tables import policy_summary
from policies.summary_tables.services import NO_RESOURCE, SOME_WITHOUT
from policies.summary_tables.tests.documents import RECEIPTS, allow, deny, reading, row


def of_level(prefix: str, level: AccessLevel) -> list[str]:
    service = catalog().service(prefix)
    assert service
    return [action.name for action in service.actions.values() if action.access_level is level]


def test_all_actions_of_a_service_are_full_access() -> None:
    found = row("s3", allow("s3:*"))

    assert (found.access, found.resource, found.condition) == ("Full access", "All resources", "None")
    assert found.name == "Amazon S3"


def test_all_actions_of_a_level_are_full_and_some_are_limited() -> None:
    found = row("iam", allow([*of_level("iam", AccessLevel.LIST), "iam:GetUser", "iam:CreateUser"]))

    assert found.access == "Full: List · Limited: Read, Write"


def test_levels_are_counted_over_all_statements() -> None:
    first, *others = of_level("iam", AccessLevel.LIST)

    assert row(
        "iam", allow(first), allow(others, Condition={"Bool": {"aws:SecureTransport": "true"}})
    ).access == ("Full: List")


def test_a_star_allows_every_service() -> None:
    summary = policy_summary(reading(allow("*")))

    assert len(summary.allowed) == summary.service_count == len(catalog().services())
    assert {found.access for found in summary.allowed} == {"Full access"}
    assert summary.remaining == []


def test_not_action_leaves_every_service_but_what_it_names() -> None:
    summary = policy_summary(
        reading({"Effect": "Allow", "NotAction": ["iam:*", "s3:GetObject"], "Resource": "*"})
    )

    shown = {found.prefix: found.access for found in summary.allowed}
    assert "iam" not in shown
    assert shown["s3"] == "Full: List, Write, Permissions management, Tagging · Limited: Read"
    assert shown["sqs"] == "Full access"


def test_what_is_denied_stands_apart_and_takes_nothing_from_what_is_allowed() -> None:
    summary = policy_summary(reading(allow("s3:*"), deny("s3:*", [RECEIPTS, f"{RECEIPTS}/*"])))

    (allowed,), (denied,) = summary.allowed, summary.denied
    assert allowed.access == "Full access"
    assert allowed.is_also_denied
    assert denied.is_deny
    assert denied.resource == "Multiple"
    assert denied.access.startswith("Limited")


def test_a_deny_of_other_actions_is_not_said_of_an_allow() -> None:
    assert not row("s3", allow("s3:GetObject"), deny("s3:DeleteObject")).is_also_denied


def test_a_bucket_is_told_by_its_name() -> None:
    assert row("s3", allow("s3:ListBucket", RECEIPTS)).resource == "BucketName | string like | receipts"


def test_every_object_of_a_bucket_is_all() -> None:
    found = row("s3", allow("s3:GetObject", f"{RECEIPTS}/*"))

    assert found.resource == "BucketName | string like | receipts, ObjectName | string like | All"


def test_resources_of_other_services_do_not_count() -> None:
    table = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"

    found = row("dynamodb", allow(["s3:ListBucket", "dynamodb:GetItem"], [RECEIPTS, table]))

    assert found.resource == "TableName | string like | Orders"


def test_a_resource_of_a_kind_nobody_knows_is_shown_as_written() -> None:
    found = row("s3", allow("s3:GetObject", "arn:aws:s3:us-east-1::x"))

    assert found.resource == "ARN | string like | arn:aws:s3:us-east-1::x"


def test_exceptions_are_told() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "NotResource": RECEIPTS}

    assert row("s3", statement).resource == "All resources except BucketName | string like | receipts"


def test_an_exception_of_everything_leaves_nothing() -> None:
    assert row("s3", {"Effect": "Allow", "Action": "s3:*", "NotResource": "*"}).grants_nothing


def test_one_condition_is_shown() -> None:
    condition = {"Bool": {"aws:MultiFactorAuthPresent": True}}

    assert (
        row("s3", allow("s3:*", Condition=condition)).condition == "aws:MultiFactorAuthPresent | Bool | true"
    )


def test_several_conditions_are_multiple() -> None:
    conditions = {"Bool": {"aws:MultiFactorAuthPresent": "true", "aws:SecureTransport": "true"}}

    assert row("s3", allow("s3:*", Condition=conditions)).condition == "Multiple"


def test_statements_with_and_without_a_condition_are_multiple() -> None:
    condition = {"Bool": {"aws:SecureTransport": "true"}}

    assert (
        row("s3", allow("s3:GetObject"), allow("s3:PutObject", Condition=condition)).condition == "Multiple"
    )


def test_many_values_are_cut() -> None:
    condition = {"StringEquals": {"aws:username": ["ana", "ben", "cleo", "dora", "eva"]}}

    assert row("s3", allow("s3:*", Condition=condition)).condition == (
        "aws:username | StringEquals | ana, ben, cleo and 2 more"
    )


def test_actions_without_a_fitting_resource_are_no_permissions() -> None:
    found = row("s3", allow("s3:GetObject", RECEIPTS))

    assert (found.access, found.note, found.resource) == (
        "None",
        NO_RESOURCE,
        "BucketName | string like | receipts",
    )
    assert found.grants_nothing


def test_an_action_without_resource_types_needs_a_star() -> None:
    assert row("s3", allow("s3:ListAllMyBuckets", [RECEIPTS, "arn:aws:s3:::*"])).grants_nothing
    assert not row("s3", allow("s3:ListAllMyBuckets")).note


def test_some_actions_without_a_fitting_resource_are_noted_and_not_counted() -> None:
    found = row("s3", allow(["s3:ListBucket", "s3:GetObject"], RECEIPTS))

    assert found.note == SOME_WITHOUT
    assert found.access == "Limited: List"


def test_teeth_are_whole_half_or_hollow() -> None:
    condition = {"Bool": {"aws:SecureTransport": "true"}}
    whole = row("s3", allow("s3:ListBucket"), allow("s3:GetObject", Condition=condition))

    assert whole.cut.teeth == ("on", "if", "", "", "")
    assert row("s3", deny("s3:ListBucket"), effect=Effect.DENY).cut.teeth == ("no", "", "", "", "")


def test_services_are_filtered_by_name_and_prefix() -> None:
    summary = policy_summary(reading(allow(["s3:*", "sqs:*"]))).filtered("AMAZON s3")

    assert [found.prefix for found in summary.allowed] == ["s3"]
    assert "sqs" not in dict(summary.remaining)


def test_a_trust_policy_is_about_its_own_resource() -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}

    found = row("sts", trust)

    assert (found.access, found.resource) == ("Limited: Write", "The resource of this policy")


def test_without_a_resource_an_identity_is_allowed_nothing_and_denied_everything() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*"}

    assert row("s3", statement).grants_nothing
    assert row("s3", {**statement, "Effect": "Deny"}, effect=Effect.DENY).access == "Full access"

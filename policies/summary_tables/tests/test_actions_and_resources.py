"""The second and the third table: the actions of a service, the resources of an action."""

from __future__ import annotations

from policies.engine import Effect
from policies.summary_tables import (
    ActionRow,
    ActionSummary,
    ServiceSummary,
    action_summary,
    service_summary,
    unrecognized,
)
from policies.summary_tables.tests.documents import RECEIPTS, allow, deny, reading

ORDERS = "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def service(*statements: dict[str, object], effect: Effect = Effect.ALLOW) -> ServiceSummary:
    found = service_summary(reading(*statements), "s3", effect)
    assert found
    return found


def row(name: str, *statements: dict[str, object]) -> ActionRow:
    (found,) = [one for one in service(*statements).rows if one.name == name]
    return found


def action(name: str, *statements: dict[str, object], effect: Effect = Effect.ALLOW) -> ActionSummary:
    found = action_summary(reading(*statements), name, effect, "123456789012")
    assert found
    return found


def test_actions_stand_under_their_access_levels_and_are_counted() -> None:
    found = service(allow(["s3:ListBucket", "s3:GetObject", "s3:GetObjectAcl"]))

    counts = {group.level.value: group.count for group in found.groups if group.count}
    assert counts == {"List": 1, "Read": 2}
    assert found.count == 3 < found.total


def test_the_remaining_actions_are_shown_when_asked_for() -> None:
    found = service(allow("s3:GetObject"))

    assert [one.name for one in found.shown("", with_remaining=False).rows] == ["GetObject"]
    assert len(found.shown("", with_remaining=True).rows) == found.total


def test_actions_are_filtered_by_name() -> None:
    found = service(allow("s3:*")).shown("OBJECTACL", with_remaining=False)

    assert {one.name for one in found.rows} >= {"GetObjectAcl", "PutObjectAcl"}
    assert all("ObjectAcl" in one.name for one in found.rows)


def test_each_action_has_its_own_resources_and_conditions() -> None:
    statements = (
        allow(["s3:ListBucket", "s3:GetObject"], [RECEIPTS, f"{RECEIPTS}/*"]),
        allow("s3:PutObject", Condition=MFA),
    )

    assert row("ListBucket", *statements).resource == "BucketName | string like | receipts"
    assert row("GetObject", *statements).resource.endswith("ObjectName | string like | All")
    assert row("PutObject", *statements).condition == "aws:MultiFactorAuthPresent | Bool | true"


def test_an_action_without_a_fitting_resource_is_marked() -> None:
    found = row("GetObject", allow("s3:GetObject", RECEIPTS))

    assert found.is_defined
    assert found.note == "This action does not have an applicable resource"


def test_a_statement_that_grants_nothing_does_not_blur_one_that_does() -> None:
    found = row("GetObject", allow("s3:GetObject", RECEIPTS, Condition=MFA), allow("s3:GetObject"))

    assert (found.resource, found.condition, found.note) == ("All resources", "None", "")


def test_an_overlapping_deny_is_said_of_the_action() -> None:
    statements = allow("s3:*"), deny("s3:DeleteObject")

    assert row("DeleteObject", *statements).is_also_denied
    assert not row("GetObject", *statements).is_also_denied
    assert service(*statements, effect=Effect.DENY).count == 1


def test_there_is_no_table_of_what_does_not_exist() -> None:
    assert service_summary(reading(allow("*")), "nothing", Effect.ALLOW) is None
    assert action_summary(reading(allow("*")), "s3:Nothing", Effect.ALLOW) is None


def test_every_resource_of_an_action_has_a_row_with_its_statement() -> None:
    found = action(
        "s3:GetObject", allow("s3:*", [RECEIPTS, f"{RECEIPTS}/*"], Sid="Read"), allow("s3:GetObject")
    )

    assert [(one.kind, one.line.name) for one in found.rows] == [("object", "Read"), ("", "Statement 2")]
    assert [one.resource for one in found.rows][1] == "All resources"


def test_region_and_account_are_those_of_the_arn() -> None:
    elsewhere = "arn:aws:dynamodb:*:210987654321:table/*"

    first, second = action("dynamodb:GetItem", allow("dynamodb:GetItem", [ORDERS, elsewhere])).rows

    assert (first.region, first.account) == ("us-east-1", "This account")
    assert (second.region, second.account) == ("All regions", "210987654321")


def test_a_row_tells_all_its_conditions() -> None:
    condition = {**MFA, "StringLike": {"s3:prefix": "home/*"}}

    (found,) = action("s3:ListBucket", allow("s3:ListBucket", RECEIPTS, Condition=condition)).rows

    assert found.conditions == ("aws:MultiFactorAuthPresent | Bool | true", "s3:prefix | StringLike | home/*")
    assert found.holds("S3:PREFIX")
    assert not found.holds("suffix")


def test_statements_without_a_fitting_resource_are_named() -> None:
    found = action("s3:GetObject", allow("s3:GetObject", RECEIPTS, Sid="Wrong"))

    assert found.rows == []
    assert [line.name for line in found.without] == [line.name for line in found.lines] == ["Wrong"]


def test_not_resource_has_one_row() -> None:
    (found,) = action(
        "s3:GetObject", {"Effect": "Allow", "Action": "s3:*", "NotResource": [RECEIPTS, ORDERS]}
    ).rows

    assert found.resource == "All resources except 2"


def test_what_is_not_known_is_listed_apart() -> None:
    found = unrecognized(
        reading(
            allow(
                ["s3:ListObject", "nothing:Do", "s3:GetObject", "*"], ["arn:aws:s3:us-east-1::x", RECEIPTS]
            ),
            {"Effect": "Deny", "NotAction": "sqs:Nothing", "Resource": "*"},
        )
    )

    assert found.services == ("nothing",)
    assert found.actions == ("s3:ListObject", "sqs:Nothing")
    assert found.resources == ("arn:aws:s3:us-east-1::x",)
    assert found.of_service("s3").actions == ["s3:ListObject"]
    assert not found.of_service("sqs").resources

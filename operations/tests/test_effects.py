"""What a change would open and close for one user, told before it is made."""

from __future__ import annotations

import json

import pytest

from operations.attachments import attach_group_policy, attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.effects import Change, Effects
from operations.groups import create_group
from operations.inline_policies import put_group_policy
from operations.memberships import add_user_to_group
from operations.previews import preview_changes
from operations.users import create_user
from tests.cast import ADMINISTRATOR, READ_ONLY

RECEIPTS, STOCK = "arn:aws:s3:::receipts", "arn:aws:s3:::stock"


def document(*statements: dict[str, object]) -> str:
    full = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": full})


@pytest.fixture
def shop(root: Caller) -> Caller:
    """ben is a cashier; there are inventory specialists, too."""
    create_user(root, user_name="ben")
    for group, bucket, action in (("Cashiers", RECEIPTS, "s3:GetObject"), ("Stock", STOCK, "s3:PutObject")):
        create_group(root, group_name=group)
        text = document(
            {"Action": "s3:ListBucket", "Resource": bucket},
            {"Action": action, "Resource": f"{bucket}/*"},
            {"Action": "iam:ChangePassword", "Resource": "arn:aws:iam::*:user/${aws:username}"},
        )
        put_group_policy(root, group_name=group, policy_name=f"{group}Work", policy_document=text)
    add_user_to_group(root, group_name="Cashiers", user_name="ben")
    return root


def shown(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(change.action, change.resource) for change in changes]


def preview(caller: Caller) -> Effects:
    """Of ben's move from one group to the other."""
    leaves, joins = ({"UserName": "ben", "GroupName": name} for name in ("Cashiers", "Stock"))
    return preview_changes(caller, leaves=[leaves], joins=[joins]).effects


def test_the_preview_tells_what_goes_comes_and_stays(shop: Caller) -> None:
    effects = preview(shop)

    assert shown(effects.lost) == [("s3:ListBucket", RECEIPTS), ("s3:GetObject", f"{RECEIPTS}/*")]
    assert shown(effects.gained) == [("s3:ListBucket", STOCK), ("s3:PutObject", f"{STOCK}/*")]
    assert shown(effects.kept) == [("iam:ChangePassword", "arn:aws:iam::*:user/ben")]
    assert effects.lost[0].through == ("CashiersWork (group Cashiers)",)


def test_what_another_policy_gives_is_not_lost(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ben", policy_arn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")

    assert shown(preview(shop).lost) == []


def test_a_boundary_hides_what_it_does_not_allow(shop: Caller) -> None:
    put_user_permissions_boundary(shop, user_name="ben", permissions_boundary=READ_ONLY)

    assert preview(shop) == Effects((), (), ())


def test_an_action_is_told_of_the_resources_that_it_acts_on(shop: Caller) -> None:
    both = document({"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": [STOCK, f"{STOCK}/*"]})
    put_group_policy(shop, group_name="Stock", policy_name="Both", policy_document=both)

    gained = shown(preview(shop).gained)

    assert ("s3:GetObject", f"{STOCK}/*") in gained
    assert ("s3:ListBucket", STOCK) in gained
    assert not {("s3:GetObject", STOCK), ("s3:ListBucket", f"{STOCK}/*")}.intersection(gained)


def test_a_wide_wildcard_is_one_change_with_a_count(shop: Caller) -> None:
    attach_group_policy(shop, group_name="Stock", policy_arn=ADMINISTRATOR)

    (gained,) = preview(shop).gained

    assert (gained.action, gained.resource, gained.conditional) == ("*", "*", False)
    assert gained.count > 20_000


def test_a_narrow_wildcard_is_told_action_by_action(shop: Caller) -> None:
    text = document({"Action": "sqs:Send*"})
    put_group_policy(shop, group_name="Stock", policy_name="orders", policy_document=text)

    assert ("sqs:SendMessage", "*") in shown(preview(shop).gained)


def test_access_under_conditions_is_marked(shop: Caller) -> None:
    text = document(
        {"Action": "sqs:SendMessage", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    )
    put_group_policy(shop, group_name="Stock", policy_name="orders", policy_document=text)

    marks = {change.action: change.conditional for change in preview(shop).gained}

    assert marks["sqs:SendMessage"]
    assert not marks["s3:ListBucket"]


def test_other_conditions_for_the_same_action_are_a_loss_and_a_gain(shop: Caller) -> None:
    for group, prefix in (("Cashiers", "receipts/"), ("Stock", "stock/")):
        text = document({"Action": "sns:Publish", "Condition": {"StringLike": {"aws:username": prefix}}})
        put_group_policy(shop, group_name=group, policy_name="news", policy_document=text)

    effects = preview(shop)

    assert ("sns:Publish", "*") in shown(effects.lost)
    assert ("sns:Publish", "*") in shown(effects.gained)


def test_leaving_a_denial_behind_is_a_gain(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ben", policy_arn=ADMINISTRATOR)
    text = document({"Effect": "Deny", "Action": "sqs:SendMessage"})
    put_group_policy(shop, group_name="Cashiers", policy_name="quiet", policy_document=text)

    effects = preview(shop)

    assert shown(effects.gained) == [("sqs:SendMessage", "*")]
    assert effects.gained[0].through == ("AdministratorAccess",)


def test_a_conditional_denial_is_a_conditional_loss(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ben", policy_arn=ADMINISTRATOR)
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    text = document({"Effect": "Deny", "Action": "sqs:SendMessage", "Condition": condition})
    put_group_policy(shop, group_name="Stock", policy_name="careful", policy_document=text)

    effects = preview(shop)

    assert [(change.action, change.conditional) for change in effects.lost] == [("sqs:SendMessage", True)]


def test_exceptions_are_told_as_such(shop: Caller) -> None:
    text = document({"NotAction": "iam:*", "NotResource": f"{RECEIPTS}/*", "Resource": None})
    text = text.replace(', "Resource": null', "").replace('"Resource": null, ', "")
    put_group_policy(shop, group_name="Stock", policy_name="nearly", policy_document=text)

    gained = preview(shop).gained

    assert ("* except iam:*", f"* except {RECEIPTS}/*") in shown(gained)


def test_a_short_arn_stands_for_all_that_it_begins(shop: Caller) -> None:
    text = document({"Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*"})
    put_group_policy(shop, group_name="Stock", policy_name="orders", policy_document=text)

    assert ("sqs:SendMessage", "arn:aws:sqs:*") in shown(preview(shop).gained)


def test_a_huge_policy_is_asked_about_as_it_is_written(shop: Caller) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"

    effects = preview_changes(shop, attaches=[{"UserName": "ben", "PolicyArn": arn}]).effects

    assert effects.kept_count > 0
    assert 500 < len(effects.gained) < 4000

from __future__ import annotations

import json

import pytest
from pytest_django import Settings

from audit.models import Event
from operations.attachments import attach_group_policy, attach_user_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.effects import Change, Effects
from operations.errors import AccessDenied, InvalidInput, LimitExceeded, NoSuchEntity
from operations.groups import create_group, list_groups_for_user
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import (
    add_user_to_group,
    move_user,
    preview_move,
    preview_permissions,
    remove_user_from_group,
)
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


def groups_of(caller: Caller, name: str = "ben") -> list[str]:
    return [group.group_name for group in list_groups_for_user(caller, user_name=name).items]


def test_adding_twice_changes_nothing(shop: Caller) -> None:
    add_user_to_group(shop, group_name="cashiers", user_name="BEN")

    assert groups_of(shop) == ["Cashiers"]
    assert "inverse" not in Event.objects.latest("sequence").additional_event_data


def test_a_user_is_in_no_more_groups_than_the_quota(shop: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "GROUPS_PER_USER": 1}

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for GroupsPerUser: 1"):
        add_user_to_group(shop, group_name="Stock", user_name="ben")


def test_a_missing_user_is_not_added(shop: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="The user with name ghost cannot be found") as refused:
        add_user_to_group(shop, group_name="Stock", user_name="ghost")

    assert refused.value.parameter == "user_name"


def test_who_is_not_in_a_group_cannot_leave_it(shop: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="The user ben is not in the group Stock"):
        remove_user_from_group(shop, group_name="Stock", user_name="ben")


def test_the_right_is_needed_on_the_group(shop: Caller, carol: Caller) -> None:
    text = document(
        {"Action": "iam:AddUserToGroup", "Resource": f"arn:aws:iam::{shop.account_id}:group/Cashiers"}
    )
    put_user_policy(shop, user_name="carol", policy_name="hire", policy_document=text)

    add_user_to_group(carol, group_name="Cashiers", user_name="carol")
    with pytest.raises(AccessDenied, match=":group/Stock"):
        add_user_to_group(carol, group_name="Stock", user_name="carol")


def test_a_move_is_one_event_that_undoes_itself(shop: Caller) -> None:
    events = Event.objects.count()

    move_user(shop, user_name="ben", from_group_name="Cashiers", to_group_name="Stock", reason="New job")

    event = Event.objects.latest("sequence")
    assert (groups_of(shop), Event.objects.count()) == (["Stock"], events + 1)
    assert (event.event_name, event.request_parameters["reason"]) == ("MoveUser", "New job")
    inverse = event.additional_event_data["inverse"]["parameters"]
    move_user(shop, **inverse)
    assert groups_of(shop) == ["Cashiers"]


@pytest.mark.parametrize("missing", ["iam:AddUserToGroup", "iam:RemoveUserFromGroup"])
def test_a_move_needs_both_rights_and_changes_nothing_without(
    shop: Caller, carol: Caller, missing: str
) -> None:
    text = document({"Action": "iam:*"}, {"Effect": "Deny", "Action": missing})
    put_user_policy(shop, user_name="carol", policy_name="half", policy_document=text)

    with pytest.raises(AccessDenied, match=missing):
        move_user(carol, user_name="ben", from_group_name="Cashiers", to_group_name="Stock")

    assert groups_of(shop) == ["Cashiers"]


def test_a_stale_move_is_refused(shop: Caller) -> None:
    remove_user_from_group(shop, group_name="Cashiers", user_name="ben")

    with pytest.raises(NoSuchEntity, match="ben is not in the group Cashiers"):
        move_user(shop, user_name="ben", from_group_name="Cashiers", to_group_name="Stock")
    with pytest.raises(NoSuchEntity, match="ben is not in the group Cashiers"):
        preview_move(shop, user_name="ben", from_group_name="Cashiers", to_group_name="Stock")


def test_who_is_in_both_groups_only_leaves(shop: Caller) -> None:
    add_user_to_group(shop, group_name="Stock", user_name="ben")

    move_user(shop, user_name="ben", from_group_name="Cashiers", to_group_name="Stock")

    assert groups_of(shop) == ["Stock"]
    assert (
        Event.objects.latest("sequence").additional_event_data["inverse"]["operation"] == "iam:AddUserToGroup"
    )


def test_nobody_moves_to_where_they_are(shop: Caller) -> None:
    with pytest.raises(InvalidInput, match="Choose another group"):
        move_user(shop, user_name="ben", from_group_name="Cashiers", to_group_name="cashiers")


def test_a_move_at_the_quota_succeeds(shop: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "GROUPS_PER_USER": 1}

    move_user(shop, user_name="ben", from_group_name="Cashiers", to_group_name="Stock")

    assert groups_of(shop) == ["Stock"]


def shown(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(change.action, change.resource) for change in changes]


def preview(caller: Caller) -> Effects:
    return preview_move(caller, user_name="ben", from_group_name="Cashiers", to_group_name="Stock")


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


def test_a_preview_needs_the_right_to_read_all_three(shop: Caller, carol: Caller) -> None:
    for missing in ("iam:GetUser", "iam:GetGroup"):
        text = document({"Action": "iam:Get*"}, {"Effect": "Deny", "Action": missing})
        put_user_policy(shop, user_name="carol", policy_name="reader", policy_document=text)
        with pytest.raises(AccessDenied, match=missing):
            preview(carol)


def test_attaching_and_detaching_are_previewed_too(shop: Caller) -> None:
    attach_user_policy(shop, user_name="ben", policy_arn=READ_ONLY)

    effects = preview_permissions(
        shop,
        user_name="ben",
        joins=["Stock"],
        leaves=["Cashiers"],
        attaches=[ADMINISTRATOR],
        detaches=[READ_ONLY],
    )

    assert shown(effects.gained) == [("*", "*")]
    assert effects.lost == ()
    assert effects.is_complete


def test_a_huge_policy_is_asked_about_as_it_is_written(shop: Caller) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"

    effects = preview_permissions(shop, user_name="ben", attaches=[arn])

    assert effects.kept_count > 0
    assert 500 < len(effects.gained) < 4000

from __future__ import annotations

import json

import pytest
from pytest_django import Settings

from audit.models import Event
from operations.caller import Caller
from operations.errors import AccessDenied, InvalidInput, LimitExceeded, NoSuchEntity
from operations.groups import create_group, list_groups_for_user
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import (
    add_user_to_group,
    move_user,
    remove_user_from_group,
)
from operations.users import create_user

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

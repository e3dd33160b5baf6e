from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from audit.models import Event
from operations.attachments import attach_group_policy, detach_group_policy
from operations.caller import Caller
from operations.errors import AccessDenied, DeleteConflict, EntityAlreadyExists, LimitExceeded, NoSuchEntity
from operations.groups import (
    count_groups,
    create_group,
    delete_group,
    get_group,
    list_groups,
    list_groups_for_user,
    search_groups,
    update_group,
)
from operations.inline_policies import delete_group_policy, put_group_policy
from operations.memberships import add_user_to_group, remove_user_from_group
from operations.users import create_user
from tests.cast import READ_ONLY, new_account, signed_in

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'


@pytest.fixture
def shop(root: Caller) -> Caller:
    """Two groups: Cashiers with two users and a policy, Night with nothing."""
    create_group(root, group_name="Cashiers", path="/shop/")
    create_group(root, group_name="Night")
    for name in ("ben", "Ana"):
        create_user(root, user_name=name)
        add_user_to_group(root, group_name="Cashiers", user_name=name)
    attach_group_policy(root, group_name="Cashiers", policy_arn=READ_ONLY)
    return root


def test_a_new_group_has_an_id_and_an_arn(root: Caller) -> None:
    group = create_group(root, group_name="Cashiers", path="/shop/")

    assert (group.group_id[:4], len(group.group_id)) == ("AGPA", 21)
    assert group.arn == f"arn:aws:iam::{root.account_id}:group/shop/Cashiers"


def test_group_names_that_differ_only_in_case_collide(shop: Caller) -> None:
    with pytest.raises(EntityAlreadyExists, match="Group with name CASHIERS already exists"):
        create_group(shop, group_name="CASHIERS")


def test_the_group_quota_holds(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "GROUPS": 1}
    create_group(root, group_name="Cashiers")

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for GroupsPerAccount: 1"):
        create_group(root, group_name="Night")


def test_a_group_comes_with_a_page_of_its_users(shop: Caller) -> None:
    first = get_group(shop, group_name="cashiers", max_items=1)
    second = get_group(shop, group_name="cashiers", marker=first.users.marker)

    assert first.group.group_name == "Cashiers"
    assert [user.user_name for user in (*first.users.items, *second.users.items)] == ["Ana", "ben"]


def test_a_missing_group_is_named_in_awss_words(root: Caller) -> None:
    with pytest.raises(NoSuchEntity, match=r"The group with name ghost cannot be found\."):
        get_group(root, group_name="ghost")


def test_groups_are_listed_by_path_and_for_a_user(shop: Caller) -> None:
    assert [group.group_name for group in list_groups(shop).items] == ["Cashiers", "Night"]
    assert [group.group_name for group in list_groups(shop, path_prefix="/sh").items] == ["Cashiers"]
    assert [group.group_name for group in list_groups_for_user(shop, user_name="ana").items] == ["Cashiers"]


def test_a_renamed_group_keeps_its_id_users_and_policies(shop: Caller) -> None:
    group_id = get_group(shop, group_name="Cashiers").group.group_id

    update_group(shop, group_name="Cashiers", new_group_name="Tills")

    renamed = get_group(shop, group_name="Tills")
    assert (renamed.group.group_id, renamed.group.path, len(renamed.users.items)) == (group_id, "/shop/", 2)
    inverse = Event.objects.latest("sequence").additional_event_data["inverse"]
    assert inverse["parameters"] == {
        "group_name": "Tills",
        "new_group_name": "Cashiers",
        "new_path": "/shop/",
    }


def test_a_group_is_not_renamed_over_another(shop: Caller) -> None:
    with pytest.raises(EntityAlreadyExists) as refused:
        update_group(shop, group_name="Cashiers", new_group_name="night")

    assert refused.value.parameter == "new_group_name"


def test_a_rename_needs_the_right_on_both_names(root: Caller, carol: Caller) -> None:
    create_group(root, group_name="Cashiers")
    create_group(root, group_name="Renamers")
    document = DOCUMENT.replace("s3:GetObject", "iam:UpdateGroup").replace(
        '"*"', '"arn:aws:iam::*:group/Cash*"'
    )
    put_group_policy(root, group_name="Renamers", policy_name="rename", policy_document=document)
    add_user_to_group(root, group_name="Renamers", user_name="carol")

    update_group(carol, group_name="Cashiers", new_group_name="Cashiers2")
    with pytest.raises(AccessDenied):
        update_group(carol, group_name="Cashiers2", new_group_name="Administrators")


def test_a_group_is_deleted_when_nothing_is_left_in_it(shop: Caller) -> None:
    put_group_policy(shop, group_name="Cashiers", policy_name="extra", policy_document=DOCUMENT)
    with pytest.raises(DeleteConflict, match="must remove users from group first"):
        delete_group(shop, group_name="Cashiers")
    for name in ("ana", "ben"):
        remove_user_from_group(shop, group_name="Cashiers", user_name=name)
    with pytest.raises(DeleteConflict, match="must detach all policies first"):
        delete_group(shop, group_name="Cashiers")
    detach_group_policy(shop, group_name="Cashiers", policy_arn=READ_ONLY)
    with pytest.raises(DeleteConflict, match="must delete policies first"):
        delete_group(shop, group_name="Cashiers")
    delete_group_policy(shop, group_name="Cashiers", policy_name="extra")

    delete_group(shop, group_name="Cashiers")

    assert Event.objects.latest("sequence").additional_event_data["deleted"]["GroupName"] == "Cashiers"
    assert count_groups(shop) == 1


def test_the_search_counts_users_and_tells_whether_there_are_permissions(shop: Caller) -> None:
    put_group_policy(shop, group_name="Cashiers", policy_name="extra", policy_document=DOCUMENT)

    found = search_groups(shop).items

    assert [(group.group_name, group.user_count, group.has_permissions) for group in found] == [
        ("Cashiers", 2, True),
        ("Night", 0, False),
    ]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"text": "IGH"}, ["Night"]),
        ({"permissions": "yes"}, ["Cashiers"]),
        ({"permissions": "no"}, ["Night"]),
        ({"sort": "-group_name"}, ["Night", "Cashiers"]),
        ({"sort": "create_date"}, ["Cashiers", "Night"]),
    ],
    ids=str,
)
def test_the_search_narrows_and_sorts(shop: Caller, filters: dict[str, Any], names: list[str]) -> None:
    assert [group.group_name for group in search_groups(shop, **filters).items] == names


def test_groups_of_another_account_are_not_there(shop: Caller) -> None:
    other = new_account("olga@tea.example", "Tea shop")

    assert list(search_groups(signed_in(other.root, other)).items) == []

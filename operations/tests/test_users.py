from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from audit.models import Event
from operations.caller import Caller
from operations.errors import (
    DeleteConflict,
    EntityAlreadyExists,
    LimitExceeded,
    NoSuchEntity,
    ValidationError,
)
from operations.login_profiles import create_login_profile
from operations.paging import marker_of
from operations.sts import assume_role
from operations.tests.temporary import bearer_of, role_for, trust, with_key
from operations.users import (
    count_users,
    create_user,
    delete_user,
    get_user,
    list_users,
    search_users,
    update_user,
)
from tests.cast import ADMINISTRATOR, MovableClock, new_user


def test_a_new_user_has_an_id_an_arn_and_nothing_else(root: Caller) -> None:
    user = create_user(root, user_name="ana", path="/shop/", tags=[{"Key": "job", "Value": "cashier"}])

    assert user.user_id.startswith("AIDA")
    assert len(user.user_id) == 21
    assert user.arn == f"arn:aws:iam::{root.account_id}:user/shop/ana"
    assert not user.has_console_access


def test_names_that_differ_only_in_case_collide(root: Caller) -> None:
    create_user(root, user_name="ana")

    with pytest.raises(EntityAlreadyExists, match="User with name ANA already exists"):
        create_user(root, user_name="ANA")


@pytest.mark.parametrize(
    "name", ["a/b", "аna", "ana b", "", "a" * 65], ids=["slash", "cyrillic", "space", "empty", "long"]
)
def test_a_name_outside_the_rules_is_refused(root: Caller, name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        create_user(root, user_name=name)

    assert refused.value.parameter == "user_name"


def test_the_user_quota_holds(root: Caller, settings: Settings) -> None:
    settings.QUOTAS = {**settings.QUOTAS, "USERS": 1}
    create_user(root, user_name="ana")

    with pytest.raises(LimitExceeded, match="Cannot exceed quota for UsersPerAccount: 1"):
        create_user(root, user_name="ben")


def test_get_user_without_a_name_is_the_caller(alice: Caller) -> None:
    assert get_user(alice).user_name == "alice"


def test_the_root_user_is_shown_without_a_name(root: Caller) -> None:
    shown = get_user(root)

    assert (shown.arn, shown.user_id) == (root.principal.arn, root.account_id)
    assert not hasattr(shown, "user_name")


def test_a_session_of_a_role_must_name_a_user(root: Caller) -> None:
    arn = role_for(root, trust({"AWS": root.account_id}))
    ana = with_key(new_user(root, "ana", ADMINISTRATOR))
    session = bearer_of(assume_role(ana, role_arn=arn, role_session_name="one").credentials)

    with pytest.raises(ValidationError, match="Must specify userName"):
        get_user(session)


def test_a_missing_user_is_named_in_awss_words(root: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="The user with name ghost cannot be found"):
        get_user(root, user_name="ghost")


def test_pages_follow_one_another_in_the_order_of_names(root: Caller) -> None:
    for name in ("cleo", "Ana", "ben"):
        create_user(root, user_name=name)

    first = list_users(root, max_items=2)
    second = list_users(root, max_items=2, marker=first.marker)

    assert [user.user_name for user in (*first.items, *second.items)] == ["Ana", "ben", "cleo"]
    assert (first.is_truncated, second.is_truncated) == (True, False)


def test_a_made_up_marker_is_refused(root: Caller) -> None:
    with pytest.raises(ValidationError, match="Invalid Marker"):
        list_users(root, marker="1")


def test_a_path_prefix_narrows_the_list(root: Caller) -> None:
    create_user(root, user_name="ana", path="/shop/")
    create_user(root, user_name="ben")

    assert [user.user_name for user in list_users(root, path_prefix="/shop/").items] == ["ana"]


def test_a_rename_keeps_the_id_and_can_be_undone(root: Caller) -> None:
    user_id = create_user(root, user_name="ana").user_id

    update_user(root, user_name="ana", new_user_name="anna", new_path="/shop/")

    renamed = get_user(root, user_name="anna")
    assert (renamed.user_id, renamed.path) == (user_id, "/shop/")
    inverse = Event.objects.all()[0].additional_event_data["inverse"]
    assert inverse["parameters"] == {"user_name": "anna", "new_user_name": "ana", "new_path": "/"}


def test_a_change_of_case_alone_is_a_rename(root: Caller) -> None:
    create_user(root, user_name="ana")

    update_user(root, user_name="ana", new_user_name="Ana")

    assert get_user(root, user_name="ana").user_name == "Ana"


def test_a_user_with_a_password_is_not_deleted(root: Caller) -> None:
    create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password="Cinnamon-buns-4")

    with pytest.raises(DeleteConflict, match="must delete login profile first"):
        delete_user(root, user_name="ana")


def test_a_deleted_user_leaves_a_snapshot_and_no_inheritance(root: Caller) -> None:
    old = create_user(root, user_name="ana").user_id

    delete_user(root, user_name="ana")

    assert Event.objects.all()[0].additional_event_data["deleted"]["UserId"] == old
    assert create_user(root, user_name="ana").user_id != old


@pytest.fixture
def shop(root: Caller, clock: MovableClock) -> Caller:
    for name in ("dora", "ana", "cleo", "ben"):
        create_user(root, user_name=name, path="/shop/" if name != "ben" else "/")
        clock.travel(minutes=1)
    create_login_profile(root, user_name="cleo", password="Cinnamon-buns-4")
    return root


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({"text": "O"}, ["cleo", "dora"]),
        ({"text": "_"}, []),
        ({"path": "/shop/"}, ["ana", "cleo", "dora"]),
        ({"console_access": "yes"}, ["cleo"]),
        ({"mfa": "no", "path": "/"}, ["ana", "ben", "cleo", "dora"]),
        ({"sort": "-create_date"}, ["ben", "cleo", "ana", "dora"]),
        ({"sort": "-user_name"}, ["dora", "cleo", "ben", "ana"]),
    ],
    ids=str,
)
def test_the_search_narrows_and_sorts(shop: Caller, filters: dict[str, Any], names: list[str]) -> None:
    assert [user.user_name for user in search_users(shop, **filters).items] == names


@pytest.mark.parametrize("sort", ["user_name", "-user_name", "create_date", "-last_activity"])
def test_pages_lead_forwards_and_back_again(shop: Caller, sort: str) -> None:
    first = search_users(shop, sort=sort, max_items=2)
    second = search_users(shop, sort=sort, max_items=2, marker=first.next)
    back = search_users(shop, sort=sort, max_items=2, marker=second.previous)

    assert list(back.items) == list(first.items)
    assert {user.user_name for user in (*first.items, *second.items)} == {"ana", "ben", "cleo", "dora"}
    assert (first.previous, second.next, back.previous) == (None, None, None)


def test_a_column_that_is_not_offered_is_refused(root: Caller) -> None:
    with pytest.raises(ValidationError, match="Cannot sort by `password`"):
        search_users(root, sort="password")


def test_the_count_is_the_accounts_own(shop: Caller) -> None:
    assert count_users(shop) == 4


@pytest.mark.parametrize(
    "place", ['["x", "ana", false]', '["2026-01-01T00:00:00", "ana", false]', "{}", "[1, 2]", "nonsense"]
)
def test_a_forged_place_in_the_list_is_refused(root: Caller, place: str) -> None:
    with pytest.raises(ValidationError, match="Invalid Marker"):
        search_users(root, sort="create_date", marker=marker_of(place))


def test_the_null_character_is_refused_everywhere(root: Caller) -> None:
    with pytest.raises(ValidationError, match="null character"):
        search_users(root, text="a\x00")

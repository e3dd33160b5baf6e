"""The page of a user: its tabs, what is withheld, and the acts on permissions and tags."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from operations.attachments import attach_group_policy, attach_user_policy, list_attached_user_policies
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.groups import create_group, list_groups_for_user
from operations.inline_policies import list_user_policies, put_user_policy
from operations.memberships import add_user_to_group
from operations.users import get_user

Browse = Callable[[Caller], Browser]
CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
TABS = ["", "groups/", "tags/", "credentials/", "effective-access/", "check-access/", "history/"]
ASKING = [
    "tags/manage/",
    "credentials/console-access/",
    "credentials/sign-out/",
    "mfa/assign/",
    "add-to-groups/",
    "attach-policies/",
    "copy-permissions/",
    "remove-permissions/?key=group/Cashiers",
    "boundary/",
    "boundary/remove/",
    "delete/",
]


def document(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


# What hangs on a user, and goes with it, lies in nine tables.
MOST_QUERIES = {"delete/": 12}


@pytest.fixture
def ana(root: Caller, bob: Caller) -> None:
    """bob works at the till: one policy through the group, one attached, one inline."""
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="bob")
    attach_group_policy(root, group_name="Cashiers", policy_arn=CHANGE_PASSWORD)
    put_user_policy(root, user_name="bob", policy_name="Receipts", policy_document=document("s3:GetObject"))


@pytest.mark.parametrize("tab", TABS)
def test_who_may_not_see_a_user_gets_no_tab(carol: Caller, bob: Caller, browse: Browse, tab: str) -> None:
    response = browse(carol).get(f"/iam/users/bob/{tab}")

    assert response.status_code == 403
    assert b"iam:GetUser" in response.content


@pytest.mark.parametrize("tab", TABS)
def test_a_stranger_learns_nothing_about_names(carol: Caller, bob: Caller, browse: Browse, tab: str) -> None:
    known, unknown = (browse(carol).get(f"/iam/users/{name}/{tab}") for name in ("bob", "nix"))

    assert known.status_code == unknown.status_code == 403


@pytest.mark.parametrize("page", TABS + ASKING)
def test_each_page_takes_few_queries(
    alice: Caller, ana: None, browse: Browse, django_assert_max_num_queries: DjangoAssertNumQueries, page: str
) -> None:
    browser = browse(alice)
    browser.get(f"/iam/users/bob/{page}")

    with django_assert_max_num_queries(MOST_QUERIES.get(page, 10)):
        assert browser.get(f"/iam/users/bob/{page}").status_code == 200


def test_a_user_that_does_not_exist_is_not_found(alice: Caller, browse: Browse) -> None:
    assert browse(alice).get("/iam/users/nobody/").status_code == 404


def test_permissions_tell_the_type_and_the_way_of_each_policy(
    alice: Caller, ana: None, browse: Browse
) -> None:
    html = browse(alice).get("/iam/users/bob/").content.decode()

    assert 'Permissions policies <span class="count">(3)</span>' in html
    assert "Customer inline" in html
    assert 'Group <a href="/iam/groups/Cashiers/">Cashiers</a>' in html


def test_an_open_row_shows_the_statements(alice: Caller, ana: None, browse: Browse) -> None:
    html = browse(alice).get("/iam/users/bob/?open=/Receipts").content.decode()

    assert 'aria-expanded="true"' in html
    assert "<code>s3:GetObject</code>" in html


def test_policies_are_found_by_an_action_they_name(alice: Caller, ana: None, browse: Browse) -> None:
    html = browse(alice).get("/iam/users/bob/?text=getobject").content.decode()

    assert "1 of 3 shown" in html


def test_what_the_caller_may_not_list_is_named_and_the_rest_shown(
    root: Caller, carol: Caller, ana: None, browse: Browse
) -> None:
    put_user_policy(root, user_name="carol", policy_name="Look", policy_document=document("iam:GetUser"))

    response = browse(carol).get("/iam/users/bob/")

    assert response.status_code == 200
    assert b"<code>iam:ListAttachedUserPolicies</code>" in response.content


def test_removal_asks_first_and_shows_what_is_lost(alice: Caller, ana: None, browse: Browse) -> None:
    html = browse(alice).get("/iam/users/bob/remove-permissions/?key=group/Cashiers").content.decode()

    assert "bob leaves the group <code>Cashiers</code>" in html
    assert "<code>iam:ChangePassword</code>" in html


def test_removal_leaves_groups_detaches_and_deletes_at_once(
    root: Caller, alice: Caller, ana: None, browse: Browse
) -> None:
    keys = ["group/Cashiers", f"policy/{READ_ONLY}", "inline/Receipts"]
    browse(alice).post("/iam/users/bob/remove-permissions/", {"key": keys, "confirmed": "yes"})

    assert list_groups_for_user(root, user_name="bob").items == []
    assert list_attached_user_policies(root, user_name="bob").items == []
    assert list_user_policies(root, user_name="bob").items == []


def test_a_removal_that_is_refused_in_part_changes_nothing(
    root: Caller, carol: Caller, ana: None, browse: Browse
) -> None:
    allowed = document("iam:Get*", "iam:List*", "iam:RemoveUserFromGroup")
    put_user_policy(root, user_name="carol", policy_name="Half", policy_document=allowed)

    keys = ["group/Cashiers", "inline/Receipts"]
    response = browse(carol).post(
        "/iam/users/bob/remove-permissions/", {"key": keys, "confirmed": "yes"}, follow=True
    )

    assert b"iam:DeleteUserPolicy" in response.content
    assert len(list_groups_for_user(root, user_name="bob").items) == 1


def test_choosing_a_group_shows_what_it_would_give(
    alice: Caller, ana: None, carol: Caller, browse: Browse
) -> None:
    chosen = {"groups": "Cashiers", "go": "choose"}
    html = browse(alice).post("/iam/users/carol/add-to-groups/", chosen).content.decode()

    assert "3 gained, 0 lost" in html or "gained, 0 lost" in html
    assert "IAMUserChangePassword (group Cashiers)" in html


def test_groups_policies_and_copies_are_given(
    root: Caller, alice: Caller, ana: None, carol: Caller, browse: Browse
) -> None:
    browser = browse(alice)
    browser.post("/iam/users/carol/add-to-groups/", {"groups": "Cashiers", "go": "add"})
    browser.post("/iam/users/carol/attach-policies/", {"policies": CHANGE_PASSWORD, "go": "add"})
    browser.post("/iam/users/carol/copy-permissions/", {"users": "bob", "go": "add"})

    assert [group.group_name for group in list_groups_for_user(root, user_name="carol").items] == ["Cashiers"]
    attached = list_attached_user_policies(root, user_name="carol").items
    assert {policy.arn for policy in attached} == {CHANGE_PASSWORD, READ_ONLY}


@pytest.mark.parametrize(
    ("page", "data"),
    [("add-to-groups/", {}), ("attach-policies/", {}), ("copy-permissions/", {"users": "BOB"})],
    ids=["no group", "no policy", "oneself"],
)
def test_a_grant_without_a_sensible_choice_comes_back(
    alice: Caller, bob: Caller, browse: Browse, page: str, data: dict[str, str]
) -> None:
    response = browse(alice).post(f"/iam/users/bob/{page}", {**data, "go": "add"})

    assert response.status_code == 422
    assert b"Choose " in response.content


def test_a_denied_grant_says_which_action_is_missing(bob: Caller, carol: Caller, browse: Browse) -> None:
    response = browse(bob).post(
        "/iam/users/carol/attach-policies/", {"policies": CHANGE_PASSWORD, "go": "add"}
    )

    assert response.status_code == 403
    assert b"iam:AttachUserPolicy" in response.content


def test_a_boundary_is_set_and_removed(root: Caller, alice: Caller, bob: Caller, browse: Browse) -> None:
    browser = browse(alice)
    browser.post("/iam/users/bob/boundary/", {"boundary": READ_ONLY, "go": "set"})
    boundary = get_user(root, user_name="bob").permissions_boundary
    browser.post("/iam/users/bob/boundary/remove/")

    assert boundary is not None
    assert boundary.arn == READ_ONLY
    assert get_user(root, user_name="bob").permissions_boundary is None


def test_looking_at_the_removal_of_a_boundary_removes_nothing(
    root: Caller, bob: Caller, alice: Caller, browse: Browse
) -> None:
    put_user_permissions_boundary(root, user_name="bob", permissions_boundary=READ_ONLY)
    browse(alice).get("/iam/users/bob/boundary/remove/")

    assert get_user(root, user_name="bob").permissions_boundary is not None


def tag_rows(*pairs: tuple[str, str], before: int = 0) -> dict[str, str]:
    fields = {"tags-TOTAL_FORMS": str(len(pairs)), "tags-INITIAL_FORMS": str(before)}
    for number, (key, value) in enumerate(pairs):
        fields |= {f"tags-{number}-key": key, f"tags-{number}-value": value}
    return fields


def test_tags_are_added_changed_and_removed_in_one_act(
    root: Caller, alice: Caller, bob: Caller, browse: Browse
) -> None:
    browser = browse(alice)
    browser.post("/iam/users/bob/tags/manage/", tag_rows(("job", "cashier"), ("shop", "1")))
    browser.post(
        "/iam/users/bob/tags/manage/", tag_rows(("job", "roaster"), ("", ""), ("till", "3"), before=2)
    )

    assert get_user(root, user_name="bob").tags == [
        {"Key": "job", "Value": "roaster"},
        {"Key": "till", "Value": "3"},
    ]


def test_a_value_without_a_key_comes_back_with_what_was_typed(
    alice: Caller, bob: Caller, browse: Browse
) -> None:
    response = browse(alice).post("/iam/users/bob/tags/manage/", tag_rows(("", "cashier")))

    assert response.status_code == 422
    assert b'value="cashier"' in response.content


def test_equal_keys_are_refused_above_the_rows(
    root: Caller, alice: Caller, bob: Caller, browse: Browse
) -> None:
    response = browse(alice).post("/iam/users/bob/tags/manage/", tag_rows(("job", "a"), ("JOB", "b")))

    assert response.status_code == 422
    assert b"Duplicate tag keys" in response.content
    assert get_user(root, user_name="bob").tags == []


@pytest.mark.parametrize(
    ("action", "answer"), [("s3:GetObject", "bob may perform"), ("s3:PutObject", "bob may not perform")]
)
def test_check_access_answers_with_the_engine(
    alice: Caller, ana: None, browse: Browse, action: str, answer: str
) -> None:
    html = browse(alice).get(f"/iam/users/bob/check-access/?action_name={action}").content.decode()

    assert answer in html


def test_check_access_says_what_is_wrong_with_the_question(
    alice: Caller, bob: Caller, browse: Browse
) -> None:
    response = browse(alice).get("/iam/users/bob/check-access/?action_name=s3:*")

    assert response.status_code == 422
    assert b"Name one action, with its service" in response.content


def test_history_shows_what_the_user_did_and_what_was_refused(
    root: Caller, alice: Caller, bob: Caller, browse: Browse
) -> None:
    browse(bob).post("/iam/users/bob/attach-policies/", {"policies": CHANGE_PASSWORD, "go": "add"})

    html = browse(alice).get("/iam/users/bob/history/").content.decode()

    assert "AttachUserPolicy" in html
    assert "AccessDenied" in html


def test_attached_twice_a_policy_stays_attached_once(
    root: Caller, alice: Caller, bob: Caller, browse: Browse
) -> None:
    attach_user_policy(root, user_name="bob", policy_arn=CHANGE_PASSWORD)
    browse(alice).post("/iam/users/bob/attach-policies/", {"policies": CHANGE_PASSWORD, "go": "add"})

    assert len(list_attached_user_policies(root, user_name="bob").items) == 2

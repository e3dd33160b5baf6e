"""The pages of groups: the list, one group's tabs, and every change that is made from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from django.test import Client as Browser
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, Group
from audit.models import Event
from operations.attachments import attach_group_policy, attach_user_policy, list_attached_group_policies
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import list_group_policies, put_group_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.users import create_user

Browse = Callable[[Caller], Browser]
HTMX = {"HX-Request": "true"}
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
S3_FULL = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
RECEIPTS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::receipts/*"},
    }
)
GROUPS_ONLY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": ["iam:GetGroup", "iam:ListGroups"], "Resource": "*"},
    }
)


@pytest.fixture
def cashiers(root: Caller) -> Group:
    """A group with ana and ben in it, one policy attached and one inline."""
    group = create_group(root, group_name="Cashiers")
    for name in ("ana", "ben"):
        create_user(root, user_name=name)
        add_user_to_group(root, group_name="Cashiers", user_name=name)
    attach_group_policy(root, group_name="Cashiers", policy_arn=READ_ONLY)
    put_group_policy(root, group_name="Cashiers", policy_name="Receipts", policy_document=RECEIPTS)
    return group


def members(group: Group) -> list[str]:
    return list(group.users.values_list("user_name", flat=True))


def test_who_may_not_list_groups_sees_why(carol: Caller, browse: Browse) -> None:
    response = browse(carol).get("/iam/groups/")

    assert response.status_code == 403
    assert b"iam:ListGroups" in response.content


def test_an_account_without_groups_is_shown_how_to_begin(root: Caller, browse: Browse) -> None:
    html = browse(root).get("/iam/groups/").content.decode()

    assert "No groups yet" in html
    assert 'href="/iam/groups-create/"' in html


def test_the_list_says_how_many_users_a_group_has_and_whether_it_permits_anything(
    root: Caller, cashiers: Group, bob: Caller, browse: Browse
) -> None:
    create_group(root, group_name="Newcomers")

    html = browse(bob).get("/iam/groups/").content.decode()

    assert 'User groups <span class="count">(2)</span>' in html
    assert '<td data-label="Users">2</td>' in html
    assert "Defined" in html
    assert "Not defined" in html


@pytest.mark.parametrize("query", ["text=CASH", "permissions=yes", "sort=-group_name"])
def test_search_filter_and_order_answer_the_table_alone(
    root: Caller, cashiers: Group, browse: Browse, query: str
) -> None:
    create_group(root, group_name="Bakers")

    html = browse(root).get(f"/iam/groups/?{query}", headers=HTMX).content.decode()

    assert "<html" not in html
    assert "Bakers" not in html.partition("Select Cashiers")[0]


def test_a_filter_that_nothing_fits_offers_to_be_cleared(
    root: Caller, cashiers: Group, browse: Browse
) -> None:
    assert b"No group fits" in browse(root).get("/iam/groups/?text=zzz").content


def test_a_reader_sees_a_dead_button_and_the_reason(cashiers: Group, bob: Caller, browse: Browse) -> None:
    html = browse(bob).get("/iam/groups/").content.decode()

    assert "No policy of yours allows iam:CreateGroup." in html


def test_a_group_shows_its_arn_and_its_users(root: Caller, cashiers: Group, browse: Browse) -> None:
    html = browse(root).get("/iam/groups/cashiers/").content.decode()

    assert cashiers.arn in html
    assert 'href="/iam/users/ana/"' in html
    assert 'href="/iam/users/ben/move/?from=Cashiers"' in html


def test_a_group_that_is_not_there_is_told_to_those_who_may_know(root: Caller, browse: Browse) -> None:
    response = browse(root).get("/iam/groups/Nobody/")

    assert response.status_code == 404
    assert "The group with name Nobody cannot be found." in response.content.decode()


def test_a_stranger_does_not_learn_whether_a_group_exists(
    cashiers: Group, carol: Caller, browse: Browse
) -> None:
    there, missing = (browse(carol).get(f"/iam/groups/{name}/") for name in ("Cashiers", "Missing"))

    assert (there.status_code, missing.status_code) == (403, 403)


def test_the_permissions_tab_tells_what_each_policy_opens(
    root: Caller, cashiers: Group, browse: Browse
) -> None:
    html = browse(root).get("/iam/groups/Cashiers/permissions/?open=inline/Receipts").content.decode()

    assert "IAMReadOnlyAccess" in html
    assert "Customer inline" in html
    assert "<code>s3:GetObject</code>" in html


def test_what_the_caller_may_not_read_is_a_gap_with_its_action(
    root: Caller, cashiers: Group, carol: Caller, browse: Browse
) -> None:
    policy = create_policy(root, policy_name="GroupsOnly", policy_document=GROUPS_ONLY)
    attach_user_policy(root, user_name="carol", policy_arn=policy.arn)

    response = browse(carol).get("/iam/groups/Cashiers/permissions/")

    assert response.status_code == 200
    assert b"iam:ListAttachedGroupPolicies" in response.content
    assert b"Receipts" not in response.content


def test_check_access_answers_for_somebody_with_this_group_alone(
    root: Caller, cashiers: Group, browse: Browse
) -> None:
    question = {"action_name": "s3:GetObject", "resource_arn": "arn:aws:s3:::receipts/1", "mfa": "yes"}

    html = browse(root).get("/iam/groups/Cashiers/check-access/", question, headers=HTMX).content.decode()

    assert "Allowed" in html
    assert "Receipts" in html


def test_an_action_without_its_service_is_refused_at_the_field(
    root: Caller, cashiers: Group, browse: Browse
) -> None:
    response = browse(root).get("/iam/groups/Cashiers/check-access/", {"action_name": "GetObject"})

    assert response.status_code == 422


def test_several_users_are_added_at_once(root: Caller, cashiers: Group, browse: Browse) -> None:
    create_user(root, user_name="cleo")
    create_user(root, user_name="dan")

    response = browse(root).post("/iam/groups/Cashiers/add-users/", {"users": ["cleo", "dan"], "go": "add"})

    assert response.status_code == 303
    assert members(cashiers) == ["ana", "ben", "cleo", "dan"]


def test_one_name_that_is_not_there_keeps_everybody_out(
    root: Caller, cashiers: Group, browse: Browse
) -> None:
    create_user(root, user_name="cleo")

    response = browse(root).post("/iam/groups/Cashiers/add-users/", {"users": ["cleo", "zoe"], "go": "add"})

    assert response.status_code == 422
    assert "The user with name zoe cannot be found." in response.content.decode()
    assert members(cashiers) == ["ana", "ben"]


def test_a_search_keeps_who_was_ticked(root: Caller, cashiers: Group, browse: Browse) -> None:
    create_user(root, user_name="cleo")

    response = browse(root).post(
        "/iam/groups/Cashiers/add-users/", {"users": ["cleo"], "users_text": "ana", "go": "filter"}
    )

    assert response.status_code == 200
    assert 'value="cleo" checked' in response.content.decode()
    assert members(cashiers) == ["ana", "ben"]


def test_a_reader_may_not_add_and_keeps_the_choice(cashiers: Group, bob: Caller, browse: Browse) -> None:
    response = browse(bob).post("/iam/groups/Cashiers/add-users/", {"users": ["bob"], "go": "add"})

    assert response.status_code == 403
    assert b"iam:AddUserToGroup" in response.content
    assert 'value="bob"' in response.content.decode()


def test_removed_users_can_be_added_again_from_the_message(
    root: Caller, cashiers: Group, browse: Browse
) -> None:
    browser, url = browse(root), "/iam/groups/Cashiers/remove-users/"
    asked = browser.post(url, {"users": ["ana"]}).content.decode()
    assert "Remove 1 user from Cashiers?" in asked
    assert members(cashiers) == ["ana", "ben"]

    response = browser.post(url, {"users": ["ana"], "go": "remove"}, follow=True)

    assert members(cashiers) == ["ben"]
    assert 'href="/iam/groups/Cashiers/add-users/?users=ana"' in response.content.decode()


def test_a_user_who_left_meanwhile_is_noticed(root: Caller, cashiers: Group, browse: Browse) -> None:
    response = browse(root).post(
        "/iam/groups/Cashiers/remove-users/", {"users": ["ana", "root-friend"], "go": "remove"}, follow=True
    )

    assert "Nothing was changed." in response.content.decode()
    assert members(cashiers) == ["ana", "ben"]


def test_the_attach_page_marks_what_the_group_has(root: Caller, cashiers: Group, browse: Browse) -> None:
    html = (
        browse(root).get("/iam/groups/Cashiers/attach-policies/?policies_text=IAMReadOnly").content.decode()
    )

    assert 'Current permissions policies <span class="count">(2)</span>' in html
    assert "Attached already" in html


def test_policies_are_attached_together(root: Caller, cashiers: Group, browse: Browse) -> None:
    browse(root).post("/iam/groups/Cashiers/attach-policies/", {"policies": [S3_FULL], "go": "add"})

    attached = list_attached_group_policies(root, group_name="Cashiers").items
    assert {policy.arn for policy in attached} == {READ_ONLY, S3_FULL}


def test_removing_a_policy_asks_first(root: Caller, cashiers: Group, browse: Browse) -> None:
    url = "/iam/groups/Cashiers/remove-policies/"

    asked = browse(root).post(url, {"key": f"policy/{READ_ONLY}"})

    assert "2 users in the group lose" in asked.content.decode()
    assert list_attached_group_policies(root, group_name="Cashiers").items

    browse(root).post(url, {"key": f"policy/{READ_ONLY}", "go": "remove"})
    assert not list_attached_group_policies(root, group_name="Cashiers").items


def test_an_inline_policy_goes_only_when_its_name_is_typed(
    root: Caller, cashiers: Group, browse: Browse
) -> None:
    url, key = "/iam/groups/Cashiers/remove-policies/", "inline/Receipts"

    refused = browse(root).post(url, {"key": key, "go": "remove", "confirmation": "receipts"})
    assert refused.status_code == 422

    browse(root).post(url, {"key": key, "go": "remove", "confirmation": "Receipts"})
    assert not list_group_policies(root, group_name="Cashiers").items


def test_a_group_is_renamed_with_its_users(root: Caller, cashiers: Group, browse: Browse) -> None:
    response = browse(root).post("/iam/groups/Cashiers/rename/", {"new_group_name": "Tellers"})

    assert response["Location"] == "/iam/groups/Tellers/"
    assert members(Group.objects.get(group_name="Tellers")) == ["ana", "ben"]


def test_a_taken_name_is_refused_at_the_field(root: Caller, cashiers: Group, browse: Browse) -> None:
    create_group(root, group_name="Tellers")

    response = browse(root).post("/iam/groups/Cashiers/rename/", {"new_group_name": "tellers"})

    assert response.status_code == 422
    assert "Group with name tellers already exists." in response.content.decode()


def test_a_group_is_deleted_when_its_name_is_typed(
    root: Caller, account: Account, cashiers: Group, browse: Browse
) -> None:
    wrong = browse(root).post("/iam/groups/Cashiers/delete/", {"confirmation": "cashiers"})
    assert wrong.status_code == 422

    browse(root).post("/iam/groups/Cashiers/delete/", {"confirmation": "Cashiers"})
    assert not account.groups.exists()
    assert account.users.count() == 2


def test_several_groups_are_deleted_by_their_number(
    root: Caller, account: Account, cashiers: Group, browse: Browse
) -> None:
    create_group(root, group_name="Newcomers")
    names = {"group_name": ["Cashiers", "Newcomers"]}

    asked = browse(root).post("/iam/groups-delete/", names)
    assert "To confirm, type 2 user groups" in asked.content.decode()

    browse(root).post("/iam/groups-delete/", {**names, "confirmation": "2 user groups"})
    assert not account.groups.exists()


def test_a_reader_deletes_nothing_and_is_recorded(
    account: Account, cashiers: Group, bob: Caller, browse: Browse
) -> None:
    response = browse(bob).post("/iam/groups/Cashiers/delete/", {"confirmation": "Cashiers"})

    assert response.status_code == 403
    assert account.groups.exists()
    assert Event.objects.latest("sequence").error_code == "AccessDenied"


@pytest.mark.parametrize(
    "path", ["", "Cashiers/", "Cashiers/permissions/", "Cashiers/attach-policies/", "create/"]
)
def test_a_page_asks_the_database_ten_times_at_most(
    root: Caller,
    alice: Caller,
    cashiers: Group,
    browse: Browse,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    path: str,
) -> None:
    browser = browse(alice)
    browser.get(f"/iam/groups/{path}")

    with django_assert_max_num_queries(10):
        browser.get(f"/iam/groups/{path}")


@pytest.mark.parametrize("name", [".", ".."])
def test_a_browser_keeps_the_address_of_a_group_named_by_dots(
    name: str, root: Caller, browse: Browse
) -> None:
    create_group(root, group_name=name)
    address = reverse("group", args=[name])

    assert urljoin("http://testserver/iam/groups/", address) == f"http://testserver{address}"
    assert f'href="{address}"' in browse(root).get("/iam/groups/").content.decode()
    assert browse(root).get(address).context["group"].group_name == name


@pytest.mark.parametrize("address", ["/iam/groups/", "/iam/users/", "/iam/security-credentials/"])
def test_a_page_answers_head_as_it_answers_get(address: str, alice: Caller, browse: Browse) -> None:
    assert browse(alice).head(address).status_code == 200


def test_the_choice_of_users_asks_the_same_of_the_database_however_many_there_are(
    cashiers: Group,
    root: Caller,
    browse: Browse,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        create_user(root, user_name=f"user-{number}")

    browser = browse(root)
    browser.get("/iam/groups/Cashiers/add-users/")

    with django_assert_max_num_queries(10):
        browser.get("/iam/groups/Cashiers/add-users/")

"""Move: what it shows before, the one step itself, and the way back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client as Browser
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account
from audit.models import Event
from operations.attachments import attach_group_policy, attach_user_policy
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy
from operations.memberships import add_user_to_group, remove_user_from_group
from operations.policies import create_policy
from operations.users import create_user

Browse = Callable[[Caller], Browser]
URL = "/iam/users/ben/move/"
ASKED = {"from": "Cashiers", "to": "Roasters"}
CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"


def document(action: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture(autouse=True)
def _ben_is_a_cashier(root: Caller) -> None:
    for name, action in (("Cashiers", "s3:GetObject"), ("Roasters", "sqs:SendMessage")):
        create_group(root, group_name=name)
        put_group_policy(root, group_name=name, policy_name=f"{name}Job", policy_document=document(action))
        attach_group_policy(root, group_name=name, policy_arn=CHANGE_PASSWORD)
    create_user(root, user_name="ben")
    add_user_to_group(root, group_name="Cashiers", user_name="ben")


def groups_of(account: Account, name: str = "ben") -> list[str]:
    return list(account.users.get(user_name=name).groups.values_list("group_name", flat=True))


def give(root: Caller, name: str, *actions: str) -> None:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    policy = create_policy(root, policy_name=f"{name}-may", policy_document=text)
    attach_user_policy(root, user_name=name, policy_arn=policy.arn)


def test_who_may_not_know_the_user_sees_why(carol: Caller, browse: Browse) -> None:
    response = browse(carol).get(URL)

    assert response.status_code == 403
    assert b"iam:GetUser" in response.content


def test_the_page_offers_the_groups_to_leave_and_to_join(root: Caller, browse: Browse) -> None:
    html = browse(root).get(URL).content.decode()

    assert "<option selected>Cashiers</option>" in html
    assert "<option>Roasters</option>" in html


def test_what_is_lost_gained_and_kept_is_shown_first(root: Caller, browse: Browse) -> None:
    html = browse(root).get(URL, ASKED).content.decode()

    lost, gained = html.partition("Gains")[0].partition("Loses")[2], html.partition("Gains")[2]
    assert "s3:GetObject" in lost
    assert "sqs:SendMessage" in gained.partition("Keeps")[0]
    assert "iam:ChangePassword" in gained.partition("Keeps")[2]


def test_an_htmx_request_gets_the_move_alone(root: Caller, browse: Browse) -> None:
    html = browse(root).get(URL, ASKED, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in html
    assert 'id="move"' in html


def test_a_move_is_one_event_with_its_reason(root: Caller, account: Account, browse: Browse) -> None:
    response = browse(root).post(URL, {**ASKED, "reason": "Starts roasting today"})

    assert response["Location"] == "/iam/users/ben/moved/?from=Cashiers&to=Roasters"
    assert groups_of(account) == ["Roasters"]
    event = Event.objects.latest("sequence")
    assert event.event_name == "MoveUser"
    assert event.request_parameters["reason"] == "Starts roasting today"


def test_the_next_page_offers_the_way_back(root: Caller, account: Account, browse: Browse) -> None:
    browser = browse(root)

    html = browser.post(URL, ASKED, follow=True).content.decode()
    assert "1 permission gained, 1 lost" in html

    browser.post(URL, {"from": "Roasters", "to": "Cashiers", "is_undo": "yes"})
    assert groups_of(account) == ["Cashiers"]


def test_a_user_who_has_left_meanwhile_is_noticed(root: Caller, account: Account, browse: Browse) -> None:
    remove_user_from_group(root, group_name="Cashiers", user_name="ben")

    response = browse(root).post(URL, ASKED)

    assert response.status_code == 422
    assert "ben is not in Cashiers" in response.content.decode()
    assert groups_of(account) == []


def test_a_change_of_the_groups_since_the_look_is_noticed(
    root: Caller, account: Account, browse: Browse
) -> None:
    browser = browse(root)
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(URL, ASKED).content.decode())
    assert seen is not None
    put_group_policy(
        root, group_name="Roasters", policy_name="More", policy_document=document("s3:DeleteObject")
    )

    response = browser.post(URL, {**ASKED, "seen": seen[1]})

    assert response.status_code == 422
    assert "Look again, then move." in response.content.decode()
    assert groups_of(account) == ["Cashiers"]


def test_a_member_of_the_second_group_only_leaves_the_first(
    root: Caller, account: Account, browse: Browse
) -> None:
    add_user_to_group(root, group_name="Roasters", user_name="ben")

    html = browse(root).get(URL, ASKED).content.decode()

    assert "the move only leaves the first" in html


def test_a_reader_sees_the_effect_and_a_dead_button(account: Account, bob: Caller, browse: Browse) -> None:
    html = browse(bob).get(URL, ASKED).content.decode()

    assert "What changes for ben" in html
    assert re.search(r'disabled aria-describedby="blocked">Move ben', html)


def test_both_rights_are_needed(root: Caller, account: Account, carol: Caller, browse: Browse) -> None:
    give(root, "carol", "iam:Get*", "iam:List*", "iam:RemoveUserFromGroup")

    response = browse(carol).post(URL, ASKED)

    assert response.status_code == 403
    assert b"iam:AddUserToGroup" in response.content
    assert groups_of(account) == ["Cashiers"]


def test_groups_that_may_not_be_read_are_a_gap(
    root: Caller, account: Account, carol: Caller, browse: Browse
) -> None:
    give(root, "carol", "iam:GetUser", "iam:List*", "iam:RemoveUserFromGroup", "iam:AddUserToGroup")

    html = browse(carol).get(URL, ASKED).content.decode()

    assert "iam:GetGroup" in html
    assert "s3:GetObject" not in html


def test_a_group_that_may_not_be_listed_is_not_given_away(
    root: Caller, carol: Caller, browse: Browse
) -> None:
    give(root, "carol", "iam:GetUser", "iam:ListGroupsForUser")

    there = browse(carol).get(URL, ASKED)
    missing = browse(carol).get(URL, {"from": "Cashiers", "to": "Missing"})

    assert (there.status_code, missing.status_code) == (403, 403)


def test_a_user_in_no_group_has_nothing_to_move_out_of(root: Caller, browse: Browse) -> None:
    remove_user_from_group(root, group_name="Cashiers", user_name="ben")

    assert "ben is in no group" in browse(root).get(URL).content.decode()


def test_the_page_asks_the_database_ten_times_at_most(
    root: Caller, alice: Caller, browse: Browse, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    browser = browse(alice)
    browser.get(URL, ASKED)

    with django_assert_max_num_queries(10):
        browser.get(URL, ASKED)

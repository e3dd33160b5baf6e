"""What a change would do is shown on every page that makes one, before it is made."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from operations.attachments import attach_group_policy
from operations.boundaries import put_user_permissions_boundary
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.policy_versions import create_policy_version
from operations.users import create_user
from tests.cast import READ_ONLY

Browse = Callable[[Caller], Browser]


def document(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def menu(root: Caller) -> str:
    """ana and ben are cashiers and may publish; there is an older text by which they could only send."""
    create_group(root, group_name="Cashiers")
    for name in ("ana", "ben"):
        create_user(root, user_name=name)
        add_user_to_group(root, group_name="Cashiers", user_name=name)
    policy = create_policy(root, policy_name="menu", policy_document=document("sqs:SendMessage"))
    new = document("sns:Publish")
    create_policy_version(root, policy_arn=policy.arn, policy_document=new, set_as_default=True)
    attach_group_policy(root, group_name="Cashiers", policy_arn=policy.arn)
    put_group_policy(
        root, group_name="Cashiers", policy_name="till", policy_document=document("s3:PutObject")
    )
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=document("s3:GetObject"))
    return policy.arn


PAGES = {
    "joining a group": (
        "/iam/groups/Cashiers/add-users/?users=carol",
        ["carol", "sns:Publish", "s3:PutObject"],
    ),
    "leaving a group": (
        "/iam/groups/Cashiers/remove-users/?users=ana&users=ben",
        ["ana, ben", "sns:Publish"],
    ),
    "a group's policies": (f"/iam/groups/Cashiers/attach-policies/?policies={READ_ONLY}", ["iam:GetUser"]),
    "a policy of a group": (
        "/iam/groups/Cashiers/remove-policies/?key=policy/MENU",
        ["ana, ben", "sns:Publish"],
    ),
    "an inline policy of a group": (
        "/iam/groups/Cashiers/remove-policies/?key=inline/till",
        ["s3:PutObject"],
    ),
    "a group": ("/iam/groups/Cashiers/delete/", ["ana, ben", "sns:Publish", "s3:PutObject"]),
    "an inline policy": ("/iam/users/ana/remove-permissions/?key=inline/own", ["s3:GetObject", "1 lost"]),
    "its deletion": ("/iam/inline-policies/delete/?user=ana&policy=own", ["s3:GetObject", "1 lost"]),
    "a managed policy": ("/iam/policies/delete/?arn=MENU", ["ana, ben", "sns:Publish"]),
    "its detachment": ("/iam/policies/detach/?arn=MENU&entities=group:Cashiers", ["ana, ben", "sns:Publish"]),
    "another version": (
        "/iam/policies/view/versions/compare/?arn=MENU&old=v2&new=v1",
        ["ana, ben", "Set version 1 as default", "sqs:SendMessage"],
    ),
}


@pytest.mark.parametrize(("url", "words"), PAGES.values(), ids=PAGES.keys())
def test_the_effect_stands_beside_the_form(
    menu: str, alice: Caller, carol: Caller, browse: Browse, url: str, words: list[str]
) -> None:
    html = browse(alice).get(url.replace("MENU", menu)).content.decode()

    effect = html[html.index('id="prospects"') :]
    assert [word for word in words if word not in html or (":" in word and word not in effect)] == []


def test_a_choice_is_answered_with_its_effect(menu: str, alice: Caller, browse: Browse) -> None:
    browser = browse(alice)
    answers = [
        browser.post(url.replace("MENU", menu), {**chosen, "go": "choose"}, headers={"HX-Request": "true"})
        for url, chosen in (
            ("/iam/groups/Cashiers/add-users/", {"users": "alice"}),
            ("/iam/policies/attach/?arn=MENU", {"entities": "user:alice"}),
            ("/iam/users/ana/boundary/", {"boundary": READ_ONLY}),
            ("/iam/users/ana/copy-permissions/", {"users": "alice"}),
        )
    ]

    told = [answer.content.decode() for answer in answers]
    assert all('id="prospects"' in html and "Nothing is chosen yet" not in html for html in told)
    assert "Nobody gains or loses anything" in told[0]
    assert "sns:Publish" in told[2]


def test_lifting_a_boundary_says_what_takes_effect(
    menu: str, root: Caller, alice: Caller, browse: Browse
) -> None:
    put_user_permissions_boundary(root, user_name="ana", permissions_boundary=READ_ONLY)

    html = browse(alice).get("/iam/users/ana/boundary/remove/").content.decode()

    assert "3 gained, 0 lost, 0 kept" in html


def test_whoever_may_not_see_it_is_told_and_may_still_act(
    menu: str, root: Caller, carol: Caller, browse: Browse
) -> None:
    rights = document("iam:GetGroup", "iam:ListAttachedGroupPolicies", "iam:DetachGroupPolicy")
    put_user_policy(root, user_name="carol", policy_name="groups", policy_document=rights)
    browser, url = browse(carol), "/iam/groups/Cashiers/remove-policies/"

    html = browser.get(url, {"key": f"policy/{menu}"}).content.decode()
    answer = browser.post(url, {"key": f"policy/{menu}", "go": "remove"})

    assert "<code>iam:GetAccountAuthorizationDetails</code> is missing" in html
    assert answer.status_code == 303


def test_the_review_of_a_text_says_whom_it_reaches(menu: str, alice: Caller, browse: Browse) -> None:
    browser, url = browse(alice), f"/iam/policies/edit/?arn={menu}&draft=tab1"
    typed = {"policy_document": document("sns:Subscribe"), "base_version_id": "v2"}
    html = browser.post(url, typed, follow=True).content.decode()

    assert "Effect as the default" in html
    assert "ana, ben" in html


def test_the_review_of_an_inline_policy_says_what_it_adds(menu: str, alice: Caller, browse: Browse) -> None:
    browser, url = browse(alice), "/iam/inline-policies/create/?user=ben&draft=tab1"
    typed = {"policy_document": document("sns:Subscribe"), "go": "next"}
    html = browser.post(url, typed, follow=True).content.decode()

    assert "1 gained, 0 lost" in html


def test_a_new_group_says_what_it_gives_to_whom(menu: str, alice: Caller, browse: Browse) -> None:
    browser, url = browse(alice), "/iam/groups-create/"
    html = browser.post(
        url, {"users": "ben", "policies": READ_ONLY, "go": "choose"}, follow=True
    ).content.decode()

    assert "Effect on these users" in html
    assert "iam:GetUser" in html

"""What changes: the panel beside the text, against the version in force and for those who have it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from django.test import Client

from operations.attachments import attach_group_policy
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.users import create_user
from policies.tests.documents import BUCKET, LISTING, READING, RECEIPTS, allow, document

Browse = Callable[[Caller], Client]
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
GUARDED = document(allow("s3:ListBucket"), allow("s3:GetObject", RECEIPTS, Condition=MFA))
OPENED = document(allow("s3:ListObject"), allow("s3:GetObject", RECEIPTS))
DENYING = document(allow("s3:ListBucket"), {"Effect": "Deny", "Action": "s3:*", "Resource": "*"})
CHANGES = "/iam/policies/changes/"
# The session and the caller, the policy and its version, then what counts those who have it.
MOST_QUERIES = 12


def deny(action: str, **more: object) -> dict[str, object]:
    return {**allow(action, "*", **more), "Effect": "Deny"}


@pytest.fixture
def arn(root: Caller) -> str:
    """The cashiers ana and ben have ReceiptsRead."""
    policy = create_policy(root, policy_name="ReceiptsRead", policy_document=GUARDED)
    create_group(root, group_name="Cashiers")
    for name in ("ana", "ben"):
        create_user(root, user_name=name)
        add_user_to_group(root, group_name="Cashiers", user_name=name)
    attach_group_policy(root, group_name="Cashiers", policy_arn=policy.arn)
    return policy.arn


def panel(browser: Client, text: str, query: str = "") -> str:
    response = browser.post(f"{CHANGES}{query}", {"policy_document": text}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


def test_the_story_of_the_receipts(browse: Browse, alice: Caller, arn: str) -> None:
    told = panel(browse(alice), OPENED, f"?arn={arn}")

    assert "against version 1" in told
    lost, gained = told.split("s3:GetObject")
    assert "<code>s3:ListBucket</code>" in lost
    assert "Lost by 2 users." in lost
    assert "Was allowed under conditions only. Wider for 2 users." in gained
    assert "2 users, through Cashiers" in told
    assert f"/iam/policies/view/entities/?arn={quote(arn, safe='')}" in told


def test_a_condition_more_is_a_loss_in_part(browse: Browse, root: Caller, alice: Caller, arn: str) -> None:
    policy = create_policy(root, policy_name="Open", policy_document=READING)

    told = panel(
        browse(alice), document(allow("s3:GetObject", RECEIPTS, Condition=MFA)), f"?arn={policy.arn}"
    )

    assert "Is left under conditions. Narrower for whoever gets it." in told


def test_another_layout_means_the_same(browse: Browse, alice: Caller, arn: str) -> None:
    assert "Means the same as version 1." in panel(browse(alice), GUARDED.replace("\n", ""), f"?arn={arn}")


def test_a_denial_is_told_though_the_policy_alone_loses_nothing(
    browse: Browse, root: Caller, alice: Caller
) -> None:
    allowing = allow("s3:PutObject", RECEIPTS)
    plain, denying = document(allowing), document(allowing, deny("iam:*"))
    guarded = document(allowing, deny("iam:*", Condition=MFA))
    begun = create_policy(root, policy_name="Begun", policy_document=plain)
    ended = create_policy(root, policy_name="Ended", policy_document=denying)

    told = panel(browse(alice), denying, f"?arn={begun.arn}")

    assert "Denied from now on for whoever gets it, whatever else allows it." in told
    assert "Gained" not in told
    assert "gets it, under conditions, whatever" in panel(browse(alice), guarded, f"?arn={begun.arn}")
    assert "Denied in fewer cases than before" in panel(browse(alice), guarded, f"?arn={ended.arn}")
    assert "Denied no more for whoever gets it." in panel(browse(alice), plain, f"?arn={ended.arn}")
    assert "Means the same" in panel(browse(alice), denying, f"?arn={ended.arn}")


@pytest.mark.parametrize("text", ["", "{", '{"Statement": []'], ids=["empty", "cut off", "cut off later"])
def test_a_text_that_is_no_policy_has_an_empty_state(
    browse: Browse, alice: Caller, arn: str, text: str
) -> None:
    assert "As soon as the text is a policy" in panel(browse(alice), text, f"?arn={arn}")


def test_too_much_to_compare_is_admitted(browse: Browse, alice: Caller, arn: str) -> None:
    actions = [
        f"s3:{name}" for name in ("GetObject", "PutObject", "DeleteObject", "GetObjectAcl", "PutObjectAcl")
    ]
    many = [[f"arn:aws:s3:::bucket-{number}-{index}/*" for index in range(100)] for number in range(3)]
    wide = document(*[allow(actions, resources) for resources in many])

    assert "There is more than can be compared while you type." in panel(browse(alice), wide, f"?arn={arn}")


def test_a_new_policy_has_nobody_and_opens_something(browse: Browse, alice: Caller) -> None:
    told = panel(browse(alice), LISTING)

    assert "Nobody has it yet." in told
    assert "Gained by whoever gets it." in told
    assert "against" not in told


def test_variables_stand_for_themselves(browse: Browse, alice: Caller) -> None:
    told = panel(browse(alice), document(allow("s3:GetObject", f"{BUCKET}/${{aws:username}}/*")))

    assert "${aws:username}" in told


def test_an_inline_policy_touches_its_holder(browse: Browse, root: Caller, alice: Caller, arn: str) -> None:
    put_group_policy(root, group_name="Cashiers", policy_name="own", policy_document=LISTING)
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=LISTING)
    browser = browse(alice)

    of_group = panel(browser, READING, "?group=Cashiers&policy=own")
    of_user = panel(browser, READING, "?user=ana&policy=own")
    new = panel(browser, READING, "?user=ana")

    assert "against the present text" in of_group
    assert "Lost by 2 users." in of_group
    assert "Lost by 1 user." in of_user
    assert "Gained by 1 user." in new
    assert "Lost" not in new


def test_who_may_not_read_the_policy_gets_no_panel(browse: Browse, carol: Caller, arn: str) -> None:
    response = browse(carol).post(f"{CHANGES}?arn={arn}", {"policy_document": LISTING})

    assert response.status_code == 403
    assert "s3:ListBucket" not in response.content.decode()


def test_who_may_not_see_who_has_it_is_told_so(browse: Browse, root: Caller, carol: Caller, arn: str) -> None:
    reading: dict[str, object] = {
        "Effect": "Allow",
        "Action": ["iam:GetPolicy", "iam:GetPolicyVersion"],
        "Resource": "*",
    }
    put_user_policy(root, user_name="carol", policy_name="read", policy_document=document(reading))

    told = panel(browse(carol), OPENED, f"?arn={arn}")

    assert "<code>iam:ListEntitiesForPolicy</code> is missing" in told
    assert "Lost by everybody who has it." in told


def test_the_panel_takes_few_queries(
    browse: Browse, alice: Caller, arn: str, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    browser = browse(alice)
    panel(browser, OPENED, f"?arn={arn}")

    with django_assert_max_num_queries(MOST_QUERIES):  # type: ignore[attr-defined]  # a context manager
        panel(browser, OPENED, f"?arn={arn}")


def test_the_editor_begins_with_the_panel_and_asks_again_while_one_types(
    browse: Browse, alice: Caller, arn: str
) -> None:
    page = browse(alice).get(f"/iam/policies/edit/?arn={arn}&draft=tab1").content.decode()

    assert "Means the same as version 1." in page
    assert f'hx-post="{CHANGES}?arn={quote(arn, safe="")}"' in page


def test_typed_text_is_shown_as_text(browse: Browse, alice: Caller) -> None:
    told = panel(browse(alice), document(allow("s3:GetObject", "arn:aws:s3:::<script>alert(1)</script>")))

    assert "<script>" not in told

"""Try a request: the answer with the text in the editor in force, beside that of today."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from operations.attachments import attach_group_policy, attach_user_policy
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_role_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.roles import create_role
from operations.users import create_user
from policies.tests.documents import BUCKET, EC2, LISTING, READING, allow, document

Browse = Callable[[Caller], Client]
RECEIPT = f"{BUCKET}/receipts/1"
CHANGED = "saving changes that"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


@pytest.fixture
def arn(root: Caller) -> str:
    """ana has ReceiptsRead, which lets her list; ben has nothing."""
    policy = create_policy(root, policy_name="ReceiptsRead", policy_document=LISTING)
    for name in ("ana", "ben"):
        create_user(root, user_name=name)
    attach_user_policy(root, user_name="ana", policy_arn=policy.arn)
    return policy.arn


def asked(action: str = "s3:ListBucket", resource: str = BUCKET, **more: str) -> dict[str, str]:
    return {"try-kind": "user", "try-action_name": action, "try-resource_arn": resource} | {
        f"try-{name}": value for name, value in more.items()
    }


def tried(browser: Client, text: str, query: str = "", **question: str) -> str:
    response = browser.post(f"/iam/policies/try/{query}", {"policy_document": text, **asked(**question)})
    assert response.status_code == 200
    return response.content.decode()


def test_somebody_with_this_policy_alone(browse: Browse, alice: Caller) -> None:
    browser = browse(alice)

    assert "<strong>Allowed</strong> with your text in force" in tried(browser, LISTING)
    assert "<strong>Denied implicitly</strong>" in tried(browser, READING)


def test_the_text_stands_in_for_the_version_in_force(browse: Browse, alice: Caller, arn: str) -> None:
    lost = tried(browse(alice), READING, f"?arn={arn}", name="ana")
    kept = tried(browse(alice), LISTING, f"?arn={arn}", name="ana")

    assert "<strong>Denied implicitly</strong>" in lost
    assert f"Today it is allowed: {CHANGED}" in lost
    assert "Today it is the same." in kept


def test_where_nobody_is_named_the_version_in_force_is_today(browse: Browse, alice: Caller, arn: str) -> None:
    told = tried(browse(alice), READING, f"?arn={arn}", action="s3:GetObject", resource=RECEIPT)

    assert f"Today it is denied: {CHANGED}" in told


def test_whoever_has_not_got_it_gets_it_on_top(browse: Browse, alice: Caller, arn: str) -> None:
    told = tried(browse(alice), LISTING, f"?arn={arn}", name="ben")

    assert "<strong>Allowed</strong>" in told
    assert f"Today it is denied: {CHANGED}" in told
    assert "ben has not got this policy" in told


def test_a_policy_of_a_group_stands_in_for_itself(
    browse: Browse, root: Caller, alice: Caller, arn: str
) -> None:
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ben")
    put_group_policy(root, group_name="Cashiers", policy_name="list", policy_document=LISTING)
    attach_group_policy(root, group_name="Cashiers", policy_arn=arn)
    query = "?group=Cashiers&policy=list"

    # The managed policy still lets ben list.
    assert "Today it is the same." in tried(browse(alice), READING, query, name="ben")
    assert "ReceiptsRead (group Cashiers)" in tried(browse(alice), READING, query, name="ben")


def test_a_group_is_asked_for_whoever_is_in_it_alone(
    browse: Browse, root: Caller, alice: Caller, arn: str
) -> None:
    create_group(root, group_name="Cashiers")
    attach_group_policy(root, group_name="Cashiers", policy_arn=arn)

    told = tried(browse(alice), READING, f"?arn={arn}", kind="group", name="Cashiers")

    assert f"Today it is allowed: {CHANGED}" in told


def test_a_role_is_asked_for_whoever_has_assumed_it(browse: Browse, root: Caller, alice: Caller) -> None:
    create_role(root, role_name="Till", assume_role_policy_document=EC2)
    put_role_policy(root, role_name="Till", policy_name="list", policy_document=LISTING)
    query = "?role=Till&policy=list"

    assert "Today it is the same." in tried(browse(alice), LISTING, query, kind="role", name="Till")
    assert f"Today it is allowed: {CHANGED}" in tried(browse(alice), READING, query, kind="role", name="Till")


def test_the_circumstances_count(browse: Browse, alice: Caller) -> None:
    guarded = document(allow("s3:ListBucket", Condition=MFA))

    assert "<strong>Denied implicitly</strong>" in tried(browse(alice), guarded)
    assert "<strong>Allowed</strong>" in tried(browse(alice), guarded, mfa="on")


def test_a_condition_key_has_the_values_it_is_given(browse: Browse, alice: Caller) -> None:
    office = document(allow("s3:ListBucket", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))

    assert "<strong>Denied implicitly</strong>" in tried(browse(alice), office)
    assert "<strong>Allowed</strong>" in tried(browse(alice), office, keys="aws:SourceIp = 203.0.113.7")


def test_a_text_that_is_no_policy_has_no_answer(browse: Browse, alice: Caller) -> None:
    assert "The text is no policy yet." in tried(browse(alice), '{"Version": ')


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ({"action": "ListBucket"}, "Name one action"),
        ({"action": ""}, "required"),
        ({"name": "nobody"}, "nobody"),
        ({"keys": "here"}, "Write one a line"),
    ],
    ids=str,
)
def test_a_question_that_cannot_be_put_is_refused(
    question: dict[str, str], told: str, browse: Browse, alice: Caller
) -> None:
    page = tried(browse(alice), LISTING, **question)

    assert told in page
    assert "with your text in force" not in page


def test_without_the_right_to_simulate_there_is_no_answer(browse: Browse, carol: Caller) -> None:
    assert "is not authorized to perform: iam:Simulate" in tried(browse(carol), LISTING)


def test_without_script_the_whole_editor_comes_back(browse: Browse, alice: Caller) -> None:
    page = (
        browse(alice)
        .post(
            "/iam/policies/create/?draft=tab1",
            {"policy_document": READING, "kind": "managed", "go": "try", **asked("s3:GetObject", RECEIPT)},
        )
        .content.decode()
    )

    assert "<strong>Allowed</strong> with your text in force" in page
    assert "ReadReceipts" in page.partition("<textarea")[2].partition("</textarea>")[0]
    assert f'value="{RECEIPT}"' in page


def test_a_question_stays_when_something_else_is_pressed(browse: Browse, alice: Caller) -> None:
    page = browse(alice).post(
        "/iam/policies/create/?draft=tab1",
        {"policy_document": READING, "kind": "managed", "go": "format", **asked("s3:GetObject", RECEIPT)},
    )

    assert f'value="{RECEIPT}"' in page.content.decode()


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_the_holder_of_an_inline_policy_is_asked_about_first(
    browse: Browse, root: Caller, alice: Caller, kind: str
) -> None:
    create_user(root, user_name="Till")
    create_group(root, group_name="Till")
    create_role(root, role_name="Till", assume_role_policy_document=EC2)

    page = browse(alice).get(f"/iam/inline-policies/create/?{kind}=Till&draft=tab1").content.decode()

    assert 'name="try-name" value="Till"' in page
    assert f'<option value="{kind}" selected>' in page


def test_whoever_asks_nothing_can_go_on(browse: Browse, alice: Caller) -> None:
    page = browse(alice).get("/iam/policies/create/?draft=tab1").content.decode()

    assert "required" not in page.partition('name="try-action_name"')[2].partition(">")[0]

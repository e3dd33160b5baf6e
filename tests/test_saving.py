"""An edit from the loss it would mean to the version with its reason, as a browser has it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from operations.attachments import attach_group_policy
from operations.caller import Caller
from operations.groups import create_group
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.policy_versions import create_policy_version, get_policy_version
from operations.users import create_user
from policies.tests.documents import LISTING, READING, RECEIPTS, allow, document
from tests.cast import ROOT_EMAIL, new_account, signed_in
from tests.test_accessibility import NARROW, violations
from tests.test_behaviours import enter

TWO = document(allow("s3:ListBucket", Sid="List"), allow("s3:GetObject", RECEIPTS, Sid="Read"))
THEIRS = TWO.replace("s3:GetObject", "s3:GetObjectAcl")
MINE = TWO.replace("s3:ListBucket", "s3:ListBucketVersions")


@pytest.fixture
def owner(console: str) -> Caller:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    return signed_in(account.root, account)


@pytest.fixture
def arn(owner: Caller) -> str:
    """ana and ben have ReceiptsRead as cashiers."""
    policy = create_policy(owner, policy_name="ReceiptsRead", policy_document=LISTING)
    create_group(owner, group_name="Cashiers")
    for name in ("ana", "ben"):
        create_user(owner, user_name=name)
        add_user_to_group(owner, group_name="Cashiers", user_name=name)
    attach_group_policy(owner, group_name="Cashiers", policy_arn=policy.arn)
    return policy.arn


def write(page: Page, text: str) -> None:
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def test_an_edit_is_weighed_tried_and_saved_with_its_reason(
    console: str, page: Page, owner: Caller, arn: str
) -> None:
    enter(page, console, owner)
    page.goto(f"/iam/policies/edit/?arn={arn}")
    changes = page.get_by_role("region", name="What changes")
    expect(changes).to_contain_text("Means the same as version 1.")

    write(page, READING)
    expect(changes).to_contain_text("Lost by 2 users.")
    expect(changes).to_contain_text("2 users, through Cashiers")

    trying = page.get_by_role("region", name="Try a request")
    trying.get_by_label("Name").fill("ana")
    trying.get_by_label("Resource").fill(RECEIPTS.replace("*", "today"))
    trying.get_by_label("Action").fill("s3:GetObject")
    page.keyboard.press("Enter")
    expect(page.locator("#try-answer")).to_contain_text("Today it is denied: saving changes that.")
    assert "ReadReceipts" in page.locator("#policy-document").input_value()
    # A link half under the bar would count as too small.
    page.evaluate("scrollTo(0, 0)")
    assert violations(page) == []
    page.set_viewport_size(NARROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]

    page.get_by_role("button", name="Next").click()
    page.get_by_label("Reason").fill("Cashiers open receipts")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_role("table")).to_contain_text("Cashiers open receipts")
    assert get_policy_version(owner, policy_arn=arn, version_id="v2").document == READING


def test_somebody_elses_edit_is_merged_in(console: str, page: Page, owner: Caller, arn: str) -> None:
    create_policy_version(owner, policy_arn=arn, policy_document=TWO, set_as_default=True)
    enter(page, console, owner)
    page.goto(f"/iam/policies/edit/?arn={arn}")
    create_policy_version(owner, policy_arn=arn, policy_document=THEIRS, set_as_default=True)

    write(page, MINE)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#conflict")).to_contain_text("Both changes fit together")
    assert violations(page) == []
    page.get_by_role("button", name="Take the merged text").click()
    expect(page.locator("#kept")).to_contain_text("Your text is kept here")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_role("heading", name="Policy versions")).to_be_visible()
    saved = get_policy_version(owner, policy_arn=arn, version_id="v4").document
    assert saved == MINE.replace("s3:GetObject", "s3:GetObjectAcl")

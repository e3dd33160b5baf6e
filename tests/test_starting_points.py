"""The ways to begin a policy, as a browser has them: from the editor and back, and nothing typed is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from operations.caller import Caller
from operations.policies import create_policy
from policies.tests.documents import READING
from tests.cast import ADMINISTRATOR, ROOT_EMAIL, new_account, new_user, signed_in
from tests.test_accessibility import NARROW, enter, violations

TYPED = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture
def alice(console: str) -> Caller:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    alice = new_user(signed_in(account.root, account), "alice", ADMINISTRATOR)
    create_policy(alice, policy_name="ReceiptsRead", policy_document=READING)
    return alice


def text(page: Page) -> str:
    return page.locator("#policy-document").input_value()


def test_a_policy_is_put_together_from_everywhere(console: str, page: Page, alice: Caller) -> None:
    enter(page, console, alice)
    page.goto("/iam/policies/create/")
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(TYPED)

    page.get_by_role("button", name="Import policy").click()
    page.get_by_label("Filter by name").fill("receipts")
    expect(page.get_by_label("Import AdministratorAccess", exact=True)).to_have_count(0)
    page.get_by_label("Import ReceiptsRead").check()
    page.get_by_label("Filter by name").fill("administratoraccess")
    expect(page.get_by_role("group", name="Chosen policies")).to_contain_text("ReceiptsRead")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".ace_content")).to_contain_text("ReadReceipts")

    page.get_by_role("button", name="Use a template").click()
    page.get_by_role("searchbox", name="Search templates").fill("one bucket")
    page.get_by_role("link", name="Read one bucket").click()
    page.get_by_label("Bucket name").fill("autumn-menus")
    expect(page.locator("#draft-preview")).to_contain_text("arn:aws:s3:::autumn-menus/*")
    page.get_by_role("button", name="Use this template").click()
    expect(page.locator("#policy-summary")).to_contain_text("ReadItsObjects")

    page.get_by_role("button", name="Plain choices").click()
    page.get_by_role("searchbox", name="Search services").fill("sqs")
    page.get_by_role("link", name="Amazon SQS").click()
    page.get_by_label("Set and remove tags").check()
    expect(page.locator("#draft-preview")).to_contain_text("sqs:TagQueue")
    faults = violations(page)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#policy-summary")).to_contain_text("TagSqs")

    assert [sid in text(page) for sid in ("ReadReceipts", "ListTheBucket", "ReadItsObjects", "TagSqs")] == [
        True
    ] * 4
    page.goto("/iam/policies/activity/?user=alice")
    page.get_by_label("Allow iam:ListPolicies").uncheck()
    expect(page.locator("#draft-preview")).not_to_contain_text("iam:ListPolicies")
    page.set_viewport_size(NARROW)
    assert faults + violations(page) == []

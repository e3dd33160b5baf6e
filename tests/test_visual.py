"""The Visual view, as a browser has it: a policy built without writing JSON, seen as JSON, and taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from operations.caller import Caller
from tests.cast import ROOT_EMAIL, new_account, signed_in
from tests.test_accessibility import NARROW, violations
from tests.test_behaviours import enter


@pytest.fixture
def owner(console: str) -> Caller:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    return signed_in(account.root, account)


@pytest.fixture
def editor(console: str, page: Page, owner: Caller) -> Page:
    enter(page, console, owner)
    page.set_default_timeout(8000)
    page.goto("/iam/policies/create/")
    return page


def document(page: Page) -> Locator:
    return page.locator("#policy-document")


def statement(page: Page) -> dict[str, Any]:
    (found,) = json.loads(document(page).input_value())["Statement"]
    assert isinstance(found, dict)
    return found


def test_reading_one_bucket_with_a_second_factor_is_built_seen_and_taken_back(editor: Page) -> None:
    blank = document(editor).input_value()
    editor.get_by_role("button", name="Visual").click()
    editor.locator("#service-0").fill("s3")
    editor.locator("#service-0").press("Enter")

    editor.get_by_role("searchbox", name="Filter actions by name").press_sequentially("GetObject")
    editor.get_by_role("checkbox", name="GetObject", exact=True).click()
    expect(editor.get_by_role("checkbox", name="GetObject", exact=True)).to_be_checked()
    editor.get_by_text("Add ARN: object").click()
    editor.get_by_label("Bucket name").first.fill("menu")
    editor.get_by_role("checkbox", name="Any Object name").check()
    editor.get_by_role("button", name="Add this ARN (object)").click()
    expect(editor.get_by_role("button", name="Remove arn:aws:s3:::menu/*")).to_be_visible()
    editor.get_by_role("button", name="MFA required").click()
    expect(editor.get_by_role("list", name="Conditions")).to_contain_text(
        "aws:MultiFactorAuthPresent is true"
    )

    built = statement(editor)
    assert built == {
        "Sid": "Statement1",
        "Effect": "Allow",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::menu/*"],
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    }
    expect(editor.locator("#policy-summary")).to_contain_text("aws:MultiFactorAuthPresent")
    expect(editor.locator(".verdict")).to_contain_text("Nothing to solve")
    assert violations(editor) == []

    editor.get_by_role("button", name="Undo").click()
    expect(editor.get_by_role("button", name="MFA required")).to_be_visible()
    assert "Condition" not in statement(editor)

    editor.get_by_role("button", name="JSON").click()
    expect(editor.locator(".ace_content")).to_contain_text("arn:aws:s3:::menu/*")
    editor.locator(".ace_text-input").focus()
    editor.keyboard.press("Control+z")
    editor.keyboard.press("Control+z")
    expect(document(editor)).to_have_value(blank)


def test_the_panel_follows_the_cursor_and_writes_into_the_text(editor: Page) -> None:
    panel = editor.locator("#statement-panel")
    expect(panel).to_contain_text("Put the cursor into a statement")
    editor.locator(".ace_text-input").focus()
    for _ in range(5):
        editor.keyboard.press("ArrowDown")
    expect(panel).to_contain_text("Statement1, Allow")

    panel.get_by_role("textbox", name="Add actions by name").fill("s3:ListBucket")
    editor.keyboard.press("Enter")
    expect(panel).to_contain_text("1 of 18")
    panel.get_by_role("button", name="Switch to deny").click()
    expect(panel).to_contain_text("Statement1, Deny")

    assert statement(editor)["Action"] == ["s3:ListBucket"]
    assert statement(editor)["Effect"] == "Deny"
    assert violations(editor) == []


def test_a_finding_is_shown_in_the_json_view(editor: Page) -> None:
    editor.get_by_role("button", name="Visual").click()
    expect(editor.locator("#block-0")).to_be_visible()

    editor.get_by_role("link", name="Line 7, column 17").click()

    expect(editor.locator(".document-editor")).to_be_visible()
    expect(editor.locator(".ace_text-input")).to_be_focused()


def test_what_is_typed_as_json_is_drawn_and_the_narrow_page_does_not_scroll_sideways(editor: Page) -> None:
    editor.set_viewport_size(NARROW)
    editor.locator(".ace_text-input").focus()
    editor.keyboard.press("Control+a")
    editor.keyboard.insert_text('{"Statement": {"Effect": "Allow", "NotResource": "*", "Action": "sqs:*"}}')

    editor.get_by_role("button", name="Visual").click()

    expect(editor.locator("#policy-visual")).to_contain_text("all resources but some")
    expect(editor.locator(".verdict")).to_contain_text("solve")
    assert editor.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    assert violations(editor) == []

"""Completion in the editor, as a browser has it: by keyboard, as one edit, for everybody."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from operations.caller import Caller
from tests.cast import ROOT_EMAIL, new_account, signed_in
from tests.test_accessibility import NARROW, violations
from tests.test_behaviours import enter

BEFORE = '{"Statement": {"Effect": "Allow", "Action": '
ROLE = "Policy document, JSON"


@pytest.fixture
def owner(console: str) -> Caller:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    return signed_in(account.root, account)


@pytest.fixture
def editor(console: str, page: Page, owner: Caller) -> Page:
    """The editor with the beginning of a statement; the cursor is where its actions go."""
    enter(page, console, owner)
    page.set_default_timeout(8000)
    page.goto("/iam/policies/create/")
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(BEFORE)
    return page


def option(page: Page, name: str) -> Locator:
    return page.get_by_role("option", name=name)


def text(page: Page) -> str:
    return page.locator("#policy-document").input_value()


def test_an_action_is_offered_chosen_and_taken_back(editor: Page) -> None:
    editor.keyboard.type('"s3:Get')
    offered = option(editor, "s3:GetObject Read")
    expect(offered).to_have_attribute("aria-selected", "true")
    expect(editor.locator(".ace_text-input")).to_have_attribute("aria-activedescendant", "completion-0")
    before = text(editor)

    editor.keyboard.press("Enter")
    expect(editor.get_by_role("listbox")).to_be_hidden()
    assert '"s3:GetObject"' in text(editor)
    assert editor.locator(".ace_text-input").get_attribute("aria-activedescendant") is None

    editor.keyboard.press("Control+z")
    assert text(editor) == before


def test_the_arrows_choose_and_the_newest_text_counts(editor: Page) -> None:
    editor.keyboard.type('"s3:GetObjectT')
    expect(editor.get_by_role("listbox").get_by_role("option")).to_have_text(
        [re.compile(f"^s3:GetObject{name}") for name in ("Tagging", "Torrent", r"T\*")]
    )

    editor.keyboard.press("ArrowDown")
    editor.keyboard.press("Tab")

    assert '"s3:GetObjectTorrent"' in text(editor)


def test_one_asks_when_the_typing_pauses_and_not_with_every_key(editor: Page) -> None:
    asked: list[str] = []
    editor.on("request", lambda request: asked.append(request.url) if "completion/" in request.url else None)

    editor.keyboard.type('"s3:GetObjectTagg', delay=10)

    expect(editor.get_by_role("listbox").get_by_role("option")).to_have_text(["s3:GetObjectTagging Read"])
    assert 0 < len(asked) < len("s3:GetObjectTagg")


def test_escape_closes_the_list_before_it_lets_tab_leave(editor: Page) -> None:
    editor.keyboard.type('"s3:GetO')
    expect(option(editor, "s3:GetObject Read")).to_be_visible()

    editor.keyboard.press("Escape")
    expect(editor.get_by_role("listbox")).to_be_hidden()
    editor.keyboard.press("Tab")
    expect(editor.locator(".ace_text-input")).to_be_focused()
    editor.keyboard.press("Escape")
    editor.keyboard.press("Tab")

    expect(editor.locator(".ace_text-input")).not_to_be_focused()


def test_what_is_left_to_write_of_an_arn_is_selected(editor: Page) -> None:
    editor.keyboard.insert_text('"s3:ListBucket", "Resource": ')
    editor.keyboard.type('"')
    expect(option(editor, "arn:aws:s3:::{BucketName}")).to_be_visible()

    editor.keyboard.press("Enter")
    editor.keyboard.type("receipts")

    assert '"Resource": "arn:aws:s3:::receipts"' in text(editor)


def test_control_space_asks_anywhere_and_says_when_there_is_nothing(editor: Page) -> None:
    editor.keyboard.insert_text('"s3:*", ')
    editor.keyboard.press("Control+Space")
    expect(option(editor, "Resource").first).to_be_visible()
    editor.keyboard.press("ArrowDown")
    editor.keyboard.press("Enter")
    assert text(editor).endswith('"Resource": ')

    editor.keyboard.insert_text("[] }")
    editor.keyboard.press("Control+Space")
    expect(editor.locator("#announcer")).to_have_text("No suggestions here.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_is_for_everybody(editor: Page, scheme: str) -> None:
    editor.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    editor.keyboard.type('"s3:Get')
    expect(option(editor, "s3:GetObject Read")).to_be_visible()
    found = violations(editor)

    editor.set_viewport_size(NARROW)
    expect(editor.get_by_role("listbox")).to_be_visible()

    assert found + violations(editor) == []
    assert editor.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = editor.locator(".completion").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= NARROW["width"]

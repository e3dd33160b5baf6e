"""What only a browser shows: how scripts and swaps work together on a page."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from operations.attachments import attach_group_policy
from operations.caller import Caller
from operations.groups import create_group
from operations.users import create_user
from tests.cast import ADMINISTRATOR, READ_ONLY, ROOT_EMAIL, browser_of, new_account, new_user, signed_in

WITH_FINDINGS = """{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": ["s3:ListObject", "iam:PassRole"], "Resource": "*"},
    {"Effect": "Allow", "Action": "s3:GetObjet", "Resource": "arn:aws:s3:::receipts/*"}
  ]
}"""


@pytest.fixture
def owner(console: str) -> Caller:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    return signed_in(account.root, account)


def enter(page: Page, console: str, owner: Caller) -> None:
    """The session of an administrator in the browser, without the sign-in pages."""
    cookie = browser_of(new_user(owner, "alice", ADMINISTRATOR)).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": console}])


def test_the_keyboard_goes_from_finding_to_finding_and_a_fix_leaves_its_tab_open(
    console: str, page: Page, owner: Caller
) -> None:
    enter(page, console, owner)
    page.goto("/iam/policies/create/")
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(WITH_FINDINGS)
    errors = page.get_by_role("tab", name="Errors 2")
    expect(errors).to_be_visible()
    # The marks are set a moment after the list is there.
    expect(page.locator(".span-mark").first).to_be_attached()

    page.keyboard.press("Alt+e")
    expect(errors).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name="Apply fix").first.click()

    expect(page.get_by_role("tab", name="Errors 1")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("button", name="Apply fix")).to_have_count(1)
    expect(page.get_by_role("tabpanel", name="Errors")).to_be_visible()


def test_next_is_readable_at_once_when_it_gives_its_weight_to_a_fix(
    console: str, page: Page, owner: Caller
) -> None:
    enter(page, console, owner)
    page.goto("/iam/policies/create/")

    # A background that fades in passes through the colour that the text has at once.
    before, at_once, later = page.locator(".next").evaluate(
        """async (next) => {
          const background = () => getComputedStyle(next).backgroundColor;
          const before = background();
          const fix = document.createElement("button");
          fix.dataset.fix = "";
          next.form.append(fix);
          const atOnce = background();
          await Promise.all(next.getAnimations().map((fade) => fade.finished));
          return [before, atOnce, background()];
        }"""
    )

    assert before != later
    assert at_once == later


def test_the_effect_follows_what_is_ticked(console: str, page: Page, owner: Caller) -> None:
    enter(page, console, owner)
    create_group(owner, group_name="Auditors")
    attach_group_policy(owner, group_name="Auditors", policy_arn=READ_ONLY)
    create_user(owner, user_name="ana")
    page.goto("/iam/groups/Auditors/add-users/")
    effect = page.get_by_role("complementary", name="Effect")
    expect(effect).to_contain_text("Nothing is chosen yet.")

    page.get_by_role("checkbox", name="Add ana").check()
    expect(effect).to_contain_text("1 user affected")
    expect(effect).to_contain_text("iam:GetUser")
    page.get_by_role("checkbox", name="Add alice").check()
    expect(effect).to_contain_text("1 user affected, 1 not")
    page.get_by_role("checkbox", name="Add ana").uncheck()

    expect(effect).to_contain_text("Nobody gains or loses anything.")


def test_the_commands_follow_what_is_ticked_and_the_panel_stays_open(
    console: str, page: Page, owner: Caller
) -> None:
    enter(page, console, owner)
    create_user(owner, user_name="ana")
    page.goto("/iam/users/ana/attach-policies/")
    page.get_by_text("Do this with the CLI").click()
    expect(page.get_by_text("The commands follow the choice.")).to_be_visible()

    page.get_by_role("checkbox", name="Attach AdministratorAccess", exact=True).check()

    told = page.get_by_text(f"--policy-arn {ADMINISTRATOR}")
    expect(told).to_be_visible()
    copied = page.get_by_role("button", name="Copy the command: Attach AdministratorAccess to ana")
    expect(copied).to_have_attribute("data-copy", re.compile("^aws iam attach-user-policy"))


def test_a_policy_unfolds_in_the_list_and_leaves_the_list_as_it_is(
    console: str, page: Page, owner: Caller
) -> None:
    enter(page, console, owner)
    create_group(owner, group_name="Cashiers")
    page.goto("/iam/groups/Cashiers/attach-policies/")
    page.get_by_role("checkbox", name="Attach AdministratorAccess", exact=True).check()
    fold = page.get_by_label("JSON of AdministratorAccess", exact=True)

    fold.first.click()
    text = page.get_by_role("region", name="JSON of AdministratorAccess", exact=True)
    expect(text).to_contain_text('"Action": "*"')
    fold.first.click()

    expect(text).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Attach AdministratorAccess", exact=True)).to_be_checked()

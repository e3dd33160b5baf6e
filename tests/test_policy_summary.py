"""The tables of a policy, as a browser has them: from the services down to the lines of the text, for everybody."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from operations.caller import Caller
from operations.policies import create_policy
from policies.tests.documents import BUCKET, RECEIPTS, allow, document
from tests.cast import ROOT_EMAIL, new_account, signed_in
from tests.test_accessibility import NARROW, violations
from tests.test_behaviours import enter

TEXT = document(
    *(allow("sqs:SendMessage", f"arn:aws:sqs:*:*:queue{number}") for number in range(9)),
    allow(["s3:ListBucket", "s3:GetObject"], [BUCKET, RECEIPTS], Sid="Receipts"),
    {**allow("s3:GetObject", RECEIPTS, Sid="Never"), "Effect": "Deny"},
)


@pytest.fixture
def owner(console: str) -> Caller:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    return signed_in(account.root, account)


def faults(page: Page) -> list[str]:
    """What axe finds, and whether the page scrolls sideways when it is narrow."""
    found = violations(page)
    wide = page.viewport_size
    page.set_viewport_size(NARROW)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append(f"{page.url} scrolls sideways")
    if wide:
        page.set_viewport_size(wide)
    return found


def test_from_the_services_down_to_the_lines_of_a_statement(console: str, page: Page, owner: Caller) -> None:
    policy = create_policy(owner, policy_name="Mixed", policy_document=TEXT)
    enter(page, console, owner)
    page.set_default_timeout(8000)

    page.goto(f"/iam/policies/view/?{urlencode({'arn': policy.arn})}")
    page.get_by_text("Copy as CloudFormation or Terraform").click()
    found = faults(page)
    page.get_by_label("Filter by service").fill("s3")
    expect(page.get_by_role("link", name="Amazon SQS")).to_have_count(0)
    page.locator("[aria-labelledby=allowed]").get_by_role("link", name="Amazon S3").click()
    found += faults(page)
    page.get_by_role("link", name="GetObject").click()
    expect(page.get_by_text("The policy also denies this action.")).to_be_visible()
    found += faults(page)
    page.get_by_role("link", name="Receipts", exact=True).click()

    expect(page.locator("#statement")).to_be_in_viewport()
    assert found + faults(page) == []

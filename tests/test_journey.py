"""The coffee shop in a browser: sign up, secure, hire, write a policy, make a group, move to another job."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from audit.models import Event
from tests.cast import MovableClock
from tests.phone import Phone

OWNER = "olga@coffee-shop.example"
OWNER_PASSWORD = "Beans-and-water-9"
BUCKET = "arn:aws:s3:::maven-repo-tutorial.asimi.net"
STOCK = "arn:aws:s3:::coffee-shop-inventory"
INVENTED = f"""{{
  "Version": "2012-10-17",
  "Statement": [
    {{
      "Sid": "ListReceipts",
      "Effect": "Allow",
      "Action": "s3:ListObject",
      "Resource": "{BUCKET}"
    }}
  ]
}}"""
INVENTORY = (
    INVENTED.replace("s3:ListObject", "s3:ListBucket").replace(BUCKET, STOCK).replace("Receipts", "Stock")
)


@pytest.fixture
def phone(clock: MovableClock) -> Phone:
    return Phone(clock)


def test_the_coffee_shop_from_the_sign_up_to_the_new_job(
    console: str, page: Page, browser: Browser, phone: Phone
) -> None:
    """Steps 1 to 6 of the story, each seen by the one whom it concerns."""
    sign_up(page, phone)
    password = create_user(page, "owner-admin", "AdministratorAccess")
    sign_out(page)

    first_sign_in(page, phone, "owner-admin", password)
    ana_can_do_nothing(page, browser, phone)
    the_cashiers_policy(page)
    three_cashiers(page)
    ben_changes_his_job(page)


def ana_can_do_nothing(page: Page, browser: Browser, phone: Phone) -> None:
    password = create_user(page, "ana", None)
    hers = browser.new_context(base_url=page.url.partition("/iam/")[0]).new_page()
    first_sign_in(hers, phone, "ana", password)
    hers.goto("/iam/users/")

    expect(hers.get_by_text("Access denied").first).to_be_visible()
    expect(hers.get_by_text("no identity-based policy allows the iam:ListUsers action").first).to_be_visible()
    hers.context.close()


def the_cashiers_policy(page: Page) -> None:
    """Pasted as the introduction prints it, flagged, mended by one click, saved and attached."""
    write_policy(page, "ReceiptsRead", INVENTED, mend=True)
    page.goto("/iam/users/ana/attach-policies/")
    choose_policy(page, "ReceiptsRead")
    page.get_by_role("button", name="Attach policies").click()

    assert access(page, "ana", "s3:ListBucket", BUCKET) == "Allowed"
    assert access(page, "ana", "s3:ListBucket", STOCK) == "Denied"


def three_cashiers(page: Page) -> None:
    for name in ("ben", "cleo"):
        create_user(page, name, None)
    make_group(page, "Cashiers", "ReceiptsRead", "ana", "ben", "cleo")
    detach_from_ana(page)

    for name in ("ana", "ben", "cleo"):
        assert access(page, name, "s3:ListBucket", BUCKET) == "Allowed"


def ben_changes_his_job(page: Page) -> None:
    write_policy(page, "InventoryRead", INVENTORY)
    make_group(page, "InventorySpecialists", "InventoryRead")
    before = Event.objects.count()
    page.goto("/iam/users/ben/")
    page.get_by_role("link", name="Move").click()
    page.get_by_label("To", exact=True).select_option("InventorySpecialists")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_text(BUCKET).first).to_be_visible()
    expect(page.get_by_text(STOCK).first).to_be_visible()
    page.get_by_role("button", name="Move ben").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()

    assert Event.objects.count() == before + 1
    assert access(page, "ben", "s3:ListBucket", BUCKET) == "Denied"
    assert access(page, "ben", "s3:ListBucket", STOCK) == "Allowed"


def sign_up(page: Page, phone: Phone) -> None:
    """An account with its root user signed in; the first page of a fresh installation leads there."""
    page.set_default_timeout(8000)
    page.goto("/")
    page.get_by_label("Account name").fill("Coffee shop")
    page.get_by_label("Root user e-mail address").fill(OWNER)
    page.get_by_label("Root user password", exact=True).fill(OWNER_PASSWORD)
    page.get_by_label("The password again").fill(OWNER_PASSWORD)
    page.get_by_role("button", name="Create account").click()
    enrol(page, phone)
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")


def enrol(page: Page, phone: Phone) -> None:
    """Scan the QR code and type two codes in a row."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up your second factor")
    label = phone.scan(page)
    page.get_by_label("MFA code 1").fill(phone.code(label, ago=1))
    page.get_by_label("MFA code 2").fill(phone.code(label))
    page.get_by_role("button", name="Add MFA").click()


def create_user(page: Page, name: str, policy: str | None) -> str:
    """Through the four steps; returns the password, which is shown once."""
    page.goto("/iam/users/")
    page.get_by_role("link", name="Create user").first.click()
    page.get_by_label("User name").fill(name)
    page.get_by_label("Provide user access to the console").check()
    page.get_by_role("button", name="Next", exact=True).click()
    if policy:
        page.get_by_text("Attach policies directly").click()
        choose_policy(page, policy)
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_role("button", name="Create user").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Retrieve password")
    password = page.locator("#password").text_content() or ""
    page.reload()
    expect(page.get_by_role("heading", name="The password was shown once")).to_be_visible()
    return password


def choose_policy(page: Page, name: str) -> None:
    page.get_by_placeholder("Filter by name").fill(name)
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("checkbox", name=f"Attach {name}", exact=True).check()


def first_sign_in(page: Page, phone: Phone, name: str, password: str) -> None:
    """With the password from the wizard: enrol a device, choose a new password, and in."""
    page.goto(f"/signin/{User.objects.get(user_name=name).account_id}/")
    page.get_by_label("IAM user name").fill(name)
    page.locator("[name=password]:visible").fill(password)
    page.get_by_role("button", name="Sign in").click()
    enrol(page, phone)
    page.get_by_label("Old password").fill(password)
    page.get_by_label("New password", exact=True).fill("Walnut-bread-7")
    page.get_by_label("The new password again").fill("Walnut-bread-7")
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Choose a new password")


def sign_out(page: Page) -> None:
    page.locator("header details.menu summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out")).to_be_visible()


def write_policy(page: Page, name: str, document: str, *, mend: bool = False) -> None:
    page.goto("/iam/policies/create/")
    page.locator(".ace_editor").wait_for()
    page.locator(".ace_text-input").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(document)
    if mend:
        page.get_by_role("button", name="Apply fix").click()
        expect(page.locator(".ace_content")).to_contain_text("s3:ListBucket")
    expect(page.locator("#policy-findings")).not_to_contain_text("Apply fix")
    page.get_by_role("button", name="Next", exact=True).click()
    page.get_by_label("Policy name").fill(name)
    page.get_by_role("button", name="Create policy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def make_group(page: Page, name: str, policy: str, *members: str) -> None:
    page.goto("/iam/groups/")
    page.get_by_role("link", name="Create group").first.click()
    page.get_by_label("Group name").fill(name)
    for member in members:
        page.get_by_role("checkbox", name=f"Add {member}", exact=True).check()
    page.get_by_placeholder("Filter by name").last.fill(policy)
    page.get_by_role("button", name="Filter").last.click()
    page.get_by_role("checkbox", name=f"Attach {policy}", exact=True).check()
    page.get_by_role("button", name="Create group").click()
    expect(page.get_by_text(name).first).to_be_visible()


def detach_from_ana(page: Page) -> None:
    """What she has directly goes; what she has through the group stays."""
    directly = page.get_by_role("checkbox", name="Select ReceiptsRead", exact=True)
    page.goto("/iam/users/ana/")
    directly.check()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("checkbox", name="Select ReceiptsRead of Cashiers")).to_be_visible()
    expect(directly).to_have_count(0)


def access(page: Page, user_name: str, action: str, resource: str) -> str:
    """What Check access answers: Allowed or Denied."""
    page.goto(f"/iam/users/{user_name}/check-access/")
    page.get_by_label("Action").fill(action)
    page.get_by_label("Resource").fill(resource)
    page.get_by_role("button", name="Check").click()
    answer = page.locator("#access-answer")
    expect(answer).to_contain_text(action)
    return "Allowed" if "Allowed" in (answer.text_content() or "") else "Denied"

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts import totp
from accounts.models import Account
from audit.models import Event
from iamconsole import clock as time_source
from operations.account import update_sign_in_settings
from operations.attachments import attach_group_policy
from operations.caller import Caller, CredentialKind
from operations.groups import create_group
from operations.login_profiles import create_login_profile
from operations.memberships import add_user_to_group
from operations.mfa_devices import create_virtual_mfa_device, enable_root_mfa_device
from operations.policies import create_policy
from operations.signin import console_login
from tests.cast import ADMINISTRATOR, MovableClock, new_user

Browse = Callable[[Caller], Browser]
LISTS_BUCKET = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}'
)
FIRST_STEPS = 'id="first-steps"'


def secure(root: Caller) -> None:
    new = create_virtual_mfa_device(root, virtual_mfa_device_name="root-phone")
    step = totp.step_at(time_source.now())
    enable_root_mfa_device(
        root,
        serial_number=new.device.serial_number,
        authentication_code1=totp.code_at(new.seed, step - 1),
        authentication_code2=totp.code_at(new.seed, step),
    )


def sign_in(root: Caller, user: Caller) -> None:
    """In the days of grace, without a device."""
    update_sign_in_settings(root, mfa_grace_days=90)
    half = replace(user.credential, kind=CredentialKind.HALF, mfa_time=None)
    console_login(replace(user, credential=half, account=Account.objects.get()))


def test_who_is_not_signed_in_is_led_to_the_door(account: Account) -> None:
    answer = Browser().get("/iam/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/signin/")


def test_a_user_without_permissions_is_told_so_without_an_error(carol: Caller, browse: Browse) -> None:
    answer = browse(carol).get("/iam/")

    assert answer.status_code == 200
    assert "You have no permissions yet" in answer.text
    assert "iam:GetAccountSummary" in answer.text


def test_somebody_with_other_permissions_is_told_that_these_are_others(root: Caller, browse: Browse) -> None:
    policy = create_policy(root, policy_name="ReceiptsRead", policy_document=LISTS_BUCKET)
    ana = new_user(root, "ana", policy.arn)

    assert "You have no permissions for this page yet" in browse(ana).get("/iam/").text


def test_looking_at_the_dashboard_leaves_no_refusal(carol: Caller, browse: Browse) -> None:
    before = Event.objects.count()

    browse(carol).get("/iam/")

    assert Event.objects.count() == before


def test_what_may_not_be_read_leaves_a_strip_and_the_rest_is_shown(bob: Caller, browse: Browse) -> None:
    text = browse(bob).get("/iam/").text

    assert "cloudtrail:LookupEvents" in text
    assert "Security recommendations" in text


def test_a_button_that_would_be_refused_is_dead_and_says_why(bob: Caller, browse: Browse) -> None:
    text = browse(bob).get("/iam/").text

    assert "Needs <code>iam:CreateUser</code>" in text
    assert 'disabled aria-describedby="no-create-user"' in text


def test_the_counts_lead_to_their_lists(root: Caller, alice: Caller, browse: Browse) -> None:
    text = browse(root).get("/iam/").text

    assert '<a href="/iam/users/"><b>1</b><span>Users</span></a>' in text


def test_a_new_account_begins_with_nothing_done(root: Caller, browse: Browse) -> None:
    assert "0 of 4" in browse(root).get("/iam/").text


def test_root_with_mfa_is_led_to_the_first_administrator(root: Caller, browse: Browse) -> None:
    secure(root)

    text = browse(root).get("/iam/").text

    assert '<a class="btn primary" href="/iam/users-create/">Create administrator</a>' in text


def test_an_administrator_through_a_group_counts_as_one(root: Caller, browse: Browse) -> None:
    secure(root)
    create_group(root, group_name="Administrators")
    attach_group_policy(root, group_name="Administrators", policy_arn=ADMINISTRATOR)
    new_user(root, "olga")
    add_user_to_group(root, group_name="Administrators", user_name="olga")

    assert "1 user has AdministratorAccess: olga" in browse(root).get("/iam/").text


def test_with_an_administrator_there_root_is_led_out(root: Caller, alice: Caller, browse: Browse) -> None:
    secure(root)

    text = browse(root).get("/iam/").text

    assert '<form method="post" action="/signout/">' in text.partition(FIRST_STEPS)[2]


def test_the_steps_go_once_the_administrator_has_signed_in(
    root: Caller, alice: Caller, browse: Browse
) -> None:
    secure(root)
    assert FIRST_STEPS in browse(alice).get("/iam/").text

    sign_in(root, alice)

    assert FIRST_STEPS not in browse(alice).get("/iam/").text


def test_a_user_with_a_password_and_no_device_is_found(root: Caller, bob: Caller, browse: Browse) -> None:
    create_login_profile(root, user_name="bob", password="Beans-and-milk-9")

    assert "1 user has a password and no MFA device" in browse(root).get("/iam/").text


def test_old_passwords_and_unused_users_are_found_after_90_days(
    root: Caller, bob: Caller, browse: Browse, clock: MovableClock
) -> None:
    create_login_profile(root, user_name="bob", password="Beans-and-milk-9")
    clock.travel(days=91)
    session = replace(root, credential=replace(root.credential, issued=time_source.now()))

    text = browse(session).get("/iam/").text

    assert "1 user has a password older than 90 days" in text
    assert "1 user was not active for 90 days" in text


def test_three_users_with_one_policy_suggest_a_group(root: Caller, browse: Browse) -> None:
    policy = create_policy(root, policy_name="ReceiptsRead", policy_document=LISTS_BUCKET)
    for name in ("ana", "ben", "cleo"):
        new_user(root, name, policy.arn)

    assert "3 users have ReceiptsRead directly" in browse(root).get("/iam/").text


def test_sign_ins_of_the_last_days_are_counted(root: Caller, alice: Caller, browse: Browse) -> None:
    sign_in(root, alice)

    assert "1 sign-in, 0 refused." in browse(root).get("/iam/").text


def test_the_dashboard_takes_ten_queries_at_most(root: Caller, alice: Caller, browse: Browse) -> None:
    browser = browse(root)
    browser.get("/iam/")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        browser.get("/iam/")

    assert len(queries) <= 10

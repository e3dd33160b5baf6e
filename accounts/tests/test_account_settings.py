from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.models import Account, PasswordPolicy
from accounts.passwords import Rules
from operations.account import create_account_alias
from operations.caller import Caller
from operations.password_policy import update_account_password_policy

Browse = Callable[[Caller], Browser]
SETTINGS = "/iam/account-settings/"
POLICY = "/iam/account-settings/password-policy/"
ALIAS = "/iam/account-settings/alias/"
SIGN_IN = "/iam/account-settings/sign-in/"
CUSTOM = {
    "kind": "custom",
    "minimum_password_length": "14",
    "require_numbers": "on",
    "max_password_age": "90",
}


def rules(account: Account) -> PasswordPolicy | None:
    return PasswordPolicy.objects.filter(account=account).first()


def test_who_may_not_see_the_password_policy_sees_what_is_missing(carol: Caller, browse: Browse) -> None:
    answer = browse(carol).get(SETTINGS)

    assert answer.status_code == 200
    assert "iam:GetAccountPasswordPolicy" in answer.text
    assert "iam:ListAccountAliases" in answer.text


@pytest.mark.parametrize("url", [POLICY, SETTINGS + "alias/delete/"])
def test_a_denied_form_page_is_explained(carol: Caller, root: Caller, browse: Browse, url: str) -> None:
    create_account_alias(root, account_alias="coffee-shop")

    answer = browse(carol).post(url, {"confirmation": "coffee-shop"})

    assert answer.status_code == 403
    assert "Access denied" in answer.text


def test_iams_default_rules_are_shown_while_there_are_no_others(root: Caller, browse: Browse) -> None:
    text = browse(root).get(SETTINGS).text

    assert "IAM default" in text
    assert "8 to 128 characters" in text


def test_who_may_only_read_finds_the_buttons_dead_and_the_reason_beside_them(
    bob: Caller, browse: Browse
) -> None:
    text = browse(bob).get(SETTINGS).text

    assert "Needs <code>iam:UpdateAccountPasswordPolicy</code>" in text
    assert "Only the root user changes this" in text


def test_custom_rules_ask_once_more_before_they_hold(root: Caller, account: Account, browse: Browse) -> None:
    answer = browse(root).post(POLICY, CUSTOM)

    assert "Passwords older than 90 days expire at once" in answer.text
    assert 'name="confirmed"' in answer.text
    assert rules(account) is None


def test_confirmed_custom_rules_hold(root: Caller, account: Account, browse: Browse) -> None:
    answer = browse(root).post(POLICY, {**CUSTOM, "confirmed": "yes"})

    assert answer.status_code == 303
    held = rules(account)
    assert held is not None
    assert (held.minimum_password_length, held.max_password_age) == (14, 90)
    assert Rules.of(held).numbers
    assert not held.require_symbols


def test_rules_that_somebody_else_set_meanwhile_are_not_lost(
    root: Caller, account: Account, browse: Browse
) -> None:
    browser = browse(root)
    seen = browser.get(POLICY).context["seen"]
    browser.post(POLICY, {**CUSTOM, "confirmed": "yes"})

    answer = browser.post(
        POLICY, {**CUSTOM, "minimum_password_length": "20", "confirmed": "yes", "seen": seen}
    )

    assert "Somebody changed the password policy" in answer.text
    assert 'value="20"' in answer.text
    held = rules(account)
    assert held is not None
    assert held.minimum_password_length == 14
    again = {**CUSTOM, "minimum_password_length": "20", "confirmed": "yes", "seen": answer.context["seen"]}
    assert browser.post(POLICY, again).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minimum_password_length", "5"),
        ("minimum_password_length", "129"),
        ("minimum_password_length", ""),
        ("max_password_age", "1096"),
        ("password_reuse_prevention", "25"),
    ],
)
def test_a_figure_outside_its_range_is_refused_and_kept(
    root: Caller, account: Account, browse: Browse, field: str, value: str
) -> None:
    answer = browse(root).post(POLICY, {**CUSTOM, field: value, "confirmed": "yes"})

    assert answer.status_code == 422
    assert rules(account) is None


def test_a_reset_by_an_administrator_needs_passwords_that_expire(root: Caller, browse: Browse) -> None:
    answer = browse(root).post(POLICY, {**CUSTOM, "max_password_age": "", "hard_expiry": "on"})

    assert answer.status_code == 422


def test_choosing_iams_default_drops_the_custom_rules(root: Caller, account: Account, browse: Browse) -> None:
    update_account_password_policy(root, minimum_password_length=20)

    browse(root).post(POLICY, {"kind": "default", "minimum_password_length": ""})

    assert rules(account) is None


def test_a_new_alias_replaces_the_old_one(root: Caller, account: Account, browse: Browse) -> None:
    create_account_alias(root, account_alias="coffee-shop")

    answer = browse(root).post(ALIAS, {"account_alias": "tea-shop"})

    assert answer.status_code == 303
    account.refresh_from_db()
    assert account.alias == "tea-shop"


@pytest.mark.parametrize("alias", ["ab", "Coffee", "coffee--shop", "-coffee", "coffee shop", "a" * 64])
def test_a_malformed_alias_is_refused_at_its_field(root: Caller, browse: Browse, alias: str) -> None:
    answer = browse(root).post(ALIAS, {"account_alias": alias})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


def test_the_alias_is_deleted_only_when_it_is_typed(root: Caller, account: Account, browse: Browse) -> None:
    create_account_alias(root, account_alias="coffee-shop")
    browser = browse(root)

    assert browser.post(ALIAS + "delete/", {"confirmation": "coffee"}).status_code == 422
    assert browser.post(ALIAS + "delete/", {"confirmation": "coffee-shop"}).status_code == 303
    account.refresh_from_db()
    assert account.alias is None


def test_root_sets_the_days_of_grace(root: Caller, account: Account, browse: Browse) -> None:
    browse(root).post(SIGN_IN, {"mfa_grace_days": "7"})

    account.refresh_from_db()
    assert account.mfa_grace_days == 7


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_administrator_cannot_change_the_days_of_grace(
    alice: Caller, account: Account, browse: Browse, method: str
) -> None:
    answer = getattr(browse(alice), method)(SIGN_IN, {"mfa_grace_days": "7"})

    assert answer.status_code == 403
    account.refresh_from_db()
    assert account.mfa_grace_days == 0

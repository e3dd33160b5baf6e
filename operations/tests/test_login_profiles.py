from __future__ import annotations

import pytest

from accounts.models import Account, FormerPassword, User
from operations.caller import Caller
from operations.errors import (
    AccessDenied,
    EntityAlreadyExists,
    EntityTemporarilyUnmodifiable,
    FreshProofRequired,
    InvalidUserType,
    NoSuchEntity,
    PasswordPolicyViolation,
    SignInFailed,
    ValidationError,
)
from operations.inline_policies import put_user_policy
from operations.login_profiles import (
    change_password,
    create_login_profile,
    delete_login_profile,
    get_login_profile,
    update_login_profile,
)
from operations.password_policy import update_account_password_policy
from operations.users import create_user, get_user
from tests.cast import MovableClock, signed_in

PASSWORD = "Cinnamon-buns-4"
OWN_PASSWORD = (
    '{"Version":"2012-10-17","Statement":{"Effect":"%s","Action":"iam:ChangePassword","Resource":"*"}}'
)


@pytest.fixture
def ana(root: Caller, account: Account) -> Caller:
    create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password=PASSWORD)
    return signed_in(get_user(root, user_name="ana"), account)


def test_a_password_opens_the_console_and_there_is_one_at_most(root: Caller, ana: Caller) -> None:
    profile = get_login_profile(root, user_name="ana")

    assert (profile.user_name, profile.password_reset_required) == ("ana", False)
    assert profile.create_date is not None
    assert profile.create_date >= get_user(root, user_name="ana").create_date
    with pytest.raises(EntityAlreadyExists, match="Login Profile for user ana already exists"):
        create_login_profile(root, user_name="ana", password=PASSWORD)


def test_a_user_without_a_password_has_no_profile(root: Caller) -> None:
    create_user(root, user_name="ana")

    with pytest.raises(NoSuchEntity, match="Login Profile for User ana cannot be found"):
        get_login_profile(root, user_name="ana")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short1A", "8 to 128 characters"),
        ("onlylowercase", "three of"),
        ("coffee shop", "must not be the account name"),
        ("Password1", "attackers try first"),
    ],
    ids=["short", "one kind", "account name", "well known"],
)
def test_the_default_rules_are_explained(root: Caller, password: str, reason: str) -> None:
    create_user(root, user_name="ana")

    with pytest.raises(PasswordPolicyViolation, match=reason):
        create_login_profile(root, user_name="ana", password=password)


def test_the_accounts_own_rules_replace_the_default(root: Caller) -> None:
    update_account_password_policy(root, minimum_password_length=12, require_symbols=True)
    create_user(root, user_name="ana")

    with pytest.raises(PasswordPolicyViolation, match="at least one symbol"):
        create_login_profile(root, user_name="ana", password="averylongpassword")


def test_a_new_password_ends_the_sessions(root: Caller, ana: Caller) -> None:
    before = User.objects.get(user_name="ana").session_epoch

    update_login_profile(root, user_name="ana", password="Walnut-bread-7", password_reset_required=True)

    user = User.objects.get(user_name="ana")
    assert user.session_epoch == before + 1
    assert user.password_reset_required


def test_a_change_can_be_asked_for_without_a_new_password(root: Caller, ana: Caller) -> None:
    update_login_profile(root, user_name="ana", password_reset_required=True)

    assert User.objects.get(user_name="ana").password_reset_required


def test_deleting_the_profile_closes_the_console(root: Caller, ana: Caller) -> None:
    delete_login_profile(root, user_name="ana")

    assert not User.objects.get(user_name="ana").has_console_access


def test_a_user_needs_the_right_to_change_the_own_password(root: Caller, ana: Caller) -> None:
    with pytest.raises(AccessDenied):
        change_password(ana, old_password=PASSWORD, new_password="Walnut-bread-7")

    put_user_policy(root, user_name="ana", policy_name="own", policy_document=OWN_PASSWORD % "Allow")
    change_password(ana, old_password=PASSWORD, new_password="Walnut-bread-7")


def test_the_account_may_let_everybody_change_the_own_password(root: Caller, ana: Caller) -> None:
    update_account_password_policy(root, allow_users_to_change_password=True)

    change_password(ana, old_password=PASSWORD, new_password="Walnut-bread-7")


def test_an_explicit_deny_stands_against_the_accounts_setting(root: Caller, ana: Caller) -> None:
    update_account_password_policy(root, allow_users_to_change_password=True)
    put_user_policy(root, user_name="ana", policy_name="no", policy_document=OWN_PASSWORD % "Deny")

    with pytest.raises(AccessDenied, match="explicit deny"):
        change_password(ana, old_password=PASSWORD, new_password="Walnut-bread-7")


def test_the_old_password_is_asked_and_guesses_are_counted(root: Caller, ana: Caller) -> None:
    update_account_password_policy(root, allow_users_to_change_password=True)

    with pytest.raises(SignInFailed):
        change_password(ana, old_password="wrong", new_password="Walnut-bread-7")

    assert User.objects.get(user_name="ana").failed_passwords == 1


def test_a_stale_session_confirms_first(root: Caller, ana: Caller, clock: MovableClock) -> None:
    update_account_password_policy(root, allow_users_to_change_password=True)
    clock.travel(minutes=11)

    with pytest.raises(FreshProofRequired):
        change_password(ana, old_password=PASSWORD, new_password="Walnut-bread-7")


def test_former_passwords_are_refused_as_long_as_the_policy_says(root: Caller, ana: Caller) -> None:
    update_account_password_policy(root, password_reuse_prevention=2, minimum_password_length=8)
    update_login_profile(root, user_name="ana", password="Walnut-bread-7")

    with pytest.raises(PasswordPolicyViolation, match="last 2 passwords"):
        update_login_profile(root, user_name="ana", password=PASSWORD)


def test_no_more_former_passwords_are_kept_than_can_be_asked_about(root: Caller, ana: Caller) -> None:
    for number in range(30):
        update_login_profile(root, user_name="ana", password=f"Walnut-bread-{number}")

    assert FormerPassword.objects.count() == 24


def test_who_has_no_password_has_none_to_change(root: Caller, alice: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="Login Profile for User alice cannot be found"):
        change_password(alice, old_password="x", new_password="Walnut-bread-7")


def test_root_changes_its_password_elsewhere(root: Caller) -> None:
    with pytest.raises(InvalidUserType, match="account page"):
        change_password(root, old_password="x", new_password="y")


def test_a_profile_needs_a_password(root: Caller) -> None:
    create_user(root, user_name="ana")

    with pytest.raises(ValidationError):
        create_login_profile(root, user_name="ana")


def test_a_change_that_is_due_belongs_to_the_sign_in(root: Caller, ana: Caller) -> None:
    update_account_password_policy(root, allow_users_to_change_password=True)
    update_login_profile(root, user_name="ana", password_reset_required=True)

    with pytest.raises(EntityTemporarilyUnmodifiable, match="Sign in again"):
        change_password(ana, old_password=PASSWORD, new_password="Walnut-bread-7")

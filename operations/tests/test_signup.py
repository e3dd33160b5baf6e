from __future__ import annotations

import re

import pytest
from django.core.mail import EmailMessage
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Account, RootUser, User
from audit.models import Event
from operations.caller import Caller, Client, CredentialKind, nobody
from operations.errors import (
    AccessDenied,
    EntityAlreadyExists,
    PasswordPolicyViolation,
    SignInFailed,
    ValidationError,
)
from operations.signin import SignInName, verify_password
from operations.signup import request_password_reset, reset_root_password, root_of_token, sign_up
from tests.cast import ROOT_EMAIL, ROOT_PASSWORD, MovableClock

NEW_PASSWORD = "Walnut-bread-7"


def test_signing_up_makes_an_account_and_exactly_its_root(account: Account) -> None:
    assert (Account.objects.count(), RootUser.objects.count(), User.objects.count()) == (1, 1, 0)
    assert re.fullmatch(r"[1-9][0-9]{11}", account.id)


def test_it_leaves_a_half_session_and_an_event_of_the_account(account: Account) -> None:
    event = Event.objects.get(account=account)

    assert (event.event_name, event.response_elements) == ("SignUp", {"AccountId": account.id})
    assert "password" not in str(event.request_parameters).lower().replace("'password': 'hidden", "")


def test_an_address_belongs_to_one_account(account: Account) -> None:
    with pytest.raises(EntityAlreadyExists):
        sign_up(nobody(Client()), account_name="B", email_address=ROOT_EMAIL.upper(), password=ROOT_PASSWORD)


@pytest.mark.parametrize(
    ("email", "password", "error"),
    [("no-address", ROOT_PASSWORD, ValidationError), ("a@b.example", "password", PasswordPolicyViolation)],
)
def test_bad_input_makes_nothing(db: None, email: str, password: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        sign_up(nobody(Client()), account_name="B", email_address=email, password=password)

    assert not Account.objects.exists()


@pytest.mark.parametrize(("mode", "allowed"), [("open", True), ("first", False), ("closed", False)])
def test_signing_up_can_be_closed(account: Account, settings: Settings, mode: str, allowed: bool) -> None:
    settings.SIGNUP = mode

    if allowed:
        sign_up(nobody(Client()), account_name="B", email_address="b@b.example", password=ROOT_PASSWORD)
    else:
        with pytest.raises(AccessDenied):
            sign_up(nobody(Client()), account_name="B", email_address="b@b.example", password=ROOT_PASSWORD)
    assert Account.objects.count() == 1 + allowed


def test_somebody_signed_in_does_not_sign_up(root: Caller) -> None:
    with pytest.raises(AccessDenied):
        sign_up(root, account_name="B", email_address="b@b.example", password=ROOT_PASSWORD)


@pytest.fixture
def token(
    account: Account,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> str:
    with django_capture_on_commit_callbacks(execute=True):
        request_password_reset(nobody(Client()), email_address=ROOT_EMAIL)
    found = re.search(r"/password-reset/([^/]+)/", str(mailoutbox[0].body))
    assert found
    return found.group(1)


def test_the_link_sets_a_password_once_and_opens_no_session(token: str) -> None:
    reset_root_password(nobody(Client()), token=token, new_password=NEW_PASSWORD)

    half = verify_password(Client(), SignInName(email=ROOT_EMAIL), NEW_PASSWORD)
    assert half.credential.kind is CredentialKind.HALF
    with pytest.raises(ValidationError, match="has been used"):
        reset_root_password(nobody(Client()), token=token, new_password="Another-one-8")


def test_the_link_lives_an_hour(token: str, clock: MovableClock) -> None:
    clock.travel(minutes=61)

    assert root_of_token(token) is None


def test_a_forged_link_is_none(token: str) -> None:
    assert root_of_token(token[:-2] + "xx") is None


def test_a_weak_password_keeps_the_link_usable(token: str) -> None:
    with pytest.raises(PasswordPolicyViolation) as refused:
        reset_root_password(nobody(Client()), token=token, new_password="weak")

    assert refused.value.parameter == "new_password"
    assert root_of_token(token) is not None


def test_the_old_password_is_gone_after_the_reset(token: str) -> None:
    reset_root_password(nobody(Client()), token=token, new_password=NEW_PASSWORD)

    with pytest.raises(SignInFailed):
        verify_password(Client(), SignInName(email=ROOT_EMAIL), ROOT_PASSWORD)


def test_an_unknown_address_gets_the_same_answer_and_no_letter(
    account: Account, mailoutbox: list[EmailMessage]
) -> None:
    request_password_reset(nobody(Client()), email_address="nobody@coffee.example")

    assert mailoutbox == []


def test_letters_are_not_sent_in_a_row(
    account: Account,
    mailoutbox: list[EmailMessage],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    clock: MovableClock,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(3):
            request_password_reset(nobody(Client()), email_address=ROOT_EMAIL)
        clock.travel(minutes=5)
        request_password_reset(nobody(Client()), email_address=ROOT_EMAIL)

    assert len(mailoutbox) == 2

"""The cast of every test: one account with its root, alice who administers, bob who reads, carol who has nothing.

State is built by calling operations, so that no test starts from a state that cannot be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module

import pytest
from django.conf import settings
from django.test import Client as Browser

from accounts.hashers import OwaspArgon2PasswordHasher
from accounts.models import Account, RootUser, User
from accounts.signin.session import write
from accounts.totp import STEP
from iamconsole import clock as time_source
from operations import trail
from operations.attachments import attach_user_policy
from operations.caller import Caller, Client, Credential, CredentialKind, nobody
from operations.signup import sign_up
from operations.users import create_user

ROOT_EMAIL = "olga@coffee.example"
ROOT_PASSWORD = "Beans-and-water-9"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


class QuickHasher(OwaspArgon2PasswordHasher):
    """The real algorithm with next to no work: thousands of tests hash passwords."""

    time_cost = 1
    memory_cost = 8


class MovableClock:
    """Moves the one clock that the program reads."""

    def travel(self, **span: float) -> None:
        time_source.clock.offset += timedelta(**span)


@pytest.fixture
def clock() -> Iterator[MovableClock]:
    # At the beginning of a TOTP step, so that no test straddles two of them.
    time_source.clock.offset = timedelta(seconds=STEP - time_source.now().timestamp() % STEP)
    yield MovableClock()
    time_source.clock.offset = timedelta()


@pytest.fixture(autouse=True)
def _forget_noted_uses() -> None:
    """Each test has a database of its own, and what was noted in the last one is not in it."""
    trail.forget_noted_uses()


@pytest.fixture
def account(db: None) -> Account:
    return new_account(ROOT_EMAIL, "Coffee shop")


@pytest.fixture
def root(account: Account) -> Caller:
    return signed_in(account.root, account)


@pytest.fixture
def alice(root: Caller) -> Caller:
    return new_user(root, "alice", ADMINISTRATOR)


@pytest.fixture
def bob(root: Caller) -> Caller:
    return new_user(root, "bob", READ_ONLY)


@pytest.fixture
def carol(root: Caller) -> Caller:
    return new_user(root, "carol")


@pytest.fixture
def browse() -> Callable[[Caller], Browser]:
    """A browser in which the caller is signed in, without the sign-in pages."""
    return browser_of


def new_account(email: str, name: str) -> Account:
    half = sign_up(nobody(Client()), account_name=name, email_address=email, password=ROOT_PASSWORD)
    assert half.account is not None
    return half.account


def new_user(root: Caller, name: str, *policy_arns: str) -> Caller:
    user = create_user(root, user_name=name)
    for policy_arn in policy_arns:
        attach_user_policy(root, user_name=name, policy_arn=policy_arn)
    assert root.account is not None
    return signed_in(user, root.account)


def signed_in(identity: User | RootUser, account: Account) -> Caller:
    """The caller of a whole session, begun this moment with a second factor."""
    at = time_source.now()
    credential = Credential(CredentialKind.CONSOLE, at, identity.session_epoch, mfa_time=at, proof_time=at)
    return Caller(identity, credential, account)


def browser_of(caller: Caller) -> Browser:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    write(session, caller)
    session.save()
    browser = Browser()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return browser

"""Callers with access keys, and a role for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from api import endpoint
from api.tests.signing import HOST, Key
from iamconsole import clock
from operations.access_keys import create_access_key
from operations.caller import Caller
from operations.inline_policies import put_role_policy
from operations.tests.temporary import allow, role_for, trust


@pytest.fixture(autouse=True)
def _host(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = [HOST]


@pytest.fixture(autouse=True)
def _one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore signs by the clock that tests move."""
    monkeypatch.setattr("botocore.auth.get_current_datetime", clock.now)


@pytest.fixture
def broken(client: Client, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], Client]:
    """The client of an API whose every operation fails with this error."""

    def failing_with(error: Exception) -> Client:
        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr(endpoint, "perform", fail)
        client.raise_request_exception = False
        return client

    return failing_with


@pytest.fixture
def key(root: Caller, alice: Caller) -> Key:
    """Of alice, an administrator."""
    return Key.of(create_access_key(root, user_name="alice"))


@pytest.fixture
def powerless(root: Caller, carol: Caller) -> Key:
    """Of carol, who may do nothing."""
    return Key.of(create_access_key(root, user_name="carol"))


@pytest.fixture
def till(root: Caller) -> str:
    """The ARN of a role that lists what there is, for everybody in the account who may assume roles."""
    arn = role_for(root, trust({"AWS": root.account_id}))
    put_role_policy(root, role_name="till", policy_name="list", policy_document=allow("iam:List*"))
    return arn

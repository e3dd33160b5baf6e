"""A caller with an access key."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from api.tests.signing import HOST, Key
from operations.access_keys import create_access_key
from operations.caller import Caller


@pytest.fixture(autouse=True)
def _host(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = [HOST]


@pytest.fixture
def key(root: Caller, alice: Caller) -> Key:
    """Of alice, an administrator."""
    made = create_access_key(root, user_name="alice")
    return Key(made.access_key_id, made.secret_access_key)


@pytest.fixture
def powerless(root: Caller, carol: Caller) -> Key:
    """Of carol, who may do nothing."""
    made = create_access_key(root, user_name="carol")
    return Key(made.access_key_id, made.secret_access_key)

from __future__ import annotations

import pytest

from accounts import throttling
from accounts.models import Account
from operations.caller import Client
from operations.errors import SignInFailed, Throttling
from operations.signin import SignInName, verify_password
from tests.cast import ROOT_EMAIL, ROOT_PASSWORD, MovableClock


def test_a_network_that_guesses_is_slowed_down_even_with_a_right_password(
    account: Account, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttling, "NETWORK_FREE_TRIES", 1)
    with pytest.raises(SignInFailed):
        verify_password(Client(), SignInName(email="nobody@coffee.example"), "wrong")

    with pytest.raises(Throttling, match="your network"):
        verify_password(Client(), SignInName(email=ROOT_EMAIL), ROOT_PASSWORD)
    assert verify_password(Client("192.0.2.1"), SignInName(email=ROOT_EMAIL), ROOT_PASSWORD).is_root

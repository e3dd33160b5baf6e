from __future__ import annotations

import pytest

from accounts.models import Account
from operations.access_keys import update_access_key
from operations.caller import Caller
from operations.errors import AccessDenied, InvalidClientTokenId
from operations.tests.temporary import with_key
from operations.user_sessions import end_user_sessions
from operations.users import create_user, get_user
from tests.cast import ADMINISTRATOR, new_user


def test_ending_the_sessions_of_a_user_stops_them_at_their_next_request(root: Caller, bob: Caller) -> None:
    end_user_sessions(root, user_name="bob")

    with pytest.raises(InvalidClientTokenId):
        bob.at(Account.objects.get().revision)
    assert get_user(root, user_name="bob").session_epoch == bob.credential.epoch + 1


def test_who_may_not_update_the_password_may_not_end_sessions(bob: Caller, alice: Caller) -> None:
    with pytest.raises(AccessDenied, match="iam:UpdateLoginProfile"):
        end_user_sessions(bob, user_name="alice")


def test_a_caller_whose_key_was_switched_off_does_not_write(root: Caller) -> None:
    ana = with_key(new_user(root, "ana", ADMINISTRATOR))
    update_access_key(root, user_name="ana", access_key_id=ana.credential.access_key_id, status="Inactive")

    with pytest.raises(InvalidClientTokenId):
        create_user(ana, user_name="ben")

from __future__ import annotations

import pytest

from operations.caller import Caller, Client, nobody, system_caller
from operations.errors import ServiceFailure


def test_the_identity_is_whoever_signed_in(root: Caller, alice: Caller) -> None:
    assert [caller.identity.label for caller in (root, alice)] == ["root", "alice"]


@pytest.mark.parametrize(
    "caller", [nobody(Client()), system_caller(None)], ids=["nobody", "the installation"]
)
def test_who_never_signed_in_has_no_identity(caller: Caller) -> None:
    with pytest.raises(ServiceFailure, match="Nobody is signed in"):
        _ = caller.identity

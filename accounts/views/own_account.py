"""The account that the caller works in, and where its users sign in."""

from __future__ import annotations

from django.conf import settings

from accounts.models import Account
from operations.caller import Caller
from operations.errors import ServiceFailure


def account_of(caller: Caller) -> Account:
    if caller.account is None:
        raise ServiceFailure("A page of the console needs an account.")
    return caller.account


def sign_in_address(account: Account, name: str = "") -> str:
    """With the alias when there is one, or with the `name` asked for."""
    return f"{settings.SITE_URL}/signin/{name or account.sign_in_name}/"

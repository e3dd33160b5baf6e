"""Which account a command is about."""

from __future__ import annotations

from django.core.management.base import CommandError

from accounts.models import Account
from operations.caller import Caller, system_caller


def caller_for(account_id: str) -> Caller:
    """The system, acting in the account; raises CommandError when there is none of that id."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise CommandError(f"There is no account {account_id}.")
    return system_caller(account)

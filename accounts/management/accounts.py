"""Which account a command is about."""

from __future__ import annotations

from django.core.management.base import CommandError
from django.db.models import Q

from accounts.models import Account
from operations.caller import Caller, system_caller


def caller_for(account_id: str) -> Caller:
    """The system, acting in the account; raises CommandError when there is none of that id."""
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise CommandError(f"There is no account {account_id}.")
    return system_caller(account)


def caller_at(name: str | None) -> Caller:
    """The same by number or alias; without either, in the only account there is. Raises CommandError."""
    if name is None:
        found = list(Account.objects.order_by("pk")[:2])
        if len(found) > 1:
            raise CommandError("There are several accounts: name one with --account.")
    else:
        found = list(Account.objects.filter(Q(pk=name) | Q(alias=name)))
    if not found:
        missing = f"There is no account {name}." if name else "There is no account yet."
        raise CommandError(f"{missing} `manage.py create_account` makes one.")
    return system_caller(found[0])

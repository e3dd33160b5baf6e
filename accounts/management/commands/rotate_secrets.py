"""`manage.py rotate_secrets`: seal every secret with the first of CONSOLE_KEYS, account by account."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from accounts.models import Account
from operations.caller import system_caller
from operations.installation import rotate_secrets


class Command(BaseCommand):
    help = "Re-encrypt secrets with the newest key. Put the new key first in CONSOLE_KEYS, then run this."

    def handle(self, *_: object, **__: object) -> None:
        accounts = Account.objects.order_by("pk")
        for number, account in enumerate(accounts, start=1):
            count = rotate_secrets(system_caller(account))
            self.stdout.write(f"{number}/{len(accounts)} account {account.id}: {count} secrets sealed anew")

"""`manage.py remove_root_mfa`: the only way back for a root user who has lost every device."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from accounts.management.accounts import caller_for
from operations.installation import remove_root_mfa


class Command(BaseCommand):
    help = "Remove the MFA devices of an account's root user; the next sign-in enrols a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account-id", required=True)

    def handle(self, *_: object, **options: str) -> None:
        count = remove_root_mfa(caller_for(options["account_id"]))
        self.stdout.write(f"{count} devices removed. The root user's sessions have ended.")

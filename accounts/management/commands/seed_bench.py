"""`manage.py seed_bench`: many users in one account, for measurements."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.management.accounts import caller_for
from operations.installation import seed_users


class Command(BaseCommand):
    help = "Fill an account with users in bulk, for benchmarks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account-id", required=True)
        parser.add_argument("--users", type=int, required=True)

    def handle(self, *_: object, **options: Any) -> None:
        made = seed_users(caller_for(options["account_id"]), users=options["users"])
        self.stdout.write(f"{made} users made in account {options['account_id']}.")

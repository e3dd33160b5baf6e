"""`manage.py import_account`: a real account's authorization details, loaded into an empty account here."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.management.accounts import caller_at
from operations.account_import import import_account, watched
from operations.errors import ServiceError


class Command(BaseCommand):
    help = (
        "Fill an empty account with what `aws iam get-account-authorization-details` prints of another one, to look, "
        "learn and simulate. All of it comes in, or nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the JSON file, or - for standard input")
        parser.add_argument(
            "--account", help="number or alias of the empty account; left out when there is only one"
        )

    def handle(self, *_: object, **options: Any) -> None:
        caller = caller_at(options["account"])
        try:
            text = (
                sys.stdin.read()
                if options["file"] == "-"
                else Path(options["file"]).read_text(encoding="utf-8")
            )
            with watched(self._tell):
                done = import_account(caller, authorization_details=text)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}") from error
        except ServiceError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"{done.users} users, {done.groups} groups, {done.roles} roles and {done.policies} policies are in "
            f"account {caller.account_id}."
        )
        for arn in done.copied:
            self.stdout.write(f"{arn} is not known here; a copy of it is now a policy of the account.")

    def _tell(self, what: str, done: int, of: int) -> None:
        self.stderr.write(f"  {what}: {done} of {of}")

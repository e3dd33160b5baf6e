"""`manage.py import_account`: a real account's authorization details, loaded into an empty account here."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.management.accounts import caller_at
from operations.account_import import Imported, import_account, watched
from operations.errors import ServiceError


class Command(BaseCommand):
    help = (
        "Fill an empty account with what `aws iam get-account-authorization-details` prints of another one, to look, "
        "learn and simulate. All of it comes in, or nothing. Nobody can sign in by it: passwords and keys are not in "
        "such a file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the JSON file, or - for standard input")
        parser.add_argument(
            "--account",
            metavar="ID_OR_ALIAS",
            help="the empty account; may be left out when there is only one",
        )

    def handle(self, *_: object, **options: Any) -> None:
        caller = caller_at(options["account"])
        text = read(options["file"])
        try:
            with watched(self._tell):
                done = import_account(caller, authorization_details=text)
        except ServiceError as error:
            raise CommandError(error.message) from error
        for line in report(done, caller.account_id):
            self.stdout.write(line)

    def _tell(self, what: str, done: int, of: int) -> None:
        self.stderr.write(f"  {what}: {done} of {of}")


def read(name: str) -> str:
    """A file or the standard input, in whichever of Unicode's encodings: PowerShell's `>` writes UTF-16."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return data.decode(json.detect_encoding(data))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from error


def report(done: Imported, account_id: str) -> Iterator[str]:
    yield (
        f"Account {account_id} now holds users: {done.users}, groups: {done.groups}, roles: {done.roles}, "
        f"policies: {done.policies}."
    )
    for arn in done.copied:
        yield f"{arn} is not known here: the account has a copy of it as a policy of its own."
    for arn in done.differing:
        yield f"{arn} has another text in the file: the one that is known here counts."

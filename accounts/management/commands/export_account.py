"""`manage.py export_account`: everything that decides what anybody in an account may do, as one JSON file."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.management.accounts import caller_at
from operations.account_export import exported_account


class Command(BaseCommand):
    help = "Print an account as `aws iam get-account-authorization-details` prints it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", default="-", help="where to write it; standard output when left out"
        )
        parser.add_argument(
            "--account", metavar="ID_OR_ALIAS", help="may be left out when there is only one account"
        )

    def handle(self, *_: object, **options: Any) -> None:
        text = json.dumps(exported_account(caller_at(options["account"])), indent=4, ensure_ascii=False)
        if options["file"] == "-":
            self.stdout.write(text)
            return
        try:
            Path(options["file"]).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error}") from error

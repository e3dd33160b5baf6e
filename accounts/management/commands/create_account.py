"""`manage.py create_account`: an account and its root user, for scripts. Prints one JSON line."""

from __future__ import annotations

import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from operations.caller import system_caller
from operations.errors import ServiceError
from operations.installation import create_account


class Command(BaseCommand):
    help = "Create an account with its root user. Works while the server runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="the root user's e-mail address")
        parser.add_argument("--name", required=True, help="the account's name")
        parser.add_argument("--password", required=True, help="the root user's password")
        parser.add_argument("--account-id", help="twelve digits; drawn at random when left out")
        parser.add_argument("--access-key", action="store_true", help="make a root access key and print it")
        parser.add_argument("--totp-secret", metavar="BASE32", help="register an MFA device with this secret")

    def handle(self, *_: object, **options: str) -> None:
        try:
            made = create_account(
                system_caller(None),
                account_name=options["name"],
                email_address=options["email"],
                password=options["password"],
                account_id=options["account_id"],
                access_key=bool(options["access_key"]),
                base32_string_seed=options["totp_secret"],
            )
        except ServiceError as error:
            raise CommandError(error.message) from error
        answer = {"AccountId": made.account.id}
        if made.access_key_id:
            answer |= {"AccessKeyId": made.access_key_id, "SecretAccessKey": made.secret_access_key}
        self.stdout.write(json.dumps(answer))

"""`manage.py put_oidc_keys`: the keys that verify an OpenID Connect provider's tokens, from a file.

Nothing is fetched from a provider: the operator brings its JSON Web Key Set, and brings it again when it changes.
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.management.accounts import caller_for
from accounts.models import OIDCProvider
from operations.errors import ServiceError
from operations.oidc_providers import put_open_id_connect_provider_keys


class Command(BaseCommand):
    help = "Give the public keys of an OpenID Connect provider, as its jwks_uri publishes them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("provider", help="the provider's ARN, or its URL together with --account-id")
        parser.add_argument("file", type=Path, help="a file with its JSON Web Key Set")
        parser.add_argument("--account-id", help="the account whose provider a URL means")

    def handle(self, *_: object, **options: Any) -> None:
        arn = _arn_of(options["provider"], options["account_id"])
        try:
            text = options["file"].read_text(encoding="utf-8")
            count = put_open_id_connect_provider_keys(
                caller_for(arn.split(":")[4]), open_id_connect_provider_arn=arn, json_web_key_set=text
            )
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}") from error
        except ServiceError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{count} keys verify the tokens of {arn}.")


def _arn_of(provider: str, account_id: str | None) -> str:
    if provider.startswith("arn:aws:iam::"):
        return provider
    if not account_id:
        raise CommandError("A URL does not tell the account: name it with --account-id.")
    return OIDCProvider.arn_of(account_id, provider.removeprefix("https://"))

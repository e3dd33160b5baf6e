"""Names, paths and unique ids as IAM forms them."""

from __future__ import annotations

import base64
import binascii
import secrets
from enum import StrEnum

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, tuple[str | int, ...]]

ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
KEY_BYTES = 10


class KeyPrefix(StrEnum):
    """Whether a key lasts until it is deleted, or for a session."""

    LASTING = "AKIA"
    TEMPORARY = "ASIA"


class IdPrefix(StrEnum):
    """The four letters that say what a unique id stands for."""

    USER = "AIDA"
    GROUP = "AGPA"
    POLICY = "ANPA"
    ROLE = "AROA"
    INSTANCE_PROFILE = "AIPA"
    SERVER_CERTIFICATE = "ASCA"
    SSH_PUBLIC_KEY = "APKA"
    SERVICE_CREDENTIAL = "ACCA"


def new_unique_id(prefix: IdPrefix) -> str:
    """21 characters, drawn at random and never reissued: a table keeps every id unique for ever."""
    return prefix + base64.b32encode(secrets.token_bytes(11)).decode()[:17]


def new_access_key_id(prefix: KeyPrefix, account_id: str) -> str:
    """20 characters, from which the account can be told, as from AWS's: 40 of the 80 bits are its number."""
    bits = 1 << 79 | int(account_id) << 39 | secrets.randbits(39)
    return prefix + base64.b32encode(bits.to_bytes(10, "big")).decode()


def account_of_key(access_key_id: str) -> str | None:
    """The account whose number stands in a key's id; None for an id of another form."""
    try:
        decoded = base64.b32decode(access_key_id[4:])
    except binascii.Error:
        return None
    number = int.from_bytes(decoded, "big") >> 39 & (1 << 40) - 1
    return f"{number:012}" if len(decoded) == KEY_BYTES and number < 10**12 else None


def new_secret_key() -> str:
    """40 characters of base 64, all of them drawn at random."""
    return base64.b64encode(secrets.token_bytes(30)).decode()


def new_account_id() -> str:
    """Twelve digits that do not begin with a zero, so that no spreadsheet shortens them."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)


def name_key(name: str) -> str:
    """What makes two names the same: IAM ignores the case of ASCII letters, and names hold no others."""
    return name.lower()


class KeyField(models.CharField):  # type: ignore[type-arg]  # Django has no subscript at run time
    """A lower-case name compared byte by byte in both databases, so that ranges and keyset pages agree."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, str | None]:
        collation = "C" if connection.vendor == "postgresql" else "BINARY"
        return {**super().db_parameters(connection), "collation": collation}


@KeyField.register_lookup
class Contains(models.Lookup):
    """Plain text in a key. LIKE would fold letters that are lower-case already, and takes half as long again."""

    lookup_name = "contains"

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Compiled:
        return self._found("INSTR", compiler, connection)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Compiled:
        return self._found("STRPOS", compiler, connection)

    def _found(self, function: str, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> Compiled:
        key, key_params = self.process_lhs(compiler, connection)
        text, text_params = self.process_rhs(compiler, connection)
        return f"{function}({key}, {text}) > 0", (*key_params, *text_params)

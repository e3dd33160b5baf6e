"""Names, paths and unique ids as IAM forms them."""

from __future__ import annotations

import secrets
from enum import StrEnum

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

Compiled = tuple[str, tuple[str | int, ...]]

ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


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
    return prefix + "".join(secrets.choice(ID_ALPHABET) for _ in range(17))


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

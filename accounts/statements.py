"""SQL that is known beforehand, run past Django's cursor.

That cursor translates a text into the driver's own form each time it is run, which takes longer than SQLite needs to
answer. Here it is done once. Whoever watches the queries of a connection still sees them all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from django.db import connections, router
from django.db.models import Model

_MARK: Final = re.compile(r"(?<!%)%s")


class Statement:
    """One text of SQL in Django's form: `%s` where a value goes, `%%` for a percent sign."""

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._for_sqlite = _MARK.sub("?", sql).replace("%%", "%")

    def rows(self, values: Sequence[Any]) -> list[Any]:
        """Every row that the database answers; raises DatabaseError."""
        return self._run(values, is_answered=True)

    def run(self, values: Sequence[Any]) -> None:
        """For a change that answers nothing; raises DatabaseError."""
        self._run(values, is_answered=False)

    def _run(self, values: Sequence[Any], *, is_answered: bool) -> list[Any]:
        connection = connections[own_database()]
        if connection.queries_logged or connection.execute_wrappers:
            with connection.cursor() as watched:
                watched.execute(self._sql, values)
                return list(watched.fetchall()) if is_answered else []
        connection.close_if_health_check_failed()
        connection.ensure_connection()
        connection.validate_no_broken_transaction()
        is_sqlite = connection.vendor == "sqlite"
        with connection.wrap_database_errors:
            cursor = connection.connection.cursor() if is_sqlite else connection.create_cursor()
            try:
                cursor.execute(self._for_sqlite if is_sqlite else self._sql, values)
                return list(cursor.fetchall()) if is_answered else []
            finally:
                cursor.close()


def own_database() -> str:
    """Queries of one request go where its transaction is."""
    return router.db_for_write(Model)

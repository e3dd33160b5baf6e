"""The queries that every call makes find their rows by an index, however many rows there are."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.prepared_queries import PreparedQuery, PreparedRows
from operations.operation import registered

Prepared = PreparedQuery[Any] | PreparedRows


def prepared() -> Iterator[tuple[str, Prepared]]:
    """Every query that is compiled once, with its place in the code."""
    registered()
    for package in ("accounts.models", "audit", "operations", "policies"):
        for module in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
            for name, value in vars(import_module(module.name)).items():
                found = value if isinstance(value, Mapping) else {"": value}
                yield from (
                    (f"{module.name}.{name}", one)
                    for one in found.values()
                    if isinstance(one, PreparedQuery | PreparedRows)
                )


def plan_of(sql: str) -> list[str]:
    """The steps of the database's plan, as it would be for large tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # Small tables are read whole for good reason; without that choice only a missing index leads there.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if connection.vendor == 'sqlite' else ''}{sql}")
        return [str(row[-1]) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_no_query_of_every_call_looks_through_a_whole_table() -> None:
    plans = {}
    for place, query in prepared():
        with CaptureQueriesContext(connection) as ran:
            query.all(*(1 if isinstance(mark, int) else "nobody" for mark in query._marks))
        plans[place] = plan_of(ran[0]["sql"])

    assert len(plans) > 8
    assert not {
        place: plan
        for place, plan in plans.items()
        if any(step.startswith("SCAN") or "Seq Scan" in step for step in plan)
    }

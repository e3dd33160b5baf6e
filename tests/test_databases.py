"""The databases that other tests stand on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tests import databases


def create_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE left_behind (id integer)")


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO left_behind VALUES (1)")
        cursor.execute("SELECT count(*) FROM left_behind")
        count = int(cursor.fetchone()[0])
    connection.close()
    return count


def test_threads_meet_in_a_database_of_their_own(own_database: None) -> None:
    create_table()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: rows(), range(8)))

    assert max(counts) == 8


@pytest.mark.parametrize("_", ["first", "second"])
def test_what_was_committed_is_gone_in_the_next_test(_: str, own_database: None) -> None:
    create_table()

    assert "left_behind" in connection.introspection.table_names()


@pytest.mark.django_db
def test_the_shared_database_is_migrated() -> None:
    assert {"accounts_user", "policies_policy"} <= set(connection.introspection.table_names())


def test_an_own_database_inside_the_shared_one_leaves_it_as_it_was(db: None, own_database: None) -> None:
    create_table()

    assert "left_behind" in connection.introspection.table_names()


def test_a_template_is_made_once(own_database: None) -> None:
    assert databases.digest() == databases.digest()

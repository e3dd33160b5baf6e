"""The environment, the databases and the kinds of test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import django
import hypothesis
import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from scripts.environment import isolated_environment
from tests import databases

# Settings are read when something first asks for one, which is the next line; the cast below imports models.
os.environ |= isolated_environment()
django.setup()

# How long an example takes is the machine's affair; what must be quick is measured in bench/.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

pytest_plugins = ["tests.cast", "tests.api_server"]

DATABASE_FIXTURES = {"db", "transactional_db", "own_database"}


def pytest_configure() -> None:
    """Static files are read where they lie, and no connection outlives the request that opened it."""
    settings.DATABASES["default"]["CONN_MAX_AGE"] = 0
    settings.PASSWORD_HASHERS = ["tests.cast.QuickHasher"]
    settings.STORAGES = {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks by what a test asks for, so that no test is left out of a run by a forgotten mark."""
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        if asked & DATABASE_FIXTURES or item.get_closest_marker("django_db"):
            item.add_marker("database")
        if "console" in asked:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One database for each process, copied from the migrated template."""
    shared = databases.shared_database()
    with django_db_blocker.unblock():
        shared.__enter__()
    yield
    with django_db_blocker.unblock():
        shared.__exit__(None, None, None)


@pytest.fixture
def own_database(
    tmp_path: Path, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A database for this test alone, with real commits: for threads, for the browser, for crashes."""
    with django_db_blocker.unblock(), databases.own_database(tmp_path):
        yield

"""The console as a browser meets it: its server in this process, so that a test can move the clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread
from pytest_django import DjangoDbBlocker, Settings

from scripts.browser import find_browser, flags
from tests import databases


@pytest.fixture(scope="session")
def server(django_test_environment: None) -> Iterator[str]:
    """The address of a server whose threads open the database that the present test uses."""
    thread = LiveServerThread("127.0.0.1", StaticFilesHandler, connections_override={})
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture
def console(server: str, own_database: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of the console, over a database of its own; `page.goto` takes paths below it."""
    # Playwright runs an event loop in the thread of the test, and Django would refuse the test its database.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    settings.SITE_URL = server
    return server


@pytest.fixture(scope="session")
def database_template(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Made before a browser starts: with it an event loop runs in this thread, where Django makes no database."""
    with django_db_blocker.unblock():
        databases.migrated_template()


@pytest.fixture(scope="session")
def browser_type_launch_args(
    browser_type_launch_args: dict[str, Any], database_template: None
) -> dict[str, Any]:
    path = os.environ.get("BROWSER_PATH") or find_browser()
    return {**browser_type_launch_args, "executable_path": path, "args": flags()}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], server: str) -> dict[str, Any]:
    window = {"width": 1280, "height": 800}
    return {**browser_context_args, "base_url": server, "viewport": window, "locale": "en-US"}

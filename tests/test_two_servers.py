"""Two server processes remember policies; neither of them ever answers by what has been changed in the other."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from django.conf import settings

from operations.caller import Caller
from scripts.setup import BASE_DIR
from tests.cast import ADMINISTRATOR, READ_ONLY, ROOT_EMAIL, browser_of, new_account, new_user, signed_in
from tests.test_durability import database_url

ROUNDS = 6
CSRF = "c" * 32
SERVE = """
from wsgiref.simple_server import WSGIRequestHandler, make_server
from iamconsole.wsgi import application
WSGIRequestHandler.log_message = lambda *_: None
server = make_server("127.0.0.1", 0, application)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextmanager
def serving() -> Iterator[int]:
    """The port of a server in a process of its own, over the database of this test."""
    environment = {**os.environ, "DATABASE_URL": database_url(), "PYTHONPATH": str(BASE_DIR)}
    command = [sys.executable, "-c", SERVE]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def ports(own_database: None) -> Iterator[tuple[int, int]]:
    with serving() as first, serving() as second:
        yield first, second


def status(port: int, caller: Caller, path: str, form: Mapping[str, str] | None = None) -> int:
    """What a server answers to the caller; with a form it is sent."""
    session = browser_of(caller).cookies[settings.SESSION_COOKIE_NAME].value
    headers = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST" if form else "GET", path, urlencode(form or {}), headers)
        answer = connection.getresponse()
        answer.read()
    finally:
        connection.close()
    return answer.status


def test_no_server_answers_by_policies_that_another_one_changed(ports: tuple[int, int]) -> None:
    account = new_account(ROOT_EMAIL, "Coffee shop")
    root = signed_in(account.root, account)
    alice, carol = new_user(root, "alice", ADMINISTRATOR), new_user(root, "carol")
    attach = "/iam/users/carol/attach-policies/", {"policies": READ_ONLY, "go": "add"}
    remove = "/iam/users/carol/remove-permissions/", {"key": f"policy/{READ_ONLY}", "confirmed": "yes"}
    seen = []

    for here, there in [ports, ports[::-1]] * ROUNDS:
        seen.append(status(here, alice, *attach))
        seen += [status(port, carol, "/iam/users/") for port in (there, here)]
        seen.append(status(there, alice, *remove))
        seen += [status(port, carol, "/iam/users/") for port in (here, there)]

    assert seen == [303, 200, 200, 303, 403, 403] * 2 * ROUNDS

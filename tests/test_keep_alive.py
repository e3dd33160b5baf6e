"""Connections that stay open: who asks again at once is answered by the same thread, and keeps nobody else waiting."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from threading import Thread

import pytest

from tests.api_server import Server

# More than the server has threads.
MANY = 12
# Without a wait for anything an answer takes some milliseconds.
AT_ONCE = 2.0
# Longer than a thread stays with a connection that says nothing.
SILENCE = 0.1


@pytest.fixture
def connections(api_server: Server) -> Iterator[list[HTTPConnection]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(HTTPConnection("127.0.0.1", api_server.port, timeout=30)))
            for _ in range(MANY)
        ]


def healthy(connection: HTTPConnection) -> float:
    """Seconds until the server has said on this connection that it is well."""
    start = time.monotonic()
    connection.request("GET", "/healthz")
    response = connection.getresponse()
    response.read()
    assert (response.status, connection.sock is None) == (200, False)
    return time.monotonic() - start


def busy(connection: HTTPConnection, is_over: Callable[[], bool]) -> Thread:
    """Somebody who asks again and again without a pause."""

    def ask() -> None:
        while not is_over():
            healthy(connection)

    thread = Thread(target=ask)
    thread.start()
    return thread


def test_a_connection_is_answered_again_at_once_and_after_a_silence(
    connections: list[HTTPConnection],
) -> None:
    for pause in (0, 0, SILENCE, 0):
        time.sleep(pause)
        assert healthy(connections[0]) < AT_ONCE


def test_two_requests_sent_together_are_answered_one_after_the_other(
    connections: list[HTTPConnection],
) -> None:
    connections[0].connect()
    opened = connections[0].sock
    head = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    opened.sendall(head * 2)

    received = b""
    while received.count(b"HTTP/1.1 200") < 2:
        data = opened.recv(65_536)
        assert data, received
        received += data


def test_those_who_never_pause_keep_nobody_waiting(connections: list[HTTPConnection]) -> None:
    *tireless, quiet = connections
    until = time.monotonic() + 1
    threads = [busy(connection, lambda: time.monotonic() > until) for connection in tireless]

    waited = []
    while time.monotonic() < until:
        waited.append(healthy(quiet))
        time.sleep(0.05)
    for thread in threads:
        thread.join()

    assert len(waited) > 1
    assert max(waited) < AT_ONCE

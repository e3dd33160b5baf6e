"""Reading a body without being held up: whoever sends slowly is cut off after five seconds."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeAlias

from django.http import HttpRequest
from django.http.request import UnreadablePostError

from operations.errors import MalformedQueryString, RequestTimeout

SECONDS: Final = 5.0
# As AWS takes the longest SAML metadata: ten million characters, some of them escaped.
LONGEST: Final = 16_777_216
# What nobody has signed is read before anything is known of who sends it.
LONGEST_UNSIGNED: Final = 262_144
MOST_DIGITS: Final = 20
_TICK: Final = 0.5

Lateness: TypeAlias = Callable[[], bool]


def length_of(request: HttpRequest, longest: int) -> int:
    """The length that a request announces; raises MalformedQueryString for none, or one that is too long."""
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise MalformedQueryString("A request says how long its body is, with Content-Length.")
    written = request.META.get("CONTENT_LENGTH") or "0"
    if not (written.isascii() and written.isdigit()):
        raise MalformedQueryString("Content-Length must be a number.")
    # Python reads no number of more than 4,300 digits.
    if len(written) > MOST_DIGITS or int(written) > longest:
        raise MalformedQueryString(f"A request of more than {longest:,} bytes is not read.")
    return int(written)


def read_body(request: HttpRequest, length: int) -> bytes:
    """The whole body; raises RequestTimeout when it takes too long, MalformedQueryString when it breaks off."""
    if length == 0:
        return b""
    with _deadline(request) as is_late:
        try:
            body = request.read(length)
        except UnreadablePostError:
            body = b""
    if len(body) < length:
        if is_late():
            raise RequestTimeout(f"The body did not arrive within {SECONDS:.0f} seconds.")
        raise MalformedQueryString("The body is shorter than Content-Length says.")
    return bytes(body)


class _Watch:
    """One thread for all bodies under way: it shuts the receiving side of a connection that is too slow.

    A read that waits for such a connection then ends at once, and the answer can still be sent.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[float, socket.socket]] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, key: int, until: float, connection: socket.socket) -> None:
        with self._lock:
            self._waiting[key] = until, connection
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="slow bodies", daemon=True)
                self._thread.start()

    def remove(self, key: int) -> None:
        with self._lock:
            self._waiting.pop(key, None)

    def _run(self) -> None:
        while True:
            time.sleep(_TICK)
            with self._lock:
                now = time.monotonic()
                late = [key for key, (until, _) in self._waiting.items() if until <= now]
                for _, connection in map(self._waiting.pop, late):
                    _shut(connection)


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RD)
    except OSError:
        # It is gone already, which serves as well.
        return


_watch: Final = _Watch()


@contextmanager
def _deadline(request: HttpRequest) -> Iterator[Lateness]:
    start = time.monotonic()
    connection = request.META.get("gunicorn.socket")
    if connection is not None:
        _watch.add(id(request), start + SECONDS, connection)
    try:
        yield lambda: time.monotonic() - start >= SECONDS
    finally:
        _watch.remove(id(request))

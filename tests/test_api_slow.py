"""Bodies that come slowly, or with a length that is none, over a real connection to gunicorn."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http.client import HTTPResponse

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.api_server import REGION, Key, Shop

FORM = "application/x-www-form-urlencoded"
BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
# The deadline of a body, the tick of whoever watches it, and time for a busy machine.
LATE = 5.0, 7.0
# Without a wait for anything an answer takes some milliseconds.
AT_ONCE = 2.0
PAUSE = 0.2


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str
    seconds: float


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def signature(shop: Shop, key: Key, body: bytes) -> dict[str, str]:
    """The headers with which a key signs a body."""
    request = AWSRequest("POST", shop.server.url, data=body, headers={"Content-Type": FORM})
    SigV4Auth(Credentials(key.access_key_id, key.secret_access_key), "sts", REGION).add_auth(request)
    return dict(request.headers.items())


def connection(shop: Shop, headers: dict[str, str], *, stack: ExitStack) -> socket.socket:
    """A connection on which the head of a request has been sent."""
    lines = ["POST /api/ HTTP/1.1", f"Host: 127.0.0.1:{shop.server.port}"]
    lines += [f"{name}: {value}" for name, value in ({"Content-Type": FORM} | headers).items()]
    opened = stack.enter_context(socket.create_connection(("127.0.0.1", shop.server.port), timeout=30))
    opened.sendall("\r\n".join([*lines, "", ""]).encode())
    return opened


def answer(opened: socket.socket, since: float) -> Answer:
    """The answer, and how long it took."""
    response = HTTPResponse(opened)
    response.begin()
    return Answer(response.status, response.read().decode(), time.monotonic() - since)


def drip(connections: list[socket.socket], body: bytes) -> Iterator[float]:
    """One byte of a body after the other, on all connections, as long as nobody has been answered."""
    for number in range(len(body)):
        for opened in connections:
            opened.sendall(body[number : number + 1])
        yield time.monotonic()
        time.sleep(PAUSE)


def test_a_body_that_comes_byte_by_byte_is_cut_off_and_holds_nobody_up(shop: Shop, stack: ExitStack) -> None:
    length = {"Content-Length": str(len(BODY))}
    slow = [
        connection(shop, {**length, **headers}, stack=stack)
        for headers in ({}, signature(shop, shop.alice, BODY))
    ]
    sts, start, others = shop.client("sts"), time.monotonic(), []

    for moment in drip(slow, BODY):
        sts.get_caller_identity()
        others.append(time.monotonic() - moment)
        # Well before the end: to a connection that is cut off nothing can be sent any more.
        if moment - start > LATE[0] - 1:
            break
    answers = [answer(opened, start) for opened in slow]

    assert len(others) > 10
    assert max(others) < AT_ONCE
    for one in answers:
        assert one.status == 408, one.text
        assert "<Code>RequestTimeout</Code>" in one.text
        assert LATE[0] - 1 < one.seconds < LATE[1]


def test_a_body_that_comes_in_two_pieces_in_time_is_read(shop: Shop, stack: ExitStack) -> None:
    headers = {"Content-Length": str(len(BODY)), **signature(shop, shop.alice, BODY)}
    opened = connection(shop, headers, stack=stack)
    start = time.monotonic()

    opened.sendall(BODY[:10])
    time.sleep(PAUSE)
    opened.sendall(BODY[10:])

    found = answer(opened, start)
    assert found.status == 200, found.text
    assert shop.arn("user/alice") in found.text


def test_a_body_that_breaks_off_is_told_from_a_slow_one(shop: Shop, stack: ExitStack) -> None:
    opened = connection(shop, {"Content-Length": "100"}, stack=stack)
    start = time.monotonic()

    opened.sendall(BODY)
    opened.shutdown(socket.SHUT_WR)

    found = answer(opened, start)
    assert (found.status, "shorter than Content-Length says" in found.text) == (400, True)
    assert found.seconds < AT_ONCE


LENGTHS = {
    "chunked": {"Transfer-Encoding": "chunked"},
    "chunked and a length": {"Transfer-Encoding": "chunked", "Content-Length": "10"},
    "too long": {"Content-Length": "16777217"},
    "far too long": {"Content-Length": "9" * 30},
    "no number": {"Content-Length": "ten"},
    "negative": {"Content-Length": "-1"},
    "with a sign": {"Content-Length": "+10"},
    "a fraction": {"Content-Length": "10.0"},
    "two numbers": {"Content-Length": "10, 10"},
    "other digits": {"Content-Length": "\N{ARABIC-INDIC DIGIT ONE}"},
}


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("length", LENGTHS.values(), ids=LENGTHS)
def test_what_says_no_length_is_refused_before_anything_is_read(
    shop: Shop, stack: ExitStack, length: dict[str, str], *, is_signed: bool
) -> None:
    signed = signature(shop, shop.alice, BODY) if is_signed else {}

    found = answer(connection(shop, {**signed, **length}, stack=stack), time.monotonic())

    assert found.status == 400, found.text
    assert found.seconds < AT_ONCE


def test_the_longest_body_of_nobody_is_shorter_than_a_signed_one(shop: Shop, stack: ExitStack) -> None:
    length = {"Content-Length": "300000"}
    start = time.monotonic()
    unsigned = answer(connection(shop, length, stack=stack), start)
    signed = connection(shop, {**signature(shop, shop.alice, BODY), **length}, stack=stack)
    signed.shutdown(socket.SHUT_WR)

    assert "A request of more than 262,144 bytes is not read." in unsigned.text
    assert "The body is shorter than Content-Length says." in answer(signed, start).text

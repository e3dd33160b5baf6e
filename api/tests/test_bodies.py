"""Bodies are as long as was said, and come in time or not at all."""

from __future__ import annotations

import socket
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory

from api import bodies
from api.bodies import length_of, read_body
from operations.errors import MalformedQueryString, RequestTimeout


def post(source: Any = None, **meta: Any) -> HttpRequest:
    """A request whose body is read from `source`."""
    return RequestFactory().generic("POST", "/api/", **{"wsgi.input": source or BytesIO(), **meta})


@pytest.mark.parametrize(("written", "length"), [("", 0), ("0", 0), ("12", 12), ("0012", 12)])
def test_a_length_is_a_number(written: str, length: int) -> None:
    assert length_of(post(CONTENT_LENGTH=written), longest=12) == length


@pytest.mark.parametrize("written", ["13", "-1", "+1", "1.0", " 1", "１", "1,1", "9" * 5000])
def test_any_other_length_is_refused(written: str) -> None:
    with pytest.raises(MalformedQueryString):
        length_of(post(CONTENT_LENGTH=written), longest=12)


def test_a_body_says_its_length_beforehand() -> None:
    with pytest.raises(MalformedQueryString, match="Content-Length"):
        length_of(post(CONTENT_LENGTH="5", HTTP_TRANSFER_ENCODING="chunked"), longest=12)


def test_a_body_is_read_to_its_length() -> None:
    assert read_body(post(BytesIO(b"Action=x&more"), CONTENT_LENGTH="8"), 8) == b"Action=x"
    assert read_body(post(), 0) == b""


class Broken(BytesIO):
    def read(self, _: int | None = -1) -> bytes:
        raise ConnectionResetError


@pytest.mark.parametrize("source", [BytesIO(b"Act"), Broken(b"Action=x")])
def test_a_body_that_breaks_off_is_refused(source: BytesIO) -> None:
    with pytest.raises(MalformedQueryString, match="shorter than Content-Length says"):
        read_body(post(source, CONTENT_LENGTH="8"), 8)


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "SECONDS", 0.1)
    client, server = socket.socketpair()
    with client, server, server.makefile("rb") as source:
        client.sendall(b"Act")

        with pytest.raises(RequestTimeout):
            read_body(post(source, CONTENT_LENGTH="8", **{"gunicorn.socket": server}), 8)

        # The way back is open still.
        server.sendall(b"HTTP/1.1 408")
        assert client.recv(12) == b"HTTP/1.1 408"


def test_who_is_in_time_is_left_alone() -> None:
    client, server = socket.socketpair()
    with client, server, server.makefile("rb") as source:
        client.sendall(b"Action=x")

        read_body(post(source, CONTENT_LENGTH="8", **{"gunicorn.socket": server}), 8)

        assert not bodies._watch._waiting

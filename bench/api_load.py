"""A client that costs little: requests signed beforehand, sent over a few connections that stay open."""

from __future__ import annotations

import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

CONNECTIONS: Final = 4
REGION: Final = "us-east-1"
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Target:
    """A server, and the key it knows us by."""

    name: str
    port: int
    path: str
    access_key_id: str
    secret: str

    def request(self, service: str, action: str, **parameters: object) -> bytes:
        """A whole signed request as it goes over the wire."""
        version = "2010-05-08" if service == "iam" else "2011-06-15"
        body = urlencode({"Action": action, "Version": version, **parameters}).encode()
        time_text = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        host = f"127.0.0.1:{self.port}"
        headers = f"content-type:application/x-www-form-urlencoded\nhost:{host}\nx-amz-date:{time_text}\n"
        names = "content-type;host;x-amz-date"
        canonical = "\n".join(["POST", self.path, "", headers, names, hashlib.sha256(body).hexdigest()])
        scope = f"{time_text[:8]}/{REGION}/{service}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{time_text}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = b"AWS4" + self.secret.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        signature = hmac.digest(key, text.encode(), "sha256").hex()
        lines = [
            f"POST {self.path} HTTP/1.1",
            f"Host: {host}",
            "Content-Type: application/x-www-form-urlencoded",
            f"X-Amz-Date: {time_text}",
            f"Authorization: AWS4-HMAC-SHA256 Credential={self.access_key_id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}",
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection:
    """One keep-alive connection; it is opened again when the server has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        for _ in range(2):
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=120)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                self._socket.sendall(request)
                return self._answer(self._socket)
            except (ConnectionError, EOFError):
                self._socket = None
        raise ConnectionError("The server does not answer.")

    def _answer(self, connection: socket.socket) -> tuple[int, bytes]:
        data = b""
        while b"\r\n\r\n" not in data:
            data += _received(connection)
        head, _, body = data.partition(b"\r\n\r\n")
        headers = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(headers[b"content-length"])
        parts, got = [body], len(body)
        while got < length:
            parts.append(_received(connection))
            got += len(parts[-1])
        if headers.get(b"connection") == b"close":
            self._socket = None
        return int(head.split(b" ", 2)[1]), b"".join(parts)


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(_CHUNK)
    if not data:
        raise EOFError
    return data


def answered(port: int, requests: Iterable[bytes]) -> list[bytes]:
    """The answers to requests one after the other."""
    connection = Connection(port)
    return [_ensure_fine(*connection.ask(request)) for request in requests]


def rate(port: int, requests: Sequence[bytes]) -> float:
    """Answers a second over several connections at once."""
    shares = [requests[start::CONNECTIONS] for start in range(CONNECTIONS)]
    faults: list[BaseException] = []

    def send(share: Sequence[bytes]) -> None:
        try:
            answered(port, share)
        except (RuntimeError, OSError) as error:
            faults.append(error)

    threads = [threading.Thread(target=send, args=(share,)) for share in shares]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]
    return len(requests) / (time.perf_counter() - begun)


def _ensure_fine(status: int, body: bytes) -> bytes:
    if status != 200:
        raise RuntimeError(f"{status}: {body[:500]!r}")
    return body

"""Requests as botocore signs them, for the server's side to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from django.test import Client

HOST = "testserver"
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}


@dataclass
class Key:
    """What a program signs with."""

    access_key_id: str
    secret: str
    token: str | None = None

    @property
    def credentials(self) -> Credentials:
        return Credentials(self.access_key_id, self.secret, self.token)


@dataclass
class Signed:
    """A request on its way, open to be tampered with."""

    method: str
    path: str
    body: str
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""

    def send(self, client: Client) -> Any:
        """The answer of the console."""
        headers = dict(self.headers)
        content_type = headers.pop("Content-Type", "application/x-www-form-urlencoded")
        path = f"{self.path}?{self.query}" if self.query else self.path
        return client.generic(self.method, path, self.body, content_type=content_type, headers=headers)


def signed(
    key: Key,
    action: str,
    service: str = "iam",
    *,
    path: str = "/api/",
    region: str = "us-east-1",
    **parameters: str,
) -> Signed:
    """A POST signed in its headers."""
    body = urlencode({"Action": action, "Version": VERSIONS[service], **parameters})
    request = AWSRequest(
        "POST",
        f"http://{HOST}{path}",
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Host": HOST},
    )
    SigV4Auth(key.credentials, service, region).add_auth(request)
    return Signed("POST", path, body, dict(request.headers.items()))


def presigned(
    key: Key, action: str, service: str = "sts", *, expires: int = 60, method: str = "GET"
) -> Signed:
    """An address that is signed itself."""
    query = urlencode({"Action": action, "Version": VERSIONS[service]})
    request = AWSRequest(method, f"http://{HOST}/api/?{query}", headers={"Host": HOST})
    SigV4QueryAuth(key.credentials, service, "us-east-1", expires=expires).add_auth(request)
    return Signed(method, "/api/", "", {"Host": HOST}, urlsplit(request.url).query)

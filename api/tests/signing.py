"""Requests as botocore signs them, for the server's side to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from django.test import Client

from operations.shapes import operation_model

HOST = "testserver"
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}

# Outcomes: the status, and the code where there is one.
FINE = (200, "")
DENIED = (403, "AccessDenied")
INVALID = (403, "InvalidClientTokenId")


@dataclass(frozen=True)
class Key:
    """What a program signs with."""

    access_key_id: str
    secret: str
    token: str | None = None

    @classmethod
    def of(cls, made: Any) -> Key:
        """From what CreateAccessKey and the operations of STS answer."""
        return cls(made.access_key_id, made.secret_access_key, getattr(made, "session_token", None))

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


@dataclass(frozen=True)
class Answer:
    """What came back, as botocore reads it."""

    status: int
    said: dict[str, Any]

    @property
    def code(self) -> str:
        """Of the refusal; nothing where there is none."""
        return str(self.said.get("Error", {}).get("Code", ""))

    @property
    def outcome(self) -> tuple[int, str]:
        return self.status, self.code

    @property
    def message(self) -> str:
        return str(self.said["Error"]["Message"])

    @property
    def key(self) -> Key:
        """The temporary credentials of the answer."""
        given = self.said["Credentials"]
        return Key(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def ask(client: Client, key: Key, name: str, **parameters: Any) -> Answer:
    """Perform `sts:AssumeRole`, its parameters as boto3 takes them."""
    operation = operation_model(name)
    serializer = create_serializer("query", include_validation=False)
    form = serializer.serialize_to_request(parameters, operation)["body"]
    response = signed(key, form.pop("Action"), name.partition(":")[0], **form).send(client)
    received = {"status_code": response.status_code, "headers": {}, "body": response.content}
    return Answer(response.status_code, create_parser("query").parse(received, operation.output_shape))


def enter(client: Client, key: Key, role_arn: str, **more: Any) -> Answer:
    """Assume a role for the morning."""
    return ask(client, key, "sts:AssumeRole", RoleArn=role_arn, RoleSessionName="morning", **more)


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
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", "Host": HOST}
    request = AWSRequest("POST", f"http://{HOST}{path}", data=body, headers=headers)
    SigV4Auth(key.credentials, service, region).add_auth(request)
    return Signed("POST", path, body, dict(request.headers.items()))


def signed_without_body(key: Key, method: str, query: str) -> Signed:
    """A request to IAM whose parameters stand in its address, and its signature in its headers."""
    request = AWSRequest(method, f"http://{HOST}/api/?{query}", headers={"Host": HOST})
    SigV4Auth(key.credentials, "iam", "us-east-1").add_auth(request)
    return Signed(method, "/api/", "", dict(request.headers.items()), query)


def presigned(
    key: Key,
    action: str,
    service: str = "sts",
    *,
    expires: int = 60,
    method: str = "GET",
    version: bool = True,
) -> Signed:
    """An address that is signed itself."""
    query = urlencode({"Action": action, **({"Version": VERSIONS[service]} if version else {})})
    request = AWSRequest(method, f"http://{HOST}/api/?{query}", headers={"Host": HOST})
    SigV4QueryAuth(key.credentials, service, "us-east-1", expires=expires).add_auth(request)
    return Signed(method, "/api/", "", {"Host": HOST}, urlsplit(request.url).query)

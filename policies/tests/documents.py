"""The documents of the coffee shop, and what the tests of pages look at in an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

BUCKET = "arn:aws:s3:::maven-repo-tutorial.asimi.net"
RECEIPTS = f"{BUCKET}/receipts/*"


class Answer(Protocol):
    status_code: int

    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...


def document(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


def allow(action: object, resource: object = BUCKET, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trusting(*services: str, **more: object) -> str:
    """A trust policy for services."""
    principals = {"Service": list(services)}
    return document({"Effect": "Allow", "Principal": principals, "Action": "sts:AssumeRole", **more})


LISTING = document(allow("s3:ListBucket", Sid="ListReceipts"))
READING = document(allow("s3:GetObject", RECEIPTS, Sid="ReadReceipts"))
MISTAKEN = document(allow("s3:ListObject", Sid="ListReceipts"))
EC2 = trusting("ec2.amazonaws.com")

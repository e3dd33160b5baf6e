"""The policies AWS manages, read from the compiled catalog: plain values, for the migration that stores them."""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from policies.catalog import CatalogMissing

ELEMENT_ORDER: Final = (
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
UNIQUE_ID_LENGTH: Final = 21


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    policy_name: str
    path: str
    arn: str
    policy_id: str
    default_version_id: str
    create_date: datetime
    update_date: datetime
    document: str


def managed_policies() -> Iterator[ManagedPolicy]:
    """Every AWS managed policy in the order of names. Raises CatalogMissing before the catalog is compiled."""
    try:
        lines = (Path(settings.CATALOG_DIR) / "managed_policies.jsonl").read_text().splitlines()
    except FileNotFoundError as error:
        raise CatalogMissing from error
    return map(_read, lines)


def _read(line: str) -> ManagedPolicy:
    row: dict[str, Any] = json.loads(line)
    dates = {field: datetime.fromisoformat(row[field]) for field in ("create_date", "update_date")}
    return ManagedPolicy(**row | dates)


def arn_of(path: str, name: str) -> str:
    return f"arn:aws:iam::aws:policy{path}{name}"


def unique_id(arn: str) -> str:
    """The source has no ids: one made from the ARN is the same in every installation."""
    digest = base64.b32encode(hashlib.sha256(arn.encode()).digest()).decode()
    return f"ANPA{digest}"[:UNIQUE_ID_LENGTH]


def document_text(document: Mapping[str, Any]) -> str:
    """A document laid out as the console shows it: four spaces, the elements in their usual order."""
    statements = document["Statement"]
    ordered = (
        [_in_order(statement) for statement in statements] if isinstance(statements, list) else statements
    )
    return json.dumps(_in_order({**document, "Statement": ordered}), indent=4, ensure_ascii=False)


def _in_order(element: Mapping[str, Any]) -> dict[str, Any]:
    return {name: element[name] for name in sorted(element, key=ELEMENT_ORDER.index)}

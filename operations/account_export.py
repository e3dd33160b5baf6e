"""A whole account as the JSON that `aws iam get-account-authorization-details` prints.

What AWS's answer lacks is not in it either: passwords and keys, devices and providers, the descriptions and session
durations of roles, the tags of policies, and instance profiles without a role.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore import xform_name
from botocore.model import ListShape, Shape, StructureShape

from operations.account_dump import LISTS
from operations.authorization_details import AuthorizationDetails, get_account_authorization_details
from operations.caller import Caller
from operations.operation import act
from operations.shapes import operation_model

PAGE = 1000


def exported_account(caller: Caller) -> dict[str, list[Any]]:
    """Everything, with documents as objects and dates as text; what is absent is left out.

    It is the account of one moment: no write comes between the pages.
    """
    shape = operation_model("iam:GetAccountAuthorizationDetails").output_shape
    found: dict[str, list[Any]] = {name: [] for name in LISTS}
    with act(caller, "ExportAccount"):
        for page in _pages(caller):
            for name in LISTS:
                found[name] += _plain(shape.members[name], getattr(page, xform_name(name)))
    return found


def _pages(caller: Caller) -> Iterator[AuthorizationDetails]:
    marker = None
    while True:
        page = get_account_authorization_details(caller, max_items=PAGE, marker=marker)
        yield page
        marker = page.marker
        if marker is None:
            return


def _plain(shape: Shape, value: Any) -> Any:
    """A value by its shape, as awscli would print it."""
    if isinstance(shape, StructureShape):
        pairs = ((wire, member, _member(value, wire)) for wire, member in shape.members.items())
        return {wire: _plain(member, inner) for wire, member, inner in pairs if inner is not None}
    if isinstance(shape, ListShape):
        return [_plain(shape.member, item) for item in value]
    if shape.name == "policyDocumentType":
        return json.loads(value)
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def _member(value: Any, wire: str) -> Any:
    return value.get(wire) if isinstance(value, Mapping) else getattr(value, xform_name(wire), None)

"""A dump as AWS would print it, what can be done to it, and a way to try one without keeping it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

from django.db import transaction

from operations.account_export import exported_account
from operations.account_import import Imported, import_account
from operations.caller import Caller

DUMP: dict[str, Any] = json.loads((Path(__file__).parent / "aws_dump.json").read_text(encoding="utf-8"))
OWN = "444455556666"


class Undo(Exception):
    """Ends a trial."""


@contextmanager
def undone() -> Iterator[None]:
    """A trial of which nothing stays, so that the same unique ids are free again."""
    with suppress(Undo), transaction.atomic():
        yield
        raise Undo


def bring(caller: Caller, dump: Any) -> Imported:
    return import_account(caller, authorization_details=json.dumps(dump))


def through(caller: Caller, dump: Any) -> Any:
    """What an empty account exports after the dump came in; the account is empty again."""
    with undone():
        bring(caller, dump)
        exported = exported_account(caller)
    return exported  # noqa: RET504  the trial ends first


def changed(path: Sequence[str | int], value: object) -> Any:
    """The dump with something else in one place; a member that was not there may be new."""
    dump = deepcopy(DUMP)
    place: Any = dump
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return dump


def numbered(dump: Any, account_id: str) -> Any:
    """The dump with another account's number in the place of its own."""
    own = re.findall(
        r"arn:aws:iam::([0-9]{12}):", json.dumps(dump["GroupDetailList"] + dump["UserDetailList"])
    )
    return json.loads(json.dumps(dump).replace(own[0], account_id)) if own else dump

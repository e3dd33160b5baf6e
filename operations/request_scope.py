"""What is remembered within one request: the caller's policies for its reads, and the uses to note after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from operations.prepared import remembering
from operations.trail import Use, uses_collected


@contextmanager
def request_scope() -> Iterator[list[Use]]:
    with remembering(), uses_collected() as uses:
        yield uses

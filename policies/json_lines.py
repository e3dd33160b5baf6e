"""What commands that answer line by line have in common: lines however long, read as JSON, and the collector spared."""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from policies.engine.text import distinct, refused_constant

INVALID_JSON: Final = "InvalidJson"
INVALID_INPUT: Final = "InvalidInput"
LONGEST_LINE: Final = 16_777_216
COLLECT_AFTER: Final = 100_000


class LineError(ValueError):
    """A line that cannot be answered, and the answer that says so."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer: dict[str, Any] = {"error": {"code": code, "message": message}}


@contextmanager
def rare_collections() -> Iterator[None]:
    """What is read is forgotten with its answer and forms no circles: there is little to collect."""
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def lines() -> Iterator[bytes]:
    """The lines of standard input; of a longer one than is read, a beginning that is longer."""
    while line := sys.stdin.buffer.readline(LONGEST_LINE + 1):
        rest = line
        while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
            rest = sys.stdin.buffer.readline(LONGEST_LINE + 1)
        yield line


def parsed(line: bytes) -> Any:
    """The JSON of a line; raises LineError."""
    if len(line) > LONGEST_LINE:
        raise LineError(INVALID_INPUT, f"The line is longer than {LONGEST_LINE:,} bytes.")
    try:
        return json.loads(line, object_pairs_hook=distinct, parse_constant=refused_constant)
    except (ValueError, RecursionError) as error:
        raise LineError(INVALID_JSON, str(error)) from error

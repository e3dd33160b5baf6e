"""What commands that answer line by line have in common: reading lines, however long, and sparing the collector."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

LONGEST_LINE: Final = 16_777_216
COLLECT_AFTER: Final = 100_000


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

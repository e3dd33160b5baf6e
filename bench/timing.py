"""Milliseconds of processor time, and how they are told."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

ROUNDS: Final = 7


def first(case: Callable[[], object]) -> float:
    """The first time alone: what follows remembers."""
    begun = time.process_time()
    case()
    return (time.process_time() - begun) * 1000


def quickest(case: Callable[[], object]) -> float:
    """The best of several times, after one that is not counted."""
    case()
    return min(first(case) for _ in range(ROUNDS))


def row(name: str, spent: float, wanted: float) -> str:
    verdict = "" if spent <= wanted else f"  MORE THAN {wanted:g} ms"
    return f"  {name:46}{spent:10.1f} ms{verdict}"

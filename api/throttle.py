"""How often one key may call: a bucket of tokens for each, refilled all the time, in each server process."""

from __future__ import annotations

import time
from threading import Lock
from typing import Final

from operations.errors import Throttling

# Seconds of calls that may come at once.
BURST: Final = 2.0
MOST_KEYS: Final = 10_000


class Throttle:
    """At most `rate` calls a second and key, and a burst of twice as many."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._most = rate * BURST
        self._buckets: dict[str, tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, key: str, at: float | None = None) -> None:
        """One call of this key at `at`, in seconds of a clock that never goes back; raises Throttling."""
        now = time.monotonic() if at is None else at
        with self._lock:
            tokens, last = self._buckets.get(key, (self._most, now))
            tokens = min(self._most, tokens + (now - last) * self._rate)
            if tokens < 1:
                raise Throttling("Rate exceeded")
            if key not in self._buckets and len(self._buckets) >= MOST_KEYS:
                # Whoever has not called for a while has a full bucket anyway.
                self._buckets.clear()
            self._buckets[key] = tokens - 1, now

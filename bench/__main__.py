"""`make bench`: the users list beside Django admin's changelist of the same rows, in one run.

Prints one line a measurement: the console's median server time, admin's, and their ratio. Weights of pages follow.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable

from scripts.environment import isolated_environment
from scripts.setup import BASE_DIR

FOLDER = BASE_DIR / "var" / "bench"
ROUNDS = 21
SIZES = (5_000, 100_000)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for size in [int(word) for word in sys.argv[1:]] or SIZES:
        measure(size)


def measure(size: int) -> None:
    """One database of `size` users, in a process of its own: settings are read once."""
    if os.fork() == 0:
        start(size)
        os._exit(0)
    _, status = os.wait()
    if status:
        sys.exit(f"The measurement of {size} users failed.")


def start(size: int) -> None:
    database = FOLDER / f"users-{size}.sqlite3"
    os.environ |= {
        **isolated_environment(),
        "DATABASE_URL": f"sqlite:///{database}",
        "DJANGO_SETTINGS_MODULE": "bench.settings",
    }
    import django  # noqa: PLC0415  settings are read from the environment above

    django.setup()
    from bench.pages import compare, prepare  # noqa: PLC0415

    prepare(database, size)
    for line in compare(size, timed):
        print(line, flush=True)


def timed(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Median milliseconds of two calls, taken in turns so that the machine's moods fall on both."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for call, spent in zip((first, second), times, strict=True):
            begun = time.perf_counter()
            call()
            spent.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


if __name__ == "__main__":
    main()

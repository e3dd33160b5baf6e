"""The one source of time. Everything that asks for the present asks here, so that tests can move it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """The real time plus an offset that only tests change."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


clock = Clock()


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return clock.now()

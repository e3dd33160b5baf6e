"""One key's calls are limited, and nobody else's by them."""

import pytest

from api.throttle import MOST_KEYS, Throttle
from operations.errors import Throttling


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    throttle = Throttle(rate=2)
    for _ in range(4):
        throttle.take("AKIAONE", at=0)

    with pytest.raises(Throttling, match="Rate exceeded"):
        throttle.take("AKIAONE", at=0.1)
    throttle.take("AKIAONE", at=0.6)
    with pytest.raises(Throttling):
        throttle.take("AKIAONE", at=0.7)


def test_a_key_is_not_held_up_by_another() -> None:
    throttle = Throttle(rate=1)
    for _ in range(2):
        throttle.take("AKIAONE", at=0)

    throttle.take("AKIATWO", at=0)


def test_only_so_many_keys_are_remembered() -> None:
    throttle = Throttle(rate=1)
    for number in range(MOST_KEYS + 5):
        throttle.take(f"AKIA{number}", at=0)

    assert len(throttle._buckets) <= MOST_KEYS

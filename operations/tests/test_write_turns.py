"""Writers of a file take turns; whoever waits too long is told what the database would tell."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

import pytest
from django.db import OperationalError

from operations import write_turns


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file to queue at, for a short while."""
    file = tmp_path / "turn"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT)
    monkeypatch.setattr(write_turns, "_queue_file", lambda: descriptor)
    monkeypatch.setattr(write_turns, "PATIENCE", 0.05)
    return file


def test_a_second_thread_waits_for_the_first(queue: Path) -> None:
    order: list[str] = []
    has_begun = threading.Event()

    def second() -> None:
        has_begun.set()
        with write_turns.write_turn():
            order.append("second")

    with write_turns.write_turn():
        thread = threading.Thread(target=second)
        thread.start()
        has_begun.wait()
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_another_process_is_waited_for_only_so_long(queue: Path) -> None:
    other = os.open(queue, os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)

    with pytest.raises(OperationalError, match="locked"), write_turns.write_turn():
        pytest.fail("It was not our turn.")
    fcntl.flock(other, fcntl.LOCK_UN)
    with write_turns.write_turn():
        pass
    os.close(other)


def test_a_thread_is_waited_for_only_so_long(queue: Path) -> None:
    refused: list[OperationalError] = []

    def second() -> None:
        try:
            with write_turns.write_turn():
                pass
        except OperationalError as error:
            refused.append(error)

    with write_turns.write_turn():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()

    assert len(refused) == 1


def test_a_turn_ends_with_an_error_too(queue: Path) -> None:
    with pytest.raises(ZeroDivisionError), write_turns.write_turn():
        raise ZeroDivisionError

    with write_turns.write_turn():
        pass


@pytest.mark.django_db
def test_inside_a_transaction_the_turn_is_ones_own_already() -> None:
    assert write_turns._queue_file() is None
    with write_turns.write_transaction(), write_turns.write_transaction():
        pass

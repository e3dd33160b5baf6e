"""Writers of a file take turns; whoever waits too long is told what the database would tell."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from operations import write_turns

# Another process that takes its turn, says so, and waits to be killed.
TAKING = """
import fcntl, sys
file = open(sys.argv[1])
fcntl.flock(file, fcntl.LOCK_EX)
print(1, flush=True)
input()
"""


@pytest.fixture
def queue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file to queue at, for a short while."""
    file = tmp_path / "turn"
    monkeypatch.setattr(write_turns, "PATIENCE", 0.05)
    write_turns.queue_at(str(file))
    yield file
    write_turns.leave_queue()


def started(change: Callable[[], None]) -> threading.Thread:
    """Another thread that changes something in its turn, and has begun to wait."""
    has_begun = threading.Event()

    def run() -> None:
        has_begun.set()
        with write_turns.write_turn():
            change()

    thread = threading.Thread(target=run)
    thread.start()
    has_begun.wait()
    return thread


def test_a_second_thread_waits_for_the_first(queue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_turns, "PATIENCE", 60)
    order: list[str] = []

    with write_turns.write_turn():
        thread = started(lambda: order.append("second"))
        order.append("first")
    thread.join()

    assert order == ["first", "second"]


def test_another_process_is_waited_for(queue: Path) -> None:
    order: list[str] = []
    other = os.open(queue, os.O_RDWR)
    fcntl.flock(other, fcntl.LOCK_EX)

    thread = started(lambda: order.append("ours"))
    order.append("theirs")
    fcntl.flock(other, fcntl.LOCK_UN)
    thread.join()

    assert order == ["theirs", "ours"]
    os.close(other)


def test_a_process_that_dies_leaves_its_turn_to_the_next(queue: Path) -> None:
    other = subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-c", TAKING, str(queue)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout is not None
    other.stdout.readline()
    order: list[str] = []

    thread = started(lambda: order.append("ours"))
    order.append("theirs")
    other.kill()
    other.communicate()
    thread.join(timeout=10)

    assert order == ["theirs", "ours"]


def test_a_thread_is_waited_for_only_so_long(queue: Path) -> None:
    refused: list[OperationalError] = []

    def second() -> None:
        try:
            with write_turns.write_turn():
                pytest.fail("It was not our turn.")
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

    started(lambda: None).join()


@pytest.mark.django_db
def test_inside_a_transaction_the_turn_is_ones_own_already(queue: Path) -> None:
    with write_turns.write_transaction(), write_turns.write_transaction():
        assert connection.in_atomic_block


def test_a_database_in_memory_has_no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "NAME", ":memory:")

    write_turns.queue_up()

    assert not write_turns._queue

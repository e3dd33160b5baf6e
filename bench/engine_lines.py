"""How many lines a second `manage.py evaluate` answers: processor time, its start taken off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.engine_workload import workload
from scripts.environment import isolated_environment
from scripts.setup import BASE_DIR

ROUNDS: Final = 3


@dataclass(frozen=True)
class Stream:
    """Input for one measurement: lines of so many policies, each line with the same ones or with its own."""

    policies: int
    statements: int
    repeated: bool
    lines: int
    wanted: int

    @property
    def name(self) -> str:
        kind = "the same on every line" if self.repeated else "others on every line"
        return f"{self.policies:2} × {self.statements:2} statements, {kind}"

    def written(self) -> Iterator[str]:
        for number, request in enumerate(self._asked()):
            seed = 0 if self.repeated else number
            policies = workload(policies=self.policies, statements=self.statements, requests=0, seed=seed)
            yield json.dumps({"request": request, "identity_policies": policies["identity_policies"]}) + "\n"

    def _asked(self) -> Iterable[dict[str, Any]]:
        requests: list[dict[str, Any]] = workload(policies=0, requests=self.lines)["requests"]
        return requests


STREAMS: Final = (
    Stream(1, 5, repeated=True, lines=6_000, wanted=3_000),
    Stream(1, 5, repeated=False, lines=6_000, wanted=3_000),
    Stream(10, 10, repeated=True, lines=1_500, wanted=500),
    Stream(10, 10, repeated=False, lines=1_500, wanted=500),
)


def measure(folder: Path) -> Iterator[str]:
    file = folder / "lines.jsonl"
    start = _quickest(file, [])
    yield f"manage.py evaluate, after a start of {start:.1f} s"
    for stream in STREAMS:
        lines = list(stream.written())
        rate = len(lines) / (_quickest(file, lines) - start)
        verdict = "" if rate >= stream.wanted else f"  BELOW {stream.wanted:,}"
        yield f"  {stream.name:46}{rate:10,.0f} lines/s{verdict}"


def _quickest(file: Path, lines: list[str]) -> float:
    return min(_seconds(file, lines) for _ in range(ROUNDS))


def _seconds(file: Path, lines: list[str]) -> float:
    """The processor time of one run that answers these lines."""
    file.write_text("".join(lines), encoding="utf-8")
    answers = file.with_suffix(".answers")
    command = (sys.executable, "manage.py", "evaluate")
    before = _children()
    with file.open("rb") as asked, answers.open("wb") as said:
        environment = os.environ | isolated_environment()
        subprocess.run(command, stdin=asked, stdout=said, cwd=BASE_DIR, env=environment, check=True)
    spent = _children() - before
    decided = answers.read_text(encoding="utf-8").count('{"decision"')
    if decided != len(lines):
        raise RuntimeError(f"{len(lines)} lines were asked, {decided} decided")
    return spent


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system

"""`python -m bench.engine`: our engine beside moto and iam-simulate, in one run and on one workload.

Then the lines a second of `manage.py evaluate`, and what hostile input costs. All times are processor time, the best of
several rounds; a figure says something only beside the others of its run.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench import engine_hostile, engine_lines
from bench.engine_peers import AbsentError, Contestant, contestants
from bench.engine_workload import workload
from scripts.setup import BASE_DIR

FOLDER: Final = BASE_DIR / "var" / "bench"


@dataclass(frozen=True)
class Result:
    """What a contestant did: its decisions a second, and its answer to every request."""

    name: str
    rate: float
    answers: list[str]
    wanted: int = 0


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=FOLDER) as folder:
        for lines in (rates(Path(folder)), engine_lines.measure(Path(folder)), engine_hostile.measure()):
            for line in lines:
                print(line, flush=True)
            print()


def rates(folder: Path) -> Iterator[str]:
    """The table of rates, then where the answers differ."""
    work, file = workload(), folder / "workload.json"
    file.write_text(json.dumps(work), encoding="utf-8")
    statements = sum(len(entry["policy"]["Statement"]) for entry in work["identity_policies"])
    yield f"{statements} statements in {len(work['identity_policies'])} policies, {len(work['requests'])} requests"
    ours: list[Result] = []
    for contestant in contestants():
        try:
            result = run(contestant, file)
        except AbsentError as error:
            yield f"  {contestant.name:38}left out: {error}"
            continue
        yield row(result, ours)
        yield from differences(result, ours, work["requests"])
        # The first two are our own, called in two ways; the others are held against both.
        ours += [result] if len(ours) < 2 else []


def run(contestant: Contestant, file: Path) -> Result:
    command = contestant.command(FOLDER, file)
    said = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    if said.returncode:
        raise AbsentError(f"it failed: {said.stderr.strip()[-200:]}")
    answer = json.loads(said.stdout)
    return Result(contestant.name, answer["rate"], answer["answers"], contestant.wanted)


def row(result: Result, ours: list[Result]) -> str:
    """One line of the table; our rates as multiples of this one, and how many answers are ours as well."""
    figures = f"  {result.name:38}{result.rate:9,.0f} decisions/s"
    if len(ours) < 2:
        return figures
    typed, prepared = (own.rate / result.rate for own in ours)
    same = 100 - 100 * len(differing(result, ours)) / len(result.answers)
    verdict = "" if typed >= result.wanted else f"   BELOW {result.wanted} ×"
    return f"{figures}   typed {typed:.1f} ×, prepared {prepared:.1f} ×   same answers {same:.1f} %{verdict}"


def differing(result: Result, ours: list[Result]) -> list[int]:
    """The numbers of the requests that are answered otherwise."""
    pairs = zip(result.answers, ours[0].answers, strict=True) if ours else ()
    return [number for number, (theirs, own) in enumerate(pairs) if theirs != own]


def differences(result: Result, ours: list[Result], requests: list[dict[str, Any]]) -> Iterator[str]:
    """Each pair of answers that differ, how often, and one request to look at."""
    found: dict[tuple[str, str], list[int]] = {}
    for number in differing(result, ours):
        found.setdefault((ours[0].answers[number], result.answers[number]), []).append(number)
    for (own, theirs), numbers in found.items():
        asked = requests[numbers[0]]
        yield f"    {len(numbers):4} × {own} here, {theirs} there: {asked['action']} on {asked['resource']}"


if __name__ == "__main__":
    main()

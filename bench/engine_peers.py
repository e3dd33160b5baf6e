"""The engines beside ours, pinned, under var/bench: nothing that the console needs or ever imports."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOTO_VERSION: Final = "5.2.5"
SIMULATE_VERSION: Final = "0.1.173"
# What iam-simulate builds on, pinned with it: its own ranges would let another one in.
SIMULATE_NEEDS: Final = {"iam-policy": "0.1.109", "iam-utils": "0.1.82", "iam-data": "0.21.202609261"}
SCRIPT: Final = Path(__file__).with_name("engine_simulate.mjs")


class AbsentError(Exception):
    """An engine that cannot run here, and why."""


@dataclass(frozen=True)
class Contestant:
    """An engine to be measured: `command` makes it ready and says how to start it on a workload's file.

    `wanted` is how many times faster ours is to be, 0 for our own.
    """

    name: str
    command: Callable[[Path, Path], list[str]]
    wanted: int = 0


def contestants() -> list[Contestant]:
    return [
        Contestant("iamconsole, typed: decide(…)", lambda _, file: _python("typed", file)),
        Contestant("iamconsole, compile(…).evaluate(…)", lambda _, file: _python("prepared", file)),
        Contestant(f"moto {MOTO_VERSION}", _moto, wanted=10),
        Contestant(f"iam-simulate {SIMULATE_VERSION}", _simulate, wanted=100),
    ]


def _python(name: str, file: Path) -> list[str]:
    return [sys.executable, "-m", "bench.engine_contestants", name, str(file)]


def _moto(folder: Path, file: Path) -> list[str]:
    target = folder / f"moto-{MOTO_VERSION}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=0"]
    wheels = ["--only-binary", ":all:", "--target"]
    install(target, lambda place: [*pip, *wheels, str(place), f"moto=={MOTO_VERSION}"])
    return ["env", f"PYTHONPATH={target}", *_python("moto", file)]


def _simulate(folder: Path, file: Path) -> list[str]:
    missing = [program for program in ("node", "npm") if not shutil.which(program)]
    if missing:
        raise AbsentError(f"{' and '.join(missing)} not found")
    target = folder / f"iam-simulate-{SIMULATE_VERSION}"
    pinned = {"iam-simulate": SIMULATE_VERSION, **SIMULATE_NEEDS}
    packages = [f"@cloud-copilot/{name}@{version}" for name, version in pinned.items()]
    npm = [
        "npm",
        "install",
        "--loglevel=error",
        "--fetch-retries=0",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--no-save",
    ]
    install(target, lambda place: [*npm, "--prefix", str(place), *packages])
    return ["node", str(SCRIPT), str(target / "node_modules"), str(file)]


def install(target: Path, command: Callable[[Path], list[str]]) -> None:
    """Once, and whole: what breaks off halfway must not look installed at the next run."""
    if target.exists():
        return
    print(f"Installing {target.name} in {target.parent}", flush=True)
    place = target.with_name(f"{target.name}.part")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    said = subprocess.run(
        command(place), capture_output=True, text=True, check=False, env=os.environ | {"CI": "1"}
    )
    if said.returncode:
        shutil.rmtree(place)
        raise AbsentError(f"could not be installed, which needs the network: {first_error(said.stderr)}")
    place.rename(target)


def first_error(text: str) -> str:
    """What pip and npm complain of first; what follows is advice."""
    lines = [line for line in text.splitlines() if "error" in line.lower()]
    return lines[0] if lines else "no reason given"

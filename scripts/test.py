"""`make test`: every phase runs, each is timed, and the last line counts what passed and what failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from scripts import check
from scripts.browser import find_browser
from scripts.postgres import postgres
from scripts.setup import BASE_DIR, PYTHON

REPORTS = BASE_DIR / "var" / "reports"
WORKERS = "2"
SECONDS = 900
NO_ENVIRONMENT: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Phase:
    """What one phase found. A run that broke counts as one failure, even when no test failed in it."""

    name: str
    passed: int
    failed: int
    seconds: float

    def __str__(self) -> str:
        return f"  {self.name:<11} {self.passed:5} passed  {self.failed:5} failed  {self.seconds:6.1f} s"


def main() -> int:
    phases = [style(), engine(), sqlite(), on_postgres(), browser()]
    print("\n" + "\n".join(map(str, phases)))
    failed = sum(phase.failed for phase in phases)
    print(f"\n{sum(phase.passed for phase in phases)} passed, {failed} failed")
    return int(failed > 0)


def style() -> Phase:
    print("Style", flush=True)
    start = time.monotonic()
    failed = check.main()
    return Phase("style", len(check.CHECKS) - failed, failed, time.monotonic() - start)


def engine() -> Phase:
    """The examples of the engine once more: they alone pass through every branch of it, whatever chance brings."""
    examples = ("policies/engine", "-m", "not hypothesis")
    return pytest(
        "engine",
        *examples,
        "--cov=policies/engine",
        "--cov-report=term-missing:skip-covered",
        "--cov-fail-under=100",
    )


def sqlite() -> Phase:
    return pytest("sqlite", "-m", "not browser", environment={"DATABASE_URL": "sqlite://:memory:"})


def on_postgres() -> Phase:
    with postgres() as url:
        return pytest("postgresql", "-m", "database and not browser", environment={"DATABASE_URL": url})


def browser() -> Phase:
    environment = {"DATABASE_URL": "sqlite://:memory:", "BROWSER_PATH": find_browser()}
    return pytest("browser", "-m", "browser", environment=environment)


def pytest(name: str, *arguments: str, environment: Mapping[str, str] = NO_ENVIRONMENT) -> Phase:
    print(f"\nTests: {name}", flush=True)
    start = time.monotonic()
    report = REPORTS / f"{name}.xml"
    report.unlink(missing_ok=True)
    command = (str(PYTHON), "-m", "pytest", "-q", "-n", WORKERS, f"--junit-xml={report}", *arguments)
    is_whole = completes(command, environment)
    passed, failed = counted(report)
    return Phase(name, passed, failed or int(not is_whole), time.monotonic() - start)


def completes(command: tuple[str, ...], environment: Mapping[str, str]) -> bool:
    try:
        result = subprocess.run(
            command, cwd=BASE_DIR, env=os.environ | dict(environment), timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        print(f"Stopped after {SECONDS} s", flush=True)
        return False
    return result.returncode == 0


def counted(report: Path) -> tuple[int, int]:
    """Passed and failed. A skipped test has shown nothing, so it counts as failed."""
    if not report.exists():
        return 0, 0
    suites = ElementTree.parse(report).getroot().findall("testsuite")  # noqa: S314 -- pytest wrote it just now
    total = sum(int(suite.get("tests", 0)) for suite in suites)
    failed = sum(int(suite.get(kind, 0)) for suite in suites for kind in ("failures", "errors", "skipped"))
    return total - failed, failed


if __name__ == "__main__":
    sys.exit(main())

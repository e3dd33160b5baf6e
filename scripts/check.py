"""`make check`: style, types, templates, imports, migrations. Runs all of them, then says which failed."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from scripts.environment import isolated_environment
from scripts.setup import BASE_DIR, VENV

CHECKS = {
    "format": ("ruff", "format", "--check", "--quiet", "--output-format", "concise", "."),
    "lint": ("ruff", "check", "--quiet", "--output-format", "concise", "."),
    "types": ("mypy", "."),
    "templates": ("djlint", "templates", "--lint", "--quiet"),
    "imports": ("lint-imports", "--no-cache"),
    "migrations": ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
    "deployment": ("python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"),
}


def main() -> int:
    failed = [name for name, command in CHECKS.items() if not passes(name, command)]
    if failed:
        print(f"Failed: {', '.join(failed)}")
    return len(failed)


def passes(name: str, command: tuple[str, ...]) -> bool:
    start = time.monotonic()
    result = subprocess.run(
        (str(VENV / "bin" / command[0]), *command[1:]),
        cwd=BASE_DIR,
        env=os.environ | isolated_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "failed" if result.returncode else "ok"
    print(f"  {name:<12} {verdict:<7} {time.monotonic() - start:5.1f} s", flush=True)
    if result.returncode:
        print(result.stdout, flush=True)
    return result.returncode == 0


if __name__ == "__main__":
    sys.exit(main())

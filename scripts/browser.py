"""Find a Chromium for the journeys: the system's, else Playwright's, else apt's. It never skips silently."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DOWNLOADS = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
FLAGS = (
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
)
ADVICE = """\
No browser for the journeys. Install one and run `make test` again:
    apt install chromium                            (Debian, Ubuntu)
    .venv/bin/python -m playwright install chromium (anywhere)"""


def flags() -> list[str]:
    """Chromium refuses its sandbox to root; the pages it opens here are our own."""
    return [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else list(FLAGS)


def find_browser() -> str:
    """The path of a browser that starts."""
    for source in (installed, downloaded, by_playwright, by_apt):
        for path in source():
            if starts(path):
                return path
    sys.exit(ADVICE)


def installed() -> Iterator[str]:
    return (path for name in NAMES if (path := shutil.which(name)))


def downloaded() -> Iterator[str]:
    newest = sorted(DOWNLOADS.glob("chromium-*/chrome-linux*/chrome"), reverse=True)
    return (str(path) for path in newest)


def by_playwright() -> Iterator[str]:
    attempt((sys.executable, "-m", "playwright", "install", "chromium"), seconds=180)
    return downloaded()


def by_apt() -> Iterator[str]:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return iter(())
    attempt(("apt-get", "update", "-qq"), seconds=180)
    attempt(("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"), seconds=600)
    return installed()


def attempt(command: tuple[str, ...], *, seconds: int) -> bool:
    """Whether it worked; one way to a browser may fail, since another follows."""
    try:
        return not subprocess.run(command, timeout=seconds, capture_output=True, check=False).returncode
    except subprocess.TimeoutExpired:
        return False


def starts(path: str) -> bool:
    """A browser whose libraries are missing is none."""
    return attempt((path, "--version"), seconds=60)


def main() -> None:
    print(find_browser())


if __name__ == "__main__":
    main()

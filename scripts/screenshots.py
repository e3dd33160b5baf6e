"""`make screenshots`: the pictures of the README, taken from the demo's coffee shop in a database of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from scripts.browser import find_browser, flags
from scripts.environment import isolated_environment
from scripts.setup import BASE_DIR

PICTURES = BASE_DIR / "docs" / "pictures"
WINDOW = {"width": 1280, "height": 800}
STARTING = 30
INVENTED = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ListReceipts",
      "Effect": "Allow",
      "Action": "s3:ListObject",
      "Resource": "arn:aws:s3:::maven-repo-tutorial.asimi.net"
    }
  ]
}"""


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with (
        TemporaryDirectory() as folder,
        shop(Path(folder)) as (site, environment),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=flags())
        credentials = people(environment)
        administrator(browser, site, credentials["owner-admin"])
        cashier(browser, site, credentials["ana"])
        browser.close()


@contextmanager
def shop(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The demo, served until the pictures are taken: its address and its environment."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        **isolated_environment(),
        "DATABASE_URL": f"sqlite:///{folder / 'shop.sqlite3'}",
        "PORT": str(port),
        "SITE_URL": site,
    }
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "iamconsole/gunicorn.py"],
        cwd=BASE_DIR,
        env=environment,
    )
    try:
        wait_for(f"{site}/healthz")
        yield site, environment
    finally:
        server.terminate()
        server.wait()


def people(environment: dict[str, str]) -> dict[str, tuple[str, str]]:
    """What `manage.py demo` prints: each identity with its password and the code of the moment."""
    lines = [line.split() for line in manage(environment, "demo").splitlines()]
    return {words[0].rstrip(","): (words[-2], words[-1]) for words in lines if words and words[-1].isdigit()}


def manage(environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=BASE_DIR,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def signed_in(browser: Browser, site: str, name: str, credentials: tuple[str, str]) -> Page:
    page = browser.new_context(viewport=WINDOW).new_page()  # type: ignore[arg-type]
    page.goto(f"{site}/signin/coffee-shop/")
    page.get_by_label("IAM user name").fill(name)
    page.locator("[name=password]:visible").fill(credentials[0])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("MFA code").fill(credentials[1])
    page.get_by_role("button", name="Submit").click()
    page.get_by_role("heading", level=1, name="Dashboard").wait_for()
    return page


def administrator(browser: Browser, site: str, credentials: tuple[str, str]) -> None:
    page = signed_in(browser, site, "owner-admin", credentials)
    take(page, "dashboard")
    page.goto(f"{site}/iam/users/")
    take(page, "users")
    page.goto(f"{site}/iam/users/ana/move/?from=Cashiers&to=InventorySpecialists")
    take(page, "move")
    page.goto(f"{site}/iam/users/ana/effective-access/")
    take(page, "effective-access")
    page.goto(f"{site}/iam/groups/Cashiers/")
    page.locator("summary", has_text="Do this with the CLI").click()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    take(page, "cli")
    page.goto(f"{site}/iam/policies/create/")
    page.locator(".ace_editor").wait_for()
    page.evaluate("text => ace.edit(document.querySelector('.ace_editor')).setValue(text, -1)", INVENTED)
    page.get_by_role("button", name="Apply fix").first.wait_for()
    take(page, "policy-editor")
    page.get_by_role("button", name="Apply fix").first.click()
    page.get_by_role("button", name="Visual").click()
    page.locator("details.block").first.wait_for()
    page.locator("details.block").first.evaluate("block => { block.open = true; }")
    page.get_by_text("Nothing to solve").wait_for()
    take(page, "visual-editor")


def cashier(browser: Browser, site: str, credentials: tuple[str, str]) -> None:
    page = signed_in(browser, site, "ana", credentials)
    page.goto(f"{site}/iam/users/")
    take(page, "denied")


def take(page: Page, name: str) -> None:
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/pictures/{name}.png")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    for _ in range(STARTING * 10):
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310  our own server on loopback
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{url} does not answer.")


if __name__ == "__main__":
    main()

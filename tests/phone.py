"""An authenticator app for journeys: it reads the QR code off the screen and tells codes by the program's clock."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
from playwright.sync_api import Page

from accounts.totp import STEP, step_at
from iamconsole import clock as time_source
from tests.cast import MovableClock
from tests.codes import read_qr


class Phone:
    """Holds the seeds of several identities, under the labels that the QR codes give them."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.seeds: dict[str, str] = {}

    def scan(self, page: Page) -> str:
        """Read the QR code on the page; returns the label, `user@account`."""
        code = page.locator(".qr img")
        # The page is there before its pictures are.
        code.evaluate("image => image.decode()")
        uri = read_qr(code.screenshot())
        assert uri.startswith("otpauth://totp/IAM%20Console:"), uri
        label = unquote(urlsplit(uri).path).rpartition(":")[2]
        self.seeds[label] = parse_qs(urlsplit(uri).query)["secret"][0]
        return label

    def code(self, label: str, *, ago: int = 0) -> str:
        return pyotp.TOTP(self.seeds[label]).generate_otp(step_at(time_source.now()) - ago)

    def fresh_code(self, label: str) -> str:
        """A code that has not been spent: the next one, for which nobody has to wait here."""
        self.clock.travel(seconds=STEP)
        return self.code(label)

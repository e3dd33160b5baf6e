"""An authenticator app for journeys: it reads the QR code off the screen and tells codes by the program's clock."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import cv2
import numpy as np
import pyotp
from playwright.sync_api import Page

from accounts.totp import STEP, step_at
from iamconsole import clock as time_source
from tests.cast import MovableClock

# Scanners want some white round the code, and the screenshot of an element has none.
MARGIN = 40


class Phone:
    """Holds the seeds of several identities, under the labels that the QR codes give them."""

    def __init__(self, clock: MovableClock) -> None:
        self.clock = clock
        self.seeds: dict[str, str] = {}

    def scan(self, page: Page) -> str:
        """Read the QR code on the page; returns the label, `user@account`."""
        picture = np.frombuffer(page.locator(".qr img").screenshot(), np.uint8)
        grey = cv2.imdecode(picture, cv2.IMREAD_GRAYSCALE)
        assert grey is not None
        framed = cv2.copyMakeBorder(grey, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=[255])
        uri, _, _ = cv2.QRCodeDetector().detectAndDecode(cv2.resize(framed, None, fx=3, fy=3))
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

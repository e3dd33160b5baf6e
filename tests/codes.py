"""MFA devices by the real clock, for servers whose clock no test can move: the picture read, the codes told."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pyotp

from accounts.totp import STEP

# Calls take a part of a second; with less left of a step, its code could be of the last one when it arrives.
ENOUGH = 3
# Scanners want some white round a code, and the screenshot of an element has none.
MARGIN = 40
SIDE = 700
# In degrees, as a hand holds a phone.
TILTS = (0, 7, -7, 15)


def present_step() -> int:
    """The step of this moment, with some seconds of it left."""
    left = STEP - time.time() % STEP
    if left < ENOUGH:
        time.sleep(left)
    return int(time.time()) // STEP


def codes(seed: str, *steps: int) -> list[str]:
    return [pyotp.TOTP(seed).generate_otp(step) for step in steps]


def read_qr(png: bytes) -> str:
    """The text of a QR code; "" when no try reads it. Of codes held straight, OpenCV fails on one in thirty."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    framed = cv2.copyMakeBorder(picture, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=[255])
    seen = cv2.resize(framed, (SIDE, SIDE))
    for angle in TILTS:
        turn = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), angle, 1)
        tilted = cv2.warpAffine(seen, turn, (SIDE, SIDE), borderValue=[255])
        text, _, _ = cv2.QRCodeDetector().detectAndDecode(tilted)
        if text:
            return str(text)
    return ""

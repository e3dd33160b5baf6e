"""MFA devices by the real clock, for servers whose clock no test can move: the picture read, the codes told."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pyotp

from accounts.totp import STEP

# Calls take a part of a second; with less left of a step, its code could be of the last one when it arrives.
ENOUGH = 3


def present_step() -> int:
    """The step of this moment, with some seconds of it left."""
    left = STEP - time.time() % STEP
    if left < ENOUGH:
        time.sleep(left)
    return int(time.time()) // STEP


def codes(seed: str, *steps: int) -> list[str]:
    return [pyotp.TOTP(seed).generate_otp(step) for step in steps]


def read_qr(png: bytes) -> str:
    """The text of a QR code."""
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    # The other detector of OpenCV fails on one of a hundred seeds.
    text, _, _ = cv2.QRCodeDetectorAruco().detectAndDecode(picture)
    return text

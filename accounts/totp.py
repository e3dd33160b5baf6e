"""Time-based one-time passwords (RFC 6238): six digits, thirty seconds, SHA-1, 160-bit seeds."""

from __future__ import annotations

import re
from datetime import datetime
from hmac import compare_digest

import pyotp

STEP = 30
ISSUER = "IAM Console"
SEED_CHARACTERS = 32
# How far off, in steps, a device may be and still be told so or resynchronised: about half an hour.
RESYNC_STEPS = 60
_CODE = re.compile(r"[0-9]{6}", re.ASCII)


def new_seed() -> str:
    """32 Base32 characters: the 160 bits that RFC 4226 recommends."""
    return pyotp.random_base32(SEED_CHARACTERS)


def is_code(text: str) -> bool:
    """Exactly six ASCII digits. Anything else is refused before it is compared, so no spelling is spent twice."""
    return _CODE.fullmatch(text) is not None


def step_at(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP


def code_at(seed: str, step: int) -> str:
    return pyotp.TOTP(seed).generate_otp(step)


def matching_step(seed: str, code: str, *, at: datetime, drift: int = 0) -> int | None:
    """The step whose code this is: the present one or the one before (RFC 6238, 5.2), never a future one."""
    return _match(seed, code, range(step_at(at) + drift - 1, step_at(at) + drift + 1))


def matching_pair(seed: str, codes: tuple[str, str], *, at: datetime, reach: int = 1) -> int | None:
    """The later step of two consecutive codes, at most `reach` steps from the present one."""
    now = step_at(at)
    first = _match(seed, codes[0], range(now - reach - 1, now + reach))
    if first is None or not is_code(codes[1]):
        return None
    return first + 1 if compare_digest(code_at(seed, first + 1), codes[1]) else None


def provisioning_uri(seed: str, label: str) -> str:
    """The otpauth URI that authenticator apps read from the QR code."""
    return pyotp.TOTP(seed).provisioning_uri(name=label, issuer_name=ISSUER)


def _match(seed: str, code: str, steps: range) -> int | None:
    if not is_code(code):
        return None
    found = None
    for step in steps:
        if compare_digest(code_at(seed, step), code):
            found = step
    return found

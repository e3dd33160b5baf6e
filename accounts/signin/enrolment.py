"""A second factor on its way: the seed that waits in the session, its picture, and a name for the device."""

from __future__ import annotations

from io import BytesIO
from itertools import chain, count

from django.contrib.sessions.backends.base import SessionBase
from qrcode.constants import ERROR_CORRECT_L
from qrcode.image.svg import SvgPathFillImage
from qrcode.main import QRCode

from accounts import totp
from accounts.names import name_key
from accounts.sealing import SealBroken, seal, unseal
from operations.caller import Caller

PENDING = "pending_seed"
CONTEXT = "enrolment"
GROUP = 4
QUIET_BORDER = 2


def pending_seed(session: SessionBase) -> str:
    """The seed of this enrolment, the same on every reload until it is registered; sealed where it lies."""
    try:
        return unseal(session.get(PENDING, ""), context=CONTEXT)
    except SealBroken:
        seed = totp.new_seed()
        session[PENDING] = seal(seed, context=CONTEXT)
        return seed


def label_of(caller: Caller) -> str:
    """What the app shows: user and account."""
    return f"{caller.label}@{caller.account.sign_in_name if caller.account else ''}"


def grouped(seed: str) -> str:
    """The seed in fours, as people read it out."""
    return " ".join(seed[start : start + GROUP] for start in range(0, len(seed), GROUP))


def qr_code(uri: str) -> bytes:
    """An SVG document, black on white. A screen damages nothing, so that little correction will do.

    The paper that it stands on adds to the border.
    """
    code = QRCode(error_correction=ERROR_CORRECT_L, image_factory=SvgPathFillImage, border=QUIET_BORDER)
    code.add_data(uri)
    picture = BytesIO()
    code.make_image().save(picture)
    return picture.getvalue()


def free_device_name(caller: Caller) -> str:
    """`ana-phone`, or with a number when an old device of that name is still there."""
    if caller.account is None:
        return ""
    first = f"{caller.label}-phone"
    devices = caller.account.mfa_devices.filter(name_key__startswith=name_key(first))
    taken = set(devices.values_list("name_key", flat=True))
    names = chain([first], (f"{first}-{number}" for number in count(2)))
    return next(name for name in names if name_key(name) not in taken)

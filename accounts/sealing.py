"""Secrets that must be read back (TOTP seeds, a password on its way to its owner) are encrypted at rest.

A sealed text is `key-id:token`. The context (whose secret, of what kind) is encrypted with it and checked when it is
opened, so that a stored value moved to another row is refused.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

# A window for texts of a few thousand characters: making the state of a larger one takes longer than the packing.
_WINDOW_BITS: Final = 12
_MEMORY_LEVEL: Final = 5


class SealBroken(ValueError):
    """The text was not sealed here, by none of our keys, or for another purpose."""


def seal(secret: str, *, context: str) -> str:
    """Encrypt `secret` with the first of CONSOLE_KEYS."""
    key_id, key = next(iter(settings.CONSOLE_KEYS.items()))
    plain = json.dumps([context, secret]).encode()
    return f"{key_id}:{_cipher(key).encrypt(plain).decode()}"


def unseal(sealed: str, *, context: str) -> str:
    """The secret of `sealed`; raises SealBroken."""
    key_id, _, token = sealed.partition(":")
    try:
        plain = _cipher(settings.CONSOLE_KEYS[key_id]).decrypt(token.encode())
    except (KeyError, InvalidToken) as error:
        raise SealBroken(f"No key of CONSOLE_KEYS opens this secret ({key_id[:16]}).") from error
    found, secret = json.loads(plain)
    if found != context:
        raise SealBroken("The secret was sealed for another purpose.")
    return str(secret)


def seal_packed(text: str, *, context: str) -> str:
    """Encrypt a longer text, which need not stay that long."""
    packer = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL)
    packed = packer.compress(text.encode()) + packer.flush()
    return seal(b64encode(packed).decode(), context=context)


def unseal_packed(sealed: str, *, context: str) -> str:
    """The text of `seal_packed`; raises SealBroken."""
    return zlib.decompress(b64decode(unseal(sealed, context=context))).decode()


@lru_cache
def _cipher(key: str) -> Fernet:
    return Fernet(key)


def is_current(sealed: str) -> bool:
    """Whether `sealed` uses the key that new secrets are encrypted with."""
    return sealed.partition(":")[0] == next(iter(settings.CONSOLE_KEYS))

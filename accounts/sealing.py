"""Secrets that must be read back (TOTP seeds, a password on its way to its owner) are encrypted at rest.

A sealed text is `key-id:token`. The context (whose secret, of what kind) is encrypted with it and checked when it is
opened, so that a stored value moved to another row is refused.
"""

from __future__ import annotations

import json

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings


class SealBroken(ValueError):
    """The text was not sealed here, by none of our keys, or for another purpose."""


def seal(secret: str, *, context: str) -> str:
    """Encrypt `secret` with the first of CONSOLE_KEYS."""
    key_id, key = next(iter(settings.CONSOLE_KEYS.items()))
    plain = json.dumps([context, secret]).encode()
    return f"{key_id}:{Fernet(key).encrypt(plain).decode()}"


def unseal(sealed: str, *, context: str) -> str:
    """The secret of `sealed`; raises SealBroken."""
    key_id, _, token = sealed.partition(":")
    try:
        plain = Fernet(settings.CONSOLE_KEYS[key_id]).decrypt(token.encode())
    except (KeyError, InvalidToken) as error:
        raise SealBroken(f"No key of CONSOLE_KEYS opens this secret ({key_id[:16]}).") from error
    found, secret = json.loads(plain)
    if found != context:
        raise SealBroken("The secret was sealed for another purpose.")
    return str(secret)


def is_current(sealed: str) -> bool:
    """Whether `sealed` uses the key that new secrets are encrypted with."""
    return sealed.partition(":")[0] == next(iter(settings.CONSOLE_KEYS))

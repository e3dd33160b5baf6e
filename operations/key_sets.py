"""JSON Web Key Sets: the public keys that an OpenID Connect provider signs with. Pure, and nothing is fetched."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from jwt import PyJWK, PyJWTError

from operations.errors import InvalidInput

# What may sign a token, and the kind of key for it. There is no `none` here, and nothing that takes a shared secret.
KEY_TYPES: Final[Mapping[str, str]] = {
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "ES256": "EC",
    "ES384": "EC",
}
CURVES: Final[Mapping[str, str]] = {"P-256": "ES256", "P-384": "ES384"}
KEPT: Final = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")
PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# AWS reads at most this many RSA keys and as many EC keys of a provider.
MOST_KEYS: Final = 100

Key = Mapping[str, Any]


def parse_json_web_key_set(text: str) -> dict[str, list[dict[str, Any]]]:
    """The keys of a set that can sign tokens; others, for encryption say, are left out.

    Raises InvalidInput for what is no key set, for private keys, and when no key is left.
    """
    try:
        keys = [one for one in map(_checked, _listed(json.loads(text))) if one is not None]
        _ensure_distinct(keys)
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput(
            f"Could not parse the JSON Web Key Set. {error}", parameter="json_web_key_set"
        ) from error
    return {"keys": keys}


def signing_key(jwks: Mapping[str, Any], *, kid: str | None, algorithm: str) -> PyJWK | None:
    """The one key for a token; a token that names no key finds one only where there is nothing to choose."""
    fitting = [
        key
        for key in jwks.get("keys", ())
        if _fits(key, algorithm) and (kid is None or key.get("kid") == kid)
    ]
    return PyJWK(dict(fitting[0]), algorithm) if len(fitting) == 1 else None


def _listed(document: object) -> Sequence[object]:
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise ValueError('It is an object with a list of "keys".')
    return keys


def _checked(key: object) -> dict[str, Any] | None:
    """The public part of a key that can sign; None for one that is for something else."""
    if not isinstance(key, dict):
        raise ValueError("A key is an object.")
    if PRIVATE & key.keys():
        raise ValueError("It holds a private key or a shared secret; a provider publishes neither.")
    if not isinstance(key.get("kid", ""), str):
        raise ValueError("A kid is a text.")
    algorithm = next((one for one in KEY_TYPES if _fits(key, one)), None)
    if algorithm is None:
        return None
    public = {name: key[name] for name in KEPT if name in key}
    try:
        fault = _fault_of(PyJWK(public, algorithm))
    except (PyJWTError, KeyError, TypeError) as error:
        raise ValueError(f"The key {str(key.get('kid'))[:64]} cannot be read.") from error
    if fault:
        raise ValueError(fault)
    return public


def _fault_of(key: PyJWK) -> str | None:
    """Weak keys and keys on another curve."""
    prepared = key.Algorithm.prepare_key(key.key)
    return key.Algorithm.check_key_length(prepared)


def _fits(key: Key, algorithm: str) -> bool:
    return (
        key.get("kty") == KEY_TYPES[algorithm]
        and key.get("use", "sig") == "sig"
        and "verify" in key.get("key_ops", ("verify",))
        and key.get("alg", algorithm) == algorithm
        and CURVES.get(str(key.get("crv")), algorithm) == algorithm
    )


def _ensure_distinct(keys: Sequence[Key]) -> None:
    if not keys:
        raise ValueError("It has no key that can sign with RS256, RS384, RS512, ES256 or ES384.")
    names = Counter(key.get("kid") for key in keys)
    if max(names.values()) > 1:
        raise ValueError("Each key has a kid of its own.")
    if max(Counter(key["kty"] for key in keys).values()) > MOST_KEYS:
        raise ValueError(f"It has more than {MOST_KEYS} keys of one type.")

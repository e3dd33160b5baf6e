"""Signature Version 4 as the server checks it. Pure: the clock, the secrets and the bytes received come from outside.

Nothing is believed that is not signed: the host, the date and every `x-amz-` header must be, and the hash of the body
is made here ("Signature Version 4 for API requests", IAM user guide).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final
from urllib.parse import quote

from api.forms import Form, read_form
from operations.errors import IncompleteSignature, MissingAuthenticationToken, SignatureDoesNotMatch

ALGORITHM: Final = "AWS4-HMAC-SHA256"
TERMINATOR: Final = "aws4_request"
SKEW: Final = timedelta(minutes=15)
UNRESERVED: Final = "-_.~"
MISMATCH: Final = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
_TIME: Final = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_SECONDS: Final = re.compile(r"[0-9]{1,6}")
_ELEMENTS: Final = ("Credential", "SignedHeaders", "Signature")
_QUERY_ELEMENTS: Final = (
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
)


@dataclass(frozen=True)
class Received:
    """A request before its body is read. `path` and `query` are as received, header names in small letters."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]

    @cached_property
    def parameters(self) -> Form:
        """What the query string says; raises MalformedQueryString."""
        return read_form(self.query)

    @property
    def is_signed_in_query(self) -> bool:
        return "X-Amz-Signature" in self.parameters

    @property
    def is_signed(self) -> bool:
        return "authorization" in self.headers or self.is_signed_in_query


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says about its signature. `time` is when it was signed, as it says."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    time: str
    session_token: str | None

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/{TERMINATOR}"


def claim_of(
    received: Received, *, services: Collection[str], regions: Collection[str], now: datetime
) -> Claim:
    """The signature that a request claims to have, checked but for its value.

    Raises MissingAuthenticationToken, IncompleteSignature and SignatureDoesNotMatch, as AWS does.
    """
    if received.is_signed_in_query:
        claim, life = _of_query(received)
    else:
        claim, life = _of_header(received), SKEW
    _check_scope(claim, services, regions)
    _check_headers(received, claim)
    _check_time(claim, now, life)
    return claim


def _of_header(received: Received) -> Claim:
    written = received.headers.get("authorization")
    if written is None:
        raise MissingAuthenticationToken("Request is missing Authentication Token")
    algorithm, _, rest = written.partition(" ")
    if algorithm != ALGORITHM:
        raise IncompleteSignature(f"Unsupported AWS 'algorithm': '{algorithm[:64]}'.")
    elements = dict(_elements(rest))
    missing = [
        f"Authorization header requires '{name}' parameter." for name in _ELEMENTS if name not in elements
    ]
    time = received.headers.get("x-amz-date") or received.headers.get("date")
    if time is None:
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing or time is None:
        raise IncompleteSignature(" ".join(missing))
    credential, signed_headers, signature = (elements[name] for name in _ELEMENTS)
    return _claim(credential, signed_headers, signature, time, received.headers.get("x-amz-security-token"))


def _elements(text: str) -> Iterator[tuple[str, str]]:
    seen = set()
    for element in text.split(","):
        name, equals, value = element.strip().partition("=")
        if not equals or name in seen or name not in _ELEMENTS:
            raise IncompleteSignature(
                f"'{element.strip()[:64]}' is no key=value pair of the Authorization header."
            )
        seen.add(name)
        yield name, value


def _of_query(received: Received) -> tuple[Claim, timedelta]:
    parameters = received.parameters
    if "authorization" in received.headers:
        raise IncompleteSignature("A request is signed in its header or in its query, not in both.")
    missing = [
        f"AWS query-string parameters must include '{name}'."
        for name in _QUERY_ELEMENTS
        if name not in parameters
    ]
    if missing:
        raise IncompleteSignature(" ".join(missing))
    if parameters["X-Amz-Algorithm"] != ALGORITHM:
        raise IncompleteSignature(f"Unsupported AWS 'algorithm': '{parameters['X-Amz-Algorithm'][:64]}'.")
    seconds = parameters.get("X-Amz-Expires", "900")
    if not _SECONDS.fullmatch(seconds):
        raise IncompleteSignature("X-Amz-Expires must be a number of seconds.")
    claim = _claim(
        parameters["X-Amz-Credential"],
        parameters["X-Amz-SignedHeaders"],
        parameters["X-Amz-Signature"],
        parameters["X-Amz-Date"],
        parameters.get("X-Amz-Security-Token"),
    )
    return claim, min(SKEW, timedelta(seconds=int(seconds)))


def _claim(credential: str, signed_headers: str, signature: str, time: str, token: str | None) -> Claim:
    parts = credential.split("/")
    if len(parts) != 5:  # noqa: PLR2004  key, date, region, service, terminator
        raise IncompleteSignature(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            f"keyid/date/region/service/term, got '{credential[:128]}'"
        )
    key_id, date, region, service, terminator = parts
    if terminator != TERMINATOR:
        raise SignatureDoesNotMatch(f"Credential should be scoped with a valid terminator: '{TERMINATOR}'.")
    names = tuple(signed_headers.split(";"))
    if list(names) != sorted(set(names)) or signed_headers != signed_headers.lower():
        raise IncompleteSignature("SignedHeaders must be small letters, in order, each once.")
    if not _HEX.fullmatch(signature):
        raise SignatureDoesNotMatch(MISMATCH)
    return Claim(key_id, date, region, service, names, signature, time, token)


def _check_scope(claim: Claim, services: Collection[str], regions: Collection[str]) -> None:
    if claim.service not in services:
        wanted = " or ".join(f"'{service}'" for service in sorted(services))
        raise SignatureDoesNotMatch(f"Credential should be scoped to correct service: {wanted}.")
    if claim.region not in regions:
        raise SignatureDoesNotMatch("Credential should be scoped to a valid region.")


def _check_headers(received: Received, claim: Claim) -> None:
    signed = set(claim.signed_headers)
    needed = {"host", *(name for name in received.headers if name.startswith("x-amz-"))}
    if not received.is_signed_in_query and "x-amz-date" not in received.headers:
        needed.add("date")
    if unsigned := sorted(needed - signed):
        raise SignatureDoesNotMatch(
            f"'{unsigned[0]}' must be a 'SignedHeader' in the AWS Authorization of this request."
        )


def _check_time(claim: Claim, now: datetime, life: timedelta) -> None:
    if not _TIME.fullmatch(claim.time):
        raise IncompleteSignature(
            "Date must be in ISO-8601 'basic format'. Got "
            f"'{claim.time[:32]}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )
    if claim.time[:8] != claim.date:
        raise SignatureDoesNotMatch(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{claim.date[:16]}' != '{claim.time[:8]}', from '{claim.time}'."
        )
    try:
        signed = datetime.fromisoformat(claim.time)
    except ValueError as error:
        raise IncompleteSignature(f"'{claim.time}' is no date.") from error
    shown = "%Y%m%dT%H%M%SZ"
    if now - signed > life:
        raise SignatureDoesNotMatch(
            f"Signature expired: {claim.time} is now earlier than {now - life:{shown}} ({now:{shown}} - 15 min.)"
        )
    if signed - now > SKEW:
        raise SignatureDoesNotMatch(
            f"Signature not yet current: {claim.time} is still later than {now + SKEW:{shown}} "
            f"({now:{shown}} + 15 min.)"
        )


def signing_key(secret: str, claim: Claim) -> bytes:
    """The key of a day, a region and a service, derived from the secret: only these are signed with it."""
    key = b"AWS4" + secret.encode()
    for part in (claim.date, claim.region, claim.service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def ensure_match(received: Received, claim: Claim, body: bytes, key: bytes) -> None:
    """Compare in constant time; raises SignatureDoesNotMatch."""
    canonical = canonical_request(received, claim, hashlib.sha256(body).hexdigest())
    text = f"{ALGORITHM}\n{claim.time}\n{claim.scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    expected = hmac.digest(key, text.encode(), "sha256").hex()
    if not hmac.compare_digest(expected, claim.signature):
        raise SignatureDoesNotMatch(MISMATCH)


def canonical_request(received: Received, claim: Claim, body_hash: str) -> str:
    """What was signed, rebuilt from what was received."""
    headers = "".join(
        f"{name}:{_squeezed(received.headers.get(name, ''))}\n" for name in claim.signed_headers
    )
    return "\n".join(
        (
            received.method,
            quote(received.path, safe="/" + UNRESERVED),
            _canonical_query(received),
            headers,
            ";".join(claim.signed_headers),
            body_hash,
        )
    )


def _squeezed(value: str) -> str:
    return " ".join(value.split())


def _canonical_query(received: Received) -> str:
    if not received.query:
        return ""
    pairs = (
        (quote(name, safe=UNRESERVED), quote(value, safe=UNRESERVED))
        for name, value in received.parameters.items()
        if name != "X-Amz-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))

"""Statement ids: their characters, and each only once."""

import re
from collections.abc import Iterator
from typing import Final

from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, quoted

_OTHERS: Final = re.compile(r"[^A-Za-z0-9]")


def characters(document: Document) -> Iterator[Finding]:
    if document.policy_type is PolicyType.RESOURCE:
        return
    for node, sid in document.sids:
        if not (sid.isascii() and sid.isalnum()) and sid:
            kept = _OTHERS.sub("", sid)
            details = f"The `Sid` {quoted(sid)} holds other characters than letters A–Z, a–z and digits."
            fix = document.replacement(node, kept) if kept else None
            yield document.finding("UNSUPPORTED_SID", details, node, fix=fix)


def uniqueness(document: Document) -> Iterator[Finding]:
    # Only some resource policies let a Sid be repeated.
    lenient = document.policy_type is PolicyType.RESOURCE
    code = "UNIQUE_SIDS_RECOMMENDED" if lenient else "UNIQUE_SIDS_REQUIRED"
    seen: set[str] = set()
    for node, sid in document.sids:
        if sid and sid in seen:
            details = f"The `Sid` {quoted(sid)} stands in an earlier statement; give this one another."
            yield document.finding(code, details, node)
        seen.add(sid)


def empty(document: Document) -> Iterator[Finding]:
    for node, sid in document.sids:
        if not sid:
            details = "The `Sid` is empty; name the statement or leave it out."
            yield document.finding("EMPTY_SID_VALUE", details, node)


RULES: Final = (characters, uniqueness, empty)

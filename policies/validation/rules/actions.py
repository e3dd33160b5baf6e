"""The names of services and actions, with the ones most likely meant."""

import re
from collections.abc import Iterator
from typing import Final

from policies.engine.text import Node
from policies.validation.document import LONGEST_ACTION, Document, PolicyType
from policies.validation.findings import Finding, quoted

EVERYTHING: Final = ("*", "*:*")
_SERVICE: Final = re.compile(r"[A-Za-z0-9.-]+")
# What a trust policy may speak of: taking the role on, and what is passed while doing so.
TRUST_SERVICE: Final = "sts"


def names(document: Document) -> Iterator[Finding]:
    sound = document.catalog.sound_actions
    for node, text in [pair for pair in document.actions if pair[1] not in sound]:
        if text in EVERYTHING or "${" in text:
            continue
        service, colon, name = text.partition(":")
        if not colon:
            yield _without_service(document, node, text)
        elif not _SERVICE.fullmatch(service) or ":" in name:
            yield _malformed(document, node, text)
        elif not document.catalog.has_service(service):
            yield _retired(document, node, text) or _unknown_service(document, node, text)
        elif not document.names_an_action(text):
            yield _retired(document, node, text) or _unknown_action(document, node, text)


def _without_service(document: Document, node: Node, text: str) -> Finding:
    meant = document.action_named(text)
    advice = f"Write `{meant}`." if meant else "Write it as `service:Action`, such as `s3:GetObject`."
    details = f"The action {quoted(text)} does not say whose it is. {advice}"
    fix = document.replacement(node, meant) if meant else None
    return document.finding("INVALID_ACTION", details, node, fix=fix, refused=True)


def _malformed(document: Document, node: Node, text: str) -> Finding:
    details = f"{quoted(text)} is no action: it must be a service's prefix without wildcards, one colon, and a name."
    return document.finding("INVALID_SERVICE_IN_ACTION", details, node, refused=True)


def _retired(document: Document, node: Node, text: str) -> Finding | None:
    """IAM goes on storing what a closed service had; it means nothing, and harms nobody."""
    name = document.catalog.retired.service_of(text) if len(text) <= LONGEST_ACTION else None
    if name is None:
        return None
    details = f"AWS has retired {quoted(text)} of {name}: no request is about it any more. Remove it."
    return document.finding("CONSOLE_RETIRED_ACTION", details, node)


def _unknown_service(document: Document, node: Node, text: str) -> Finding:
    service, _, name = text.partition(":")
    meant = document.nearest_service(service)
    advice = f"Did you mean `{meant}:{name}`?" if meant else "Check the service's prefix."
    details = f"There is no service {quoted(service)} (in {quoted(text)}). {advice}"
    fix = document.replacement(node, f"{meant}:{name}") if meant else None
    return document.finding("INVALID_SERVICE_IN_ACTION", details, node, fix=fix)


def _unknown_action(document: Document, node: Node, text: str) -> Finding:
    governing = document.catalog.action_of_operation(text)
    meant = governing or document.nearest_action(text)
    if governing:
        advice = f"The operation of that name is governed by `{governing}`; use that."
    else:
        advice = f"Did you mean `{meant}`?" if meant else "Look for it in the list of the service's actions."
    fix = document.replacement(node, meant) if meant else None
    details = f"The action {quoted(text)} does not exist. {advice}"
    return document.finding("INVALID_ACTION", details, node, fix=fix)


def trust_policy_actions(document: Document) -> Iterator[Finding]:
    if document.policy_type is not PolicyType.TRUST:
        return
    for node, text in document.actions:
        if text.partition(":")[0].lower() != TRUST_SERVICE:
            details = (
                f"A trust policy is about `sts:AssumeRole` and its kin; {quoted(text)} has no place in it."
            )
            yield document.finding("UNSUPPORTED_ACTION_IN_POLICY", details, node)


RULES: Final = (names, trust_policy_actions)

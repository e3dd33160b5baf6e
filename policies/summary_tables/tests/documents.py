"""Policies for the tests of the tables, read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from policies.all_actions import all_actions
from policies.engine import Effect, parse_policy
from policies.managed import managed_policies
from policies.summary_tables import Reading, ServiceRow, policy_summary, read
from policies.tests.documents import document

LONGEST = 1_000_000
RECEIPTS = "arn:aws:s3:::receipts"


def reading(*statements: dict[str, object]) -> Reading:
    return read_text(document(*statements))


def read_text(text: str) -> Reading:
    return read(parse_policy(text, maximum_length=LONGEST), all_actions())


def allow(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object = "*", **more: object) -> dict[str, object]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def row(prefix: str, *statements: Mapping[str, object], effect: Effect = Effect.ALLOW) -> ServiceRow:
    summary = policy_summary(reading(*map(dict, statements)))
    rows = summary.allowed if effect is Effect.ALLOW else summary.denied
    (found,) = [one for one in rows if one.prefix == prefix]
    return found


@cache
def managed() -> dict[str, str]:
    """The text of every policy that AWS manages."""
    return {policy.policy_name: policy.document for policy in managed_policies()}

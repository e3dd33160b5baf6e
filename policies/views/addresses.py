"""Addresses of the policy pages. An ARN holds slashes, so it stands in the query."""

from __future__ import annotations

from urllib.parse import parse_qsl

from django.urls import reverse
from django.utils.http import urlencode

POLICIES = "/iam/policies/"
Crumbs = list[tuple[str, str]]


def address(name: str, **query: str) -> str:
    """`address("policy", arn=…)`; empty values are left out."""
    given = urlencode({key: value for key, value in query.items() if value})
    return f"{reverse(name)}?{given}" if given else reverse(name)


def with_draft(url: str, token: str) -> str:
    """The address with the token of a draft in it, in place of any other; without one when there is none."""
    path, _, query = url.partition("?")
    kept = [(key, value) for key, value in parse_qsl(query) if key != "draft"]
    given = urlencode([*kept, ("draft", token)] if token else kept)
    return f"{path}?{given}" if given else path


def crumbs(*parts: tuple[str, str]) -> Crumbs:
    """The way from the dashboard through the list of policies; the last part is the page itself."""
    return [("IAM", "/iam/"), ("Policies", POLICIES), *parts]

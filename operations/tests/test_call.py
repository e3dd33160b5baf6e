"""The decision about one object: by the caller's policies, and by the object's own."""

from __future__ import annotations

from typing import ClassVar, Self

import pytest

from accounts.models import Account
from operations.call import Call
from operations.caller import Caller, Client, nobody
from operations.errors import AccessDenied, NoSuchEntity, ServiceFailure
from operations.trail import decision_of
from operations.users import list_users
from policies.engine import Layer


class Locker:
    """Carries a policy of its own, as buckets and roles do. There is one, called `receipts`."""

    resource_policy: ClassVar[str | None] = None
    tags: ClassVar[list[dict[str, str]]] = []

    def __init__(self, arn: str) -> None:
        self.arn = arn

    @classmethod
    def find(cls, account: Account, identifier: str) -> Self | None:
        return cls(cls.presumed_arn(account, identifier)) if identifier == "receipts" else None

    @classmethod
    def presumed_arn(cls, account: Account, identifier: str) -> str:
        return f"arn:aws:s3:::{identifier}"

    @classmethod
    def missing(cls, identifier: str) -> str:
        return f"There is no {identifier}."


def opened(caller: Caller, action: str = "s3:ListBucket", name: str = "receipts") -> Call:
    call = Call(caller, action)
    call.access(Locker, name)
    return call


def says(monkeypatch: pytest.MonkeyPatch, effect: str, principal_arn: str, action: str = "s3:*") -> None:
    text = f"""{{"Version": "2012-10-17", "Statement": {{
        "Effect": "{effect}", "Principal": {{"AWS": "{principal_arn}"}}, "Action": "{action}", "Resource": "*"
    }}}}"""
    monkeypatch.setattr(Locker, "resource_policy", text)


def test_an_objects_own_policy_grants_to_the_user_it_names(
    carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AccessDenied, match="no identity-based policy"):
        opened(carol)

    says(monkeypatch, "Allow", carol.principal.arn)

    (match,) = opened(carol).decisions[0].matches
    assert match.source.name == "resource policy"


def test_an_objects_own_policy_grants_to_nobody_else(
    alice: Caller, carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "Allow", alice.principal.arn)

    with pytest.raises(AccessDenied):
        opened(carol)


def test_a_deny_in_the_objects_own_policy_stands_against_an_administrator(
    alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "Deny", alice.principal.arn)

    with pytest.raises(AccessDenied, match="with an explicit deny in a resource-based policy") as refused:
        opened(alice)

    explanation = refused.value.explanation
    assert explanation is not None
    assert decision_of(explanation)["statements"] == [
        {"policy": "resource policy", "kind": "resource", "index": 0}
    ]


def test_the_policy_of_one_object_says_nothing_about_the_next(
    carol: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "Allow", carol.principal.arn)
    call = opened(carol)

    with pytest.raises(AccessDenied):
        call.access(Locker, "recipes")


def test_nobody_assumes_what_does_not_trust_them(
    alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "Allow", bob.principal.arn, "sts:AssumeRole")
    monkeypatch.setattr(
        Locker, "presumed_arn", lambda account, name: f"arn:aws:iam::{account.id}:role/{name}"
    )

    with pytest.raises(AccessDenied) as refused:
        opened(alice, "sts:AssumeRole")

    assert refused.value.explanation is not None
    assert refused.value.explanation.layer is Layer.RESOURCE
    assert opened(bob, "sts:AssumeRole").is_decided


def test_an_administrator_is_told_that_an_object_is_missing(alice: Caller) -> None:
    with pytest.raises(NoSuchEntity, match="There is no recipes"):
        opened(alice, name="recipes")


def test_without_an_account_there_is_nothing_to_list(db: None) -> None:
    with pytest.raises(ServiceFailure, match="needs an account"):
        list_users(nobody(Client()))

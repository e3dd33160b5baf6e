"""What the engine remembers is bounded, and forgetting it changes no answer."""

from typing import Any

import pytest

from policies.engine import (
    Kind,
    PolicySet,
    Source,
    Universe,
    evaluate,
    parse_policy,
    policy_set,
    universe,
    wire,
)
from policies.engine.request import FOLDED

READ = parse_policy('{"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}')
REST = parse_policy('{"Statement": {"Effect": "Allow", "NotAction": "s3:Put*", "Resource": "*"}}')
NAMES = ("s3:getobject", "s3:gettable", "s3:putobject")


def test_a_set_of_policies_forgets_actions_but_answers_them_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy_set, "MOST_REMEMBERED", 1)
    policies = PolicySet([Source(Kind.IDENTITY, "read", "", READ)])

    assert [len(policies.about(name).matches) for name in NAMES * 2] == [1, 1, 0] * 2


def test_policies_given_as_objects_are_forgotten_but_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_MOST_POLICIES", 1)
    request = {"principal": "arn:aws:iam::111122223333:user/ann", "action": "s3:GetObject", "resource": "*"}

    def decision(action: str) -> str:
        policy = {"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}
        asked = {"request": request, "identity_policies": [{"name": "own", "policy": policy}]}
        return str(evaluate(asked)["decision"])

    assert [decision(action) for action in ("s3:*", "sqs:*") * 2] == ["allowed", "implicitDeny"] * 2


def test_names_that_somebody_made_up_are_not_remembered() -> None:
    long = "S3:" + "A" * 500

    assert FOLDED[long] == long.lower()
    assert long not in FOLDED


@pytest.mark.parametrize("bound", ["MOST_PATTERNS", "MOST_DOCUMENTS"])
def test_a_universe_forgets_patterns_and_documents_but_answers_them_again(
    monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(universe, bound, 1)
    actions: Any = Universe(NAMES)

    found = [list(actions.names_in(actions.covered(document)[0])) for document in (READ, REST, READ)]

    assert found == [["s3:getobject", "s3:gettable"]] * 3

"""The table of decided cases: every file under cases/ names AWS's rules, a question for each, and the answer.

`defaults` of a file are the input of each of its cases, which says only what differs: objects merge, null
removes a member, anything else replaces it (JSON Merge Patch, RFC 7396).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from policies.engine import (
    Asker,
    Decision,
    InputError,
    PolicySet,
    Request,
    Universe,
    Verdict,
    decide,
    effective,
    evaluate,
    wire,
)
from policies.engine.conditions import OperatorName
from policies.engine.operators import OPERATORS

FOLDER: Final = Path(__file__).parent / "cases"


class DecidedCase(NamedTuple):
    """A rule in one sentence, the input that shows it, and what is expected of the answer."""

    file: str
    rule: str
    input: dict[str, Any]
    expect: dict[str, Any]


def merged(below: Any, above: Any) -> Any:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    both = {**below, **{key: merged(below.get(key), value) for key, value in above.items()}}
    return {key: value for key, value in both.items() if value is not None}


def load() -> list[DecidedCase]:
    return [
        DecidedCase(path.stem, case["rule"], merged(table.get("defaults", {}), case["input"]), case["expect"])
        for path in sorted(FOLDER.glob("*.json"))
        for table in [json.loads(path.read_text())]
        for case in table["cases"]
    ]


CASES: Final = load()


def answered(case: DecidedCase) -> dict[str, Any]:
    """The answer in the words of a case's expectation."""
    try:
        answer = evaluate(case.input)
    except InputError as error:
        return {"error": error.code}
    matched = [f"{match['kind']} {match['name']} {match['index']}" for match in answer["matched_statements"]]
    return {**answer, "matched": matched}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.rule}")
def test_decided_case(case: DecidedCase) -> None:
    answer = answered(case)

    assert {key: answer.get(key) for key in case.expect} == case.expect


def test_every_case_is_decided_alike_as_a_set_of_actions(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `effective` finds for a universe of this one action is what the single decision was."""
    compared: list[bool] = []

    def both(request: Request, policies: PolicySet) -> Decision:
        decision = decide(request, policies)
        known = request.resource, request.resource_account, request.context
        asker = Asker(request.principal, known[2], known[0], known[1], is_open=False)
        found = effective(asker, policies.sources, Universe([request.action])).verdict(request.action)
        compared.append((found is Verdict.ALLOWED) is decision.is_allowed)
        return decision

    monkeypatch.setattr(wire, "decide", both)
    for case in CASES:
        answered(case)

    assert len(compared) >= 300
    assert all(compared)


def test_an_allowed_case_names_no_denying_layer() -> None:
    allowed = [case for case in CASES if case.expect.get("decision") == "allowed"]

    assert not [case.rule for case in allowed if "denied_by" in answered(case)]


def test_there_are_at_least_300_cases_and_no_rule_stands_twice() -> None:
    rules = [case.rule for case in CASES]

    assert len(rules) >= 300
    assert len(set(rules)) == len(rules)


def conditions(node: Any) -> Iterator[tuple[str, str]]:
    """Operator and key of every condition anywhere in an input."""
    if isinstance(node, list):
        for item in node:
            yield from conditions(item)
    elif isinstance(node, dict):
        for name, keys in (
            node.get("Condition", {}).items() if isinstance(node.get("Condition"), dict) else ()
        ):
            yield from ((name, key) for key in keys)
        for member in node.values():
            yield from conditions(member)


def given(case: DecidedCase, key: str) -> str:
    """How a request gives a key: missing, empty, one or many."""
    context = {name.lower(): value for name, value in case.input["request"].get("context", {}).items()}
    value = context.get(key.lower())
    if value is None:
        return "missing"
    return {0: "empty", 1: "one"}.get(len(value), "many") if isinstance(value, list) else "one"


def test_every_operator_is_shown_with_a_missing_key_an_empty_list_and_many_values() -> None:
    shown: set[tuple[str, str]] = set()
    for case in CASES:
        if "error" not in case.expect:
            shown.update(
                (OperatorName.of(name).base, given(case, key)) for name, key in conditions(case.input)
            )

    assert {(name, how) for name in (*OPERATORS, "null") for how in ("missing", "empty", "many")} <= shown

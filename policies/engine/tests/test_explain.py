"""Explanations: what a refusal page and the simulator show."""

import json
from typing import Any

from policies.engine import (
    Gate,
    GateState,
    Kind,
    Layer,
    Principal,
    Request,
    Trace,
    explain,
    missing_statement,
    parse_policy,
)
from policies.engine.sources import Source
from policies.engine.tests.strategies import ACCOUNT, ALICE
from policies.engine.tests.test_decide import NOON, silent, source

REQUEST = Request(
    Principal.of(ALICE), "s3:GetObject", "arn:aws:s3:::docs/a", context={"aws:username": ("alice",)}
)


def states(trace: Trace) -> dict[Layer, str]:
    return {gate.layer: gate.state.value for gate in trace.gates if gate.state is not GateState.ABSENT}


def only_statement(**elements: Any) -> tuple[Any, ...]:
    trace = explain(REQUEST, [source(Kind.IDENTITY, **elements)])
    return trace.sources[0].statements[0].failed_checks


def test_a_refusal_counts_what_was_asked() -> None:
    trace = explain(REQUEST, [silent(Kind.IDENTITY), silent(Kind.GROUP), source(Kind.BOUNDARY)])

    assert trace.gates[4] == Gate(Layer.IDENTITY, GateState.STOPPED, 2, 2)
    assert len(trace.of_layer(Layer.IDENTITY)) == 2
    assert states(trace) == {Layer.IDENTITY: "stopped", Layer.PERMISSIONS_BOUNDARY: "not_asked"}


def test_an_allowed_request_passes_every_gate_that_is_there() -> None:
    trace = explain(REQUEST, [source(Kind.SCP), source(Kind.IDENTITY), source(Kind.BOUNDARY)])

    assert states(trace) == {
        Layer.SCP: "passed",
        Layer.IDENTITY: "passed",
        Layer.PERMISSIONS_BOUNDARY: "passed",
    }


def test_a_gate_that_a_resource_policy_replaces_is_not_asked() -> None:
    trace = explain(REQUEST, [source(Kind.RESOURCE, Principal={"AWS": ALICE}), silent(Kind.IDENTITY)])

    assert states(trace) == {Layer.RESOURCE: "passed", Layer.IDENTITY: "not_asked"}


def test_an_explicit_deny_stops_before_any_gate_is_asked() -> None:
    trace = explain(REQUEST, [source(Kind.SCP), source(Kind.IDENTITY), source(Kind.BOUNDARY, "Deny")])

    assert states(trace) == {
        Layer.SCP: "not_asked",
        Layer.IDENTITY: "not_asked",
        Layer.PERMISSIONS_BOUNDARY: "stopped",
    }


def test_what_is_always_allowed_asks_no_gate() -> None:
    request = Request(Principal.of(ALICE), "sts:GetCallerIdentity")

    assert states(explain(request, [silent(Kind.IDENTITY)])) == {Layer.IDENTITY: "not_asked"}


def test_the_element_that_failed_is_named_with_what_was_wanted_and_found() -> None:
    (check,) = only_statement(Resource="arn:aws:s3:::${aws:username}/*")

    assert (check.element, check.wanted, check.found) == (
        "Resource",
        ("arn:aws:s3:::alice/*",),
        ("arn:aws:s3:::docs/a",),
    )


def test_a_failed_condition_names_operator_key_and_values() -> None:
    (check,) = only_statement(Condition={"StringLike": {"aws:UserName": ["b*", "${aws:username}x"]}})

    assert (check.operator, check.key) == ("StringLike", "aws:UserName")
    assert (check.wanted, check.found, check.is_missing) == (("b*", "alicex"), ("alice",), False)


def test_a_condition_on_an_absent_key_says_so() -> None:
    (check,) = only_statement(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})

    assert check.is_missing


def test_a_variable_without_value_stops_the_statement_and_is_shown_as_written() -> None:
    text = "arn:aws:s3:::${aws:PrincipalTag/team}/*"
    statement = explain(REQUEST, [source(Kind.IDENTITY, Resource=text)]).sources[0].statements[0]

    assert not statement.is_match
    assert statement.missing_keys == ("aws:principaltag/team",)
    assert statement.checks[1].wanted == (text,)


def test_negated_elements_are_called_by_their_name() -> None:
    deny = source(Kind.RESOURCE, Action=None, NotAction="*", Resource=None, NotResource="*", NotPrincipal="*")
    checks = explain(REQUEST, [deny]).sources[0].statements[0].failed_checks

    assert [check.element for check in checks] == ["NotPrincipal", "NotAction", "NotResource"]


def test_principal_is_explained_where_it_counts() -> None:
    trace = explain(REQUEST, [source(Kind.RESOURCE, Principal={"AWS": ACCOUNT}), source(Kind.RESOURCE)])
    checks = [each.statements[0].checks[0] for each in trace.sources]

    assert [(check.element, check.is_matched, check.wanted) for check in checks] == [
        ("Principal", True, (ACCOUNT,)),
        ("Principal", False, ()),
    ]


def test_a_policy_outside_its_dates_is_shown_as_inactive() -> None:
    expired = Source(Kind.GRANT, "grant", "", source(Kind.GRANT).document, not_after=NOON)

    assert not explain(REQUEST, [expired]).sources[0].is_active


def test_the_missing_statement_allows_the_request_when_added() -> None:
    text = json.dumps({"Statement": missing_statement(REQUEST)})

    assert explain(REQUEST, [Source(Kind.IDENTITY, "new", "", parse_policy(text))]).decision.is_allowed

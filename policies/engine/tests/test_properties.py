"""What must hold for every request and every set of policies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import Kind, Outcome, decide, explain
from policies.engine.kinds import Layer
from policies.engine.tests import reference
from policies.engine.tests.reference import Question
from policies.engine.tests.reference_conditions import Document, listed
from policies.engine.tests.strategies import (
    FEW,
    PARTS,
    WHOLE_PART,
    attached,
    documents,
    questions,
    request_of,
    source_of,
    sources_of,
    statements,
)

Policies = list[tuple[str, Document]]

ANY_POLICIES = st.lists(attached(), max_size=4)
NO_ALLOW = st.lists(
    st.tuples(
        st.sampled_from(["identity", "group", "boundary", "resource"]),
        st.fixed_dictionaries({"Statement": st.lists(statements(("Deny",)), max_size=2)}),
    ),
    max_size=3,
)


def outcome(question: Question, policies: Policies) -> Outcome:
    return decide(request_of(question), sources_of(policies)).outcome


def with_statement(policies: Policies, place: int, statement: Document) -> Policies:
    kind, document = policies[place % len(policies)]
    present = listed(document["Statement"])
    changed = (kind, {**document, "Statement": [*present, statement]})
    return [changed if entry is policies[place % len(policies)] else entry for entry in policies]


@FEW
@given(questions(), NO_ALLOW)
def test_without_an_allow_only_root_passes(question: Question, policies: Policies) -> None:
    allowed = outcome(question, policies) is Outcome.ALLOWED

    assert not allowed or question.caller.endswith(":root")


@FEW
@given(questions(), ANY_POLICIES, st.sampled_from(["identity", "boundary", "session", "vpc_endpoint"]))
def test_a_deny_of_everything_wins_wherever_it_stands(
    question: Question, policies: Policies, kind: str
) -> None:
    deny = (kind, {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})

    assert outcome(question, [*policies, deny]) is Outcome.EXPLICIT_DENY


@FEW
@given(questions(), ANY_POLICIES, st.randoms(use_true_random=False))
def test_order_and_duplicates_do_not_matter(question: Question, policies: Policies, random: object) -> None:
    shuffled = [*policies, *policies]
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # the strategy's type is not public

    assert outcome(question, shuffled) is outcome(question, policies)


@FEW
@given(questions(), st.lists(attached(), min_size=1, max_size=4), st.integers(0, 3), statements(("Allow",)))
def test_adding_an_allow_never_removes_access(
    question: Question, policies: Policies, place: int, allow: Document
) -> None:
    before = outcome(question, policies)
    after = outcome(question, with_statement(policies, place, allow))

    assert after is before or before is Outcome.IMPLICIT_DENY


@FEW
@given(questions(), st.lists(attached(), min_size=1, max_size=4), st.integers(0, 3), statements(("Deny",)))
def test_adding_a_deny_never_adds_access(
    question: Question, policies: Policies, place: int, deny: Document
) -> None:
    before = outcome(question, policies)
    after = outcome(question, with_statement(policies, place, deny))

    assert after is before or after is Outcome.EXPLICIT_DENY


@FEW
@given(questions(), ANY_POLICIES, st.sampled_from(["boundary", "scp", "rcp", "vpc_endpoint"]), documents())
def test_a_guardrail_never_grants(
    question: Question, policies: Policies, kind: str, guardrail: Document
) -> None:
    unlimited = [entry for entry in policies if entry[0] != kind]
    limited = outcome(question, [*unlimited, (kind, guardrail)])

    assert limited is not Outcome.ALLOWED or outcome(question, unlimited) is Outcome.ALLOWED


@pytest.mark.parametrize("_part", PARTS)
@WHOLE_PART
@given(question=questions(), policies=st.lists(attached(), max_size=5))
def test_the_engine_agrees_with_its_slow_twin(_part: int, question: Question, policies: Policies) -> None:
    decision = decide(request_of(question), sources_of(policies))

    assert (decision.outcome, decision.denied_by) == reference.answer(question, policies)


@FEW
@given(questions(), ANY_POLICIES)
def test_an_explanation_tells_the_decision_and_its_statements(question: Question, policies: Policies) -> None:
    request, sources = request_of(question), sources_of(policies)
    trace = explain(request, sources)
    matching = {id(entry.statement) for each in trace.sources for entry in each.statements if entry.is_match}

    assert trace.decision == decide(request, sources)
    assert all(id(match.statement) in matching for match in trace.decision.matches)


@FEW
@given(questions(), ANY_POLICIES)
def test_one_gate_at_most_stops_and_it_is_the_denying_one(question: Question, policies: Policies) -> None:
    trace = explain(request_of(question), sources_of(policies))
    stopped = [gate.layer for gate in trace.gates if gate.state == "stopped"]

    assert stopped == ([trace.decision.denied_by] if trace.decision.denied_by else [])


def test_every_kind_speaks_in_a_layer() -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}

    assert {source_of(kind, document).kind.layer for kind in Kind} == set(Layer)

"""Who can do this: the same answers as asking for each caller alone."""

from hypothesis import given
from hypothesis import strategies as st

from policies.engine import (
    Asker,
    Holder,
    Kind,
    Principal,
    Source,
    Universe,
    Verdict,
    diff,
    effective,
    who_can,
)
from policies.engine.tests.reference_conditions import Document
from policies.engine.tests.strategies import ACTIONS, ALICE, CALLERS, MANY, RESOURCES, attached, sources_of
from policies.engine.tests.test_decide import silent, source

ALWAYS = Universe(ACTIONS)
VALUES = st.sampled_from([("alice",), ("bob",), ("111122223333",), ("alice", "bob"), ()])


def user(name: str, *sources: Source, **context: str) -> Holder:
    known = {"aws:username": (name,)} | {f"aws:principaltag/{key}": (text,) for key, text in context.items()}
    return Holder(Principal.of(f"arn:aws:iam::111122223333:user/{name}"), sources, known)


def answers(action: str, *holders: Holder, resource: str | None = None) -> list[str]:
    return [prospect.verdict.value for _, prospect in who_can(action, resource, holders)]


CONTEXTS = st.dictionaries(st.sampled_from(["aws:username", "aws:principalaccount", "aws:tagkeys"]), VALUES)
CHOSEN = st.tuples(st.sampled_from([*CALLERS, ALICE]), st.lists(st.integers(0, 3), max_size=3), CONTEXTS)


@MANY
@given(
    st.lists(CHOSEN, max_size=5),
    st.lists(attached(), min_size=4, max_size=4),
    st.sampled_from(ACTIONS),
    st.sampled_from([*RESOURCES, None]),
)
def test_many_are_answered_as_each_alone(
    chosen: list[tuple[str, list[int], dict[str, tuple[str, ...]]]],
    policies: list[tuple[str, Document]],
    action: str,
    resource: str | None,
) -> None:
    shared = sources_of(policies)
    holders = [
        Holder(Principal.of(caller), [shared[place] for place in places], context)
        for caller, places, context in chosen
    ]

    for holder, prospect in who_can(action, resource, holders):
        alone = effective(Asker(holder.principal, holder.context, resource), holder.sources, ALWAYS)
        assert prospect == alone.prospect(action)


def test_all_who_have_the_same_get_the_same_answer() -> None:
    shared = source(Kind.GROUP)
    one, other = (
        prospect for _, prospect in who_can("s3:GetObject", None, [user("ann", shared), user("ben", shared)])
    )

    assert one.verdict is Verdict.ALLOWED
    assert one is other


def test_conditions_on_the_caller_are_decided_for_each() -> None:
    tagged = source(Kind.IDENTITY, Condition={"StringEquals": {"aws:PrincipalTag/job": "barista"}})

    assert answers(
        "s3:GetObject",
        user("ann", tagged, job="barista"),
        user("ben", tagged, job="cook"),
        user("cy", tagged),
    ) == [
        "allowed",
        "denied",
        "denied",
    ]


def test_variables_are_filled_in_for_each() -> None:
    own = source(Kind.GROUP, Resource="arn:aws:s3:::home/${aws:username}/*")

    assert answers(
        "s3:GetObject", user("ann", own), user("ben", own), resource="arn:aws:s3:::home/ann/x"
    ) == ["allowed", "denied"]


def test_a_silent_boundary_is_not_overlooked() -> None:
    shared = source(Kind.GROUP)

    assert answers("s3:GetObject", user("ann", shared), user("ben", shared, silent(Kind.BOUNDARY))) == [
        "allowed",
        "denied",
    ]


def test_what_the_request_will_tell_stays_open() -> None:
    office = source(Kind.GROUP, Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})

    assert answers("s3:GetObject", user("ann", office), user("ben")) == ["conditional", "denied"]


def test_a_change_is_told_by_what_it_grants_and_takes() -> None:
    office = source(Kind.IDENTITY, action="s3:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    asker = Asker(Principal.of("arn:aws:iam::111122223333:user/ann"))
    before = effective(asker, [office, source(Kind.IDENTITY, action="iam:*")], ALWAYS)
    after = effective(
        asker, [source(Kind.IDENTITY, action="s3:Get*"), source(Kind.IDENTITY, action="sts:*")], ALWAYS
    )
    change, back = diff(before, after), diff(after, before)

    assert list(ALWAYS.names_in(change.granted)) == ["sts:assumerole"]
    assert list(ALWAYS.names_in(change.taken)) == ["iam:createuser", "s3:putobject"]
    assert list(ALWAYS.names_in(change.loosened)) == ["s3:getobject"]
    assert (back.granted, back.taken, back.tightened) == (change.taken, change.granted, change.loosened)
    assert before.verdict("iam:CreateUser") is Verdict.ALLOWED

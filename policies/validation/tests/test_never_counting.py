"""The checks beyond AWS's of what never counts: conditions, actions, statements."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import Kind, Principal, Request, Source, decide, parse_policy
from policies.validation import validate
from policies.validation.tests.written import (
    ACCOUNT,
    BUCKET,
    OBJECTS,
    Elements,
    allow,
    deny,
    document,
    findings,
    places,
)

NEVER = "CONSOLE_CONDITION_NEVER_MET"
STRANGER = "CONSOLE_ACTION_WITHOUT_RESOURCE"
SHADOWED = "CONSOLE_SHADOWED_STATEMENT"
DENIED = "CONSOLE_DENIED_STATEMENT"


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceVpc": "vpc-11111111"}, "StringLike": {"aws:sourcevpc": "vpc-2*"}},
        {
            "StringEquals": {"aws:username": ["ana", "eve"]},
            "StringNotEquals": {"aws:username": ["eve", "ana"]},
        },
        {"StringEquals": {"aws:username": "ana"}, "StringNotLike": {"aws:username": "a*"}},
        {"StringLike": {"aws:username": "a*"}, "StringNotLike": {"aws:username": "a*"}},
        {
            "StringEqualsIgnoreCase": {"aws:username": "Ana"},
            "StringNotEqualsIgnoreCase": {"aws:username": "ana"},
        },
        {"StringEquals": {"aws:username": "ana"}, "StringEqualsIfExists": {"aws:username": "eve"}},
        {"Bool": {"aws:SecureTransport": "true"}, "BoolIfExists": {"aws:SecureTransport": False}},
        {"Null": {"aws:username": "true"}, "StringEquals": {"aws:username": "ana"}},
        {"Null": {"aws:TagKeys": True}, "ForAnyValue:StringEquals": {"aws:TagKeys": "team"}},
        {"Null": {"aws:username": "true"}, "null": {"aws:username": "false"}},
        {"NumericLessThan": {"s3:max-keys": "5"}, "NumericGreaterThanEquals": {"s3:max-keys": "5"}},
        {"NumericEquals": {"s3:max-keys": [1, 2]}, "NumericGreaterThan": {"s3:max-keys": 2}},
        {"DateLessThan": {"aws:CurrentTime": "2026"}, "DateGreaterThan": {"aws:CurrentTime": "2026-01-02"}},
        {
            "DateEquals": {"aws:EpochTime": "0"},
            "DateGreaterThan": {"aws:EpochTime": "2026-01-02T00:00:00+01:00"},
        },
        {"StringEquals": {"aws:SourceAccount": "arn:aws:s3:::menu"}},
        {"StringLike": {"aws:PrincipalAccount": "ana"}},
        {"ArnLike": {"aws:SourceArn": ["111122223333", "menu*"]}},
        {"StringEquals": {"aws:PrincipalArn": "arn*"}},
    ],
    ids=str,
)
def test_conditions_that_exclude_each_other_are_found_once(condition: Elements) -> None:
    assert len(findings(NEVER, allow("s3:*", Condition=condition))) == 1


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceVpc": "vpc-11111111"}, "StringLike": {"aws:SourceVpc": "vpc-1*"}},
        {"StringLike": {"aws:SourceVpc": "vpc-1*"}, "StringLikeIfExists": {"aws:SourceVpc": "*1"}},
        {"StringEqualsIfExists": {"aws:username": "ana"}, "StringLikeIfExists": {"aws:username": "eve"}},
        {"StringEquals": {"aws:username": "${aws:PrincipalTag/name}"}, "StringLike": {"aws:username": "eve"}},
        {"StringEquals": {"aws:username": "ana"}, "StringEqualsIgnoreCase": {"aws:username": "ANA"}},
        {"StringEquals": {"aws:username": ["ana", "eve"]}, "StringNotEquals": {"aws:username": "eve"}},
        {"StringEquals": {"aws:username": "ana"}, "StringNotEquals": {"aws:username": "Ana"}},
        {"StringEqualsIgnoreCase": {"aws:username": "ana"}, "StringNotEquals": {"aws:username": "ana"}},
        {"StringLike": {"aws:username": "a*"}, "StringNotEquals": {"aws:username": "a*"}},
        {"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringLike": {"aws:TagKeys": "b"}},
        {"Null": {"aws:username": "true"}, "StringNotEquals": {"aws:username": "ana"}},
        {"Null": {"aws:username": ["true", "false"]}, "StringEquals": {"aws:username": "ana"}},
        {"NumericLessThan": {"s3:max-keys": ["5", "9"]}, "NumericGreaterThan": {"s3:max-keys": "5"}},
        {"NumericLessThanEquals": {"s3:max-keys": "5"}, "NumericGreaterThanEquals": {"s3:max-keys": "5"}},
        {"NumericLessThan": {"s3:max-keys": "many"}, "NumericGreaterThan": {"s3:max-keys": "5"}},
        {"DateLessThan": {"aws:CurrentTime": "2027"}, "DateGreaterThan": {"aws:CurrentTime": "2026"}},
        {"StringEquals": {"aws:SourceVpc": "vpc-11111111"}, "StringLike": {"aws:SourceVpce": "vpce-2*"}},
        {"StringEquals": {"aws:SourceAccount": ["111122223333", "ana"]}},
        {"StringLike": {"aws:SourceAccount": "1111*"}},
        {"StringNotEquals": {"aws:SourceAccount": "ana"}},
        {"ArnLike": {"aws:SourceArn": "*:menu"}},
        {"ArnLikeIfExists": {"aws:SourceArn": "menu"}},
    ],
    ids=str,
)
def test_conditions_that_some_request_meets_are_let_be(condition: Elements) -> None:
    assert findings(NEVER, allow("s3:*", Condition=condition)) == []


def test_a_contradiction_points_at_both_keys() -> None:
    condition = {"NumericLessThan": {"s3:max-keys": "5"}, "NumericGreaterThan": {"s3:max-keys": "9"}}

    (finding,) = findings(NEVER, deny("s3:*", Condition=condition))

    assert [path[-2:] for path in places(finding)] == [
        ["NumericGreaterThan", "s3:max-keys"],
        ["NumericLessThan", "s3:max-keys"],
    ]
    assert "denies nothing" in finding.finding_details


@given(st.sets(st.sampled_from("abc"), min_size=1), st.sets(st.sampled_from("abc"), min_size=1))
def test_two_lists_exclude_each_other_when_they_share_nothing(one: set[str], other: set[str]) -> None:
    condition = {"StringEquals": {"aws:username": sorted(one)}, "StringLike": {"aws:username": sorted(other)}}

    assert bool(findings(NEVER, allow("s3:*", Condition=condition))) == one.isdisjoint(other)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ListBucket", OBJECTS),
        ("s3:GetObject", BUCKET),
        ("S3:getobject", BUCKET),
        ("iam:GetUser", f"{ACCOUNT}:role/barista"),
        ("ec2:DescribeInstances", "arn:aws:ec2:*:*:instance/*"),
        ("ec2:StopInstances", BUCKET),
    ],
)
def test_an_action_beside_resources_of_other_types_is_told(action: str, resource: str) -> None:
    (finding,) = findings(STRANGER, allow(["iam:List*", action], resource))

    assert f"`{action}`" in finding.finding_details


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ListBucket", [OBJECTS, BUCKET]),
        ("s3:ListBucket", "*"),
        ("s3:ListBucket", "arn:aws:s3:::*"),
        ("s3:GetObject", "arn:aws:s3:::coffee*"),
        ("s3:List*", OBJECTS),
        ("s3:NoSuchAction", OBJECTS),
        ("iam:GetUser", "arn:aws:*:::x"),
        ("iam:GetUser", f"{ACCOUNT}:nonsense"),
        ("iam:GetUser", "menu"),
        ("iam:TagUser", f"{ACCOUNT}:role/barista"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:orders"),
        ("logs:DescribeLogGroups", "arn:aws:logs:eu-west-1:111122223333:log-group:*"),
        ("sts:AssumeRole", f"{ACCOUNT}:role/shop/barista"),
    ],
    ids=str,
)
def test_an_action_that_may_have_its_resource_is_let_be(action: str, resource: object) -> None:
    assert findings(STRANGER, allow(action, resource)) == []


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        (allow("s3:GetObject", OBJECTS), allow("s3:Get*", "arn:aws:s3:::*")),
        (allow(["s3:GetObject", "S3:Put*"], OBJECTS), allow("s3:*", "*")),
        (allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}}), allow("s3:getobject")),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": OBJECTS}, allow("*")),
        (
            {"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "*"},
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
        ),
        ({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": OBJECTS}, allow("s3:*")),
        (deny("s3:GetObject", OBJECTS), deny("s3:*", OBJECTS)),
    ],
    ids=str,
)
@pytest.mark.parametrize("is_first", [True, False])
def test_a_covered_statement_is_told_and_removed(narrow: Elements, wide: Elements, is_first: bool) -> None:
    statements = [narrow, wide] if is_first else [wide, narrow]
    text = document(*statements)

    (finding,) = [one for one in validate(text) if one.issue_code == SHADOWED]

    assert places(finding)[0] == ["Statement", statements.index(narrow)]
    assert finding.fix is not None
    assert json.loads(finding.fix.applied_to(text))["Statement"] == [wide]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (allow("s3:GetObject", OBJECTS), allow("s3:Get*", BUCKET)),
        (allow(["s3:GetObject", "s3:PutObject"]), allow("s3:Get*")),
        (allow("s3:GetObject"), allow("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}})),
        (allow("s3:*Object"), allow("s3:Get*")),
        (allow("s3:GetObject"), allow("s3*")),
        (allow("s3:GetObject"), {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}),
        (allow("s3:GetObject"), {"Effect": "Allow", "Action": "s3:*", "NotResource": OBJECTS}),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, allow(["s3:*", "iam:Get*"])),
        (deny("s3:*", OBJECTS), allow("*")),
        (allow("s3:GetObject", OBJECTS, Sid="One"), allow("s3:GetObject", OBJECTS, Sid="Two")),
    ],
    ids=str,
)
def test_statements_that_differ_are_let_be(one: Elements, other: Elements) -> None:
    assert findings(SHADOWED, one, other) == findings(DENIED, one, other) == []


def test_of_two_statements_of_one_meaning_the_later_is_told() -> None:
    one, other = (
        allow(["s3:GetObject", "s3:PutObject"], OBJECTS),
        allow(["s3:PutObject", "s3:GetObject"], OBJECTS),
    )

    (finding,) = findings(SHADOWED, one, other)

    assert places(finding) == [["Statement", 1], ["Statement", 0]]


def test_what_a_denial_always_covers_never_counts() -> None:
    (finding,) = findings(
        DENIED, allow("s3:GetObject", OBJECTS), allow("s3:PutObject"), deny("s3:Get*", OBJECTS)
    )

    assert places(finding) == [["Statement", 0], ["Statement", 2]]


@pytest.mark.parametrize(
    "denial",
    [
        deny("s3:Get*", BUCKET),
        deny("s3:Get*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
        deny("s3:PutObject"),
    ],
    ids=str,
)
def test_what_a_denial_covers_in_part_still_counts(denial: Elements) -> None:
    assert findings(DENIED, allow("s3:GetObject", OBJECTS), denial) == []


STATEMENTS = st.builds(
    lambda effect, action, resource, condition: {
        "Effect": effect,
        **action,
        **resource,
        **({"Condition": {"Bool": {"aws:SecureTransport": "true"}}} if condition else {}),
    },
    st.sampled_from(["Allow", "Deny"]),
    st.one_of(
        st.lists(st.sampled_from(["*", "s3:*", "s3:Get*", "s3:g*t", "s3:PutObject"]), min_size=1).map(
            lambda texts: {"Action": texts}
        ),
        st.lists(st.sampled_from(["s3:Get*", "iam:*"]), min_size=1).map(lambda texts: {"NotAction": texts}),
    ),
    st.one_of(
        st.lists(st.sampled_from(["*", BUCKET, OBJECTS, f"{BUCKET}*"]), min_size=1).map(
            lambda texts: {"Resource": texts}
        ),
        st.just({"NotResource": [OBJECTS]}),
    ),
    st.booleans(),
)
REQUESTS = [
    Request(Principal.of(f"{ACCOUNT}:user/ana"), action, resource, context={"aws:SecureTransport": [secure]})
    for action in ("s3:GetObject", "s3:PutObject", "s3:Get", "iam:GetUser")
    for resource in (BUCKET, f"{BUCKET}/today.json", f"{ACCOUNT}:user/ana")
    for secure in ("true", "false")
]


def allowed(text: str) -> list[bool]:
    source = Source(Kind.IDENTITY, "menu", "", parse_policy(text))
    return [decide(request, [source]).is_allowed for request in REQUESTS]


@given(st.lists(STATEMENTS, min_size=2, max_size=4))
def test_a_statement_that_never_counts_can_go_without_a_difference(statements: list[Elements]) -> None:
    text = document(*statements)

    for finding in validate(text):
        if finding.issue_code in (SHADOWED, DENIED):
            gone = places(finding)[0][1]
            rest = [statement for place, statement in enumerate(statements) if place != gone]
            assert allowed(document(*rest)) == allowed(text)


@given(st.data())
def test_a_condition_that_is_never_met_allows_nothing(data: st.DataObject) -> None:
    operators = [
        "StringEquals",
        "StringLike",
        "StringNotEquals",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "Null",
    ]
    values = st.lists(st.sampled_from(["a", "A", "ab", "a*", "*b", "true", "false"]), min_size=1, max_size=2)
    condition = {
        f"{operator}{data.draw(st.sampled_from(['', 'IfExists']))}": {"aws:username": data.draw(values)}
        for operator in data.draw(st.lists(st.sampled_from(operators), min_size=2, max_size=2, unique=True))
    }
    text = document(allow("s3:GetObject", Condition=condition))

    if any(finding.issue_code == NEVER for finding in validate(text)):
        source = Source(Kind.IDENTITY, "menu", "", parse_policy(text))
        for name in ("a", "A", "ab", "aB", "b", "true", "", None):
            told = {} if name is None else {"aws:username": [name]}
            request = Request(
                Principal.of(f"{ACCOUNT}:user/ana"), "s3:GetObject", f"{BUCKET}/x", context=told
            )
            assert not decide(request, [source]).is_allowed


def test_principals_count_where_policies_name_them() -> None:
    ana, eve = {"AWS": f"{ACCOUNT}:user/ana"}, {"AWS": f"{ACCOUNT}:user/eve"}
    both = {"AWS": [f"{ACCOUNT}:user/ana", f"{ACCOUNT}:user/eve"]}
    wide = allow("s3:*", OBJECTS, Principal=both)

    def codes(*statements: Elements) -> list[str]:
        found = validate(document(*statements), "resource")
        return [one.issue_code for one in found if one.issue_code in (SHADOWED, DENIED)]

    assert codes(allow("s3:GetObject", OBJECTS, Principal=ana), wide) == [SHADOWED]
    assert codes(allow("s3:GetObject", OBJECTS, Principal=ana), {**wide, "Principal": eve}) == []
    assert codes(allow("s3:GetObject", OBJECTS, Principal=ana), deny("s3:*", OBJECTS, Principal="*")) == [
        DENIED
    ]
    assert codes(allow("s3:GetObject", OBJECTS, NotPrincipal=ana), wide) == []

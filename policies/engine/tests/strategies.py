"""Random documents, requests and sources over a small vocabulary, so that they meet often."""

import json
import os
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from policies.engine import Kind, Principal, Request, Source, parse_policy
from policies.engine.tests.reference import Question
from policies.engine.tests.reference_conditions import Document

# Examples are counted, not timed: a busy machine must not fail a test.
FEW = settings(max_examples=40, deadline=None)
MANY = settings(max_examples=250, deadline=None)
PLENTY = settings(max_examples=2_500, deadline=None)
# The agreement with the slow twin: 5,000 cases in `make test`, 100,000 in `make nightly`, in parts for the workers.
PART = 2_500
PARTS = range(int(os.environ.get("ENGINE_CASES", "5000")) // PART)
WHOLE_PART = settings(max_examples=PART, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ACCOUNT, OTHER_ACCOUNT = "111122223333", "444455556666"
ALICE = f"arn:aws:iam::{ACCOUNT}:user/staff/alice"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/alice"
FEDERATED_USER = f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
BOB = f"arn:aws:iam::{OTHER_ACCOUNT}:user/bob"
LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/ecs.amazonaws.com/ops"
SERVICE = "ec2.amazonaws.com"
CALLERS = [ALICE, ROOT, SESSION, FEDERATED_USER, LINKED, BOB, SERVICE, "*"]
NAMED = [*CALLERS, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/path/ops", f"arn:aws:iam::{ACCOUNT}:role/other"]

ACTIONS = ["s3:GetObject", "S3:getobject", "s3:PutObject", "iam:CreateUser", "sts:AssumeRole"]
SPECIAL = [
    ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"),
    ("kms:DeleteAlias", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/aws/s3"),
    ("kms:DeleteAlias", f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/mine"),
    ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/admin"),
]
ACTION_PATTERNS = [
    *ACTIONS, "*", "*:*", "s3:*", "s3:Get*", "S3:GET*", "s3:?etObject", "*:GetObject", "s3:*t*j?ct", "iam:*",
    "s3", "s3:",
]  # fmt: skip
RESOURCES = [
    "*",
    "arn:aws:s3:::docs/alice/a",
    "arn:aws:s3:::docs/*",
    "arn:aws:sqs:eu-west-1:111122223333:queue:a",
    f"arn:aws:iam::{ACCOUNT}:user/alice",
    f"arn:aws:iam::{OTHER_ACCOUNT}:role/ops",
]
RESOURCE_PATTERNS = [
    *RESOURCES,
    "arn:aws:s3:::docs/${aws:username}/*",
    "arn:aws:s3:::docs/${aws:username, 'alice'}/?",
    "arn:aws:s3:::docs/${*}",
    "arn:aws:s3:::*/a",
    "arn:aws:s3:::d?cs/a*a",
    "arn:*:*:*:*:*",
    "arn:aws:sqs:*:111122223333:queue*",
    "arn:aws:sqs:*queue:a",
    "arn:aws:sqs:*:queue:?",
    "arn:aws:sqs:e*t-?:*2*:queue:a",
    "arn:aws:sqs:*t-1:1111*:*",
    "arn:a?s:s3:*docs/*",
    "arn:aws:iam::${aws:PrincipalAccount}:user/*",
    "arn:aws:s3",
    "arn:aws:s*",
    "arn:aws:iam::*",
    "arn:aws:*:eu-?est-1",
]
KEYS = [
    "aws:username",
    "aws:Username",
    "aws:PrincipalAccount",
    "aws:TagKeys",
    "s3:max-keys",
    "aws:CurrentTime",
]
VALUES = [
    "alice", "Alice", "al*", "a?ice", "${aws:username}", "${aws:missing}", "${aws:missing, 'alice'}", "",
    "true", "false", "TRUE", "5", "10", "10.0", "YQ==", "10.0.0.1", "10.0.0.0/8", "2001:db8::1", "2001:db8::/32",
    "2026-01-01T00:00:00Z", "2026-01-01", "1767225600", "1767225600000",
    "arn:aws:iam::111122223333:user/alice", "arn:aws:iam::*:user/*",
]  # fmt: skip
ORDERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
BASES = [
    "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike",
    "StringNotLike",
    "ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "Bool", "IpAddress", "NotIpAddress", "Sounds",
    *(family + name for family in ("Numeric", "Date") for name in ORDERS),
]  # fmt: skip
QUALIFIERS = ["", "ForAllValues:", "ForAnyValue:"]
OPERATORS = [
    qualifier + base + suffix for qualifier in QUALIFIERS for base in BASES for suffix in ("", "IfExists")
]
OPERATORS += ["Null", "ForAllValues:Null", "ForEachValue:StringEquals"]


def one_or_more(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | st.lists(st.sampled_from(values), max_size=3)


def principal_elements() -> st.SearchStrategy[Any]:
    typed = st.fixed_dictionaries({}, optional={"AWS": one_or_more(NAMED), "Service": one_or_more([SERVICE])})
    return st.sampled_from(["*", ALICE, ACCOUNT]) | typed


def conditions() -> st.SearchStrategy[dict[str, Any]]:
    keys = st.dictionaries(st.sampled_from(KEYS), one_or_more([*VALUES, 5, True]), min_size=1, max_size=2)
    return st.dictionaries(st.sampled_from(OPERATORS), keys, max_size=2)


@st.composite
def statements(draw: st.DrawFn, effects: tuple[str, ...] = ("Allow", "Allow", "Deny")) -> Document:
    statement: Document = {"Effect": draw(st.sampled_from(effects))}
    statement[draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))] = draw(
        one_or_more(ACTION_PATTERNS)
    )
    if element := draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource", None])):
        statement[element] = draw(one_or_more(RESOURCE_PATTERNS))
    if element := draw(st.sampled_from(["Principal", "Principal", "NotPrincipal", None])):
        statement[element] = draw(principal_elements())
    if draw(st.integers(0, 2)) == 0:
        statement["Condition"] = draw(conditions())
    return statement


@st.composite
def documents(draw: st.DrawFn) -> Document:
    document: Document = {"Statement": draw(statements() | st.lists(statements(), max_size=3))}
    if version := draw(st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17", None])):
        document["Version"] = version
    return document


def attached() -> st.SearchStrategy[tuple[str, Document]]:
    """Guardrails of an organization also hang on a second level."""
    return st.tuples(st.sampled_from([*map(str, Kind), "scp@unit", "rcp@unit"]), documents())


@st.composite
def questions(draw: st.DrawFn) -> Question:
    caller = draw(st.sampled_from([*CALLERS, ALICE, ALICE, ALICE]))
    values = st.lists(st.sampled_from(VALUES), max_size=2)
    context = draw(
        st.dictionaries(st.sampled_from([*KEYS[:1], *KEYS[2:]]), values | st.just(["alice"]), max_size=4)
    )
    usual = st.tuples(st.sampled_from(ACTIONS), st.sampled_from(RESOURCES))
    action, resource = draw(usual | usual | usual | st.sampled_from(SPECIAL))
    return Question(
        caller=caller,
        issuer=ALICE if caller == FEDERATED_USER else "",
        action=action,
        resource=resource,
        owner=draw(st.sampled_from([ACCOUNT, ACCOUNT, OTHER_ACCOUNT])),
        context=context,
    )


def request_of(question: Question) -> Request:
    return Request(
        principal=Principal.of(question.caller, issuer_arn=question.issuer),
        action=question.action,
        resource=question.resource,
        resource_account=question.owner,
        context={key: tuple(values) for key, values in question.context.items()},
    )


def source_of(kind: str, document: Document) -> Source:
    name, _, target = kind.partition("@")
    return Source(Kind(name), "policy", "", parse_policy(json.dumps(document)), target=target)


def sources_of(policies: list[tuple[str, Document]]) -> list[Source]:
    return [source_of(kind, document) for kind, document in policies]

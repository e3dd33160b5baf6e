"""Completion in texts that are not JSON yet: where the cursor is, what is replaced, and that no text takes long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.catalog import catalog
from policies.completion import MOST_SUGGESTIONS, Completion, complete
from policies.tests.typed_policies import ACCOUNT, HOSTILE, Typing, statement
from policies.validation import PolicyType

# On a quiet machine each takes less than 0.1 s; the tests share theirs.
SECONDS = 1.0


@pytest.mark.parametrize(
    ("marked", "wanted"),
    [
        ('"Action": "s3:GetObj|', '"Action": "s3:GetObject"'),
        ('"Action": ["s3:GetObj|, "s3:PutObject"]', '"Action": ["s3:GetObject", "s3:PutObject"]'),
        ('"Action": ["s3:GetObj|], "Sid": "x"', '"Action": ["s3:GetObject"], "Sid": "x"'),
        ('"Action": ["s3:GetObj|\n, "Sid": "x"', '"Action": ["s3:GetObject"\n, "Sid": "x"'),
        ('"Action": ["s3:Get|Obj", "s3:PutObject"]', '"Action": ["s3:GetObject", "s3:PutObject"]'),
    ],
    ids=["last", "before a string", "before a bracket", "before a line", "in the middle"],
)
def test_a_string_without_closing_quote_is_completed_and_closed(marked: str, wanted: str) -> None:
    begun = '{"Statement": [{"Effect": "Allow", '

    assert Typing(begun + marked).chosen("s3:GetObject") == begun + wanted


def test_what_follows_an_unfinished_string_is_still_understood() -> None:
    typing = statement('"Resource": ["|], "Action": "sqs:SendMessage"')

    assert typing.labels[0] == f"arn:aws:sqs:{{Region}}:{ACCOUNT}:{{QueueName}}"


def test_a_list_left_open_does_not_swallow_the_next_element() -> None:
    typing = Typing('{"Statement": {"Action": ["sqs:SendMessage", "Resource": "|"}}')

    assert typing.labels[0].startswith("arn:aws:sqs:")


def test_escaped_quotes_end_no_string() -> None:
    assert Typing('{"Statement": {"Sid": "a\\"b", "Effect": "|"}}').labels == ["Allow", "Deny"]


def test_only_the_statement_around_the_cursor_counts() -> None:
    typing = Typing(
        '{"Statement": [{"Action": "s3:GetObject"}, {"Action": "sqs:SendMessage", "Resource": "|"}]}'
    )

    assert not any(":s3:" in label for label in typing.labels)


@pytest.mark.parametrize(
    "marked",
    [
        "|",
        "{}|",
        '{"Version": "2012-10-17" |}',
        '{"Version" |: "2012-10-17"}',
        '{"Statement": {"Sid": "Re|"}}',
        '{"Statement": {"Effekt": "|"}}',
        '{"Other": {"Action": "s3:|"}}',
        '{"Statement": {"Action": {"s3:|": 1}}}',
        '{{"Statement": {"Action": "s3:|"}}}',
    ],
)
def test_nothing_is_offered_where_nothing_is_known(marked: str) -> None:
    typing = Typing(marked)

    assert typing.completion == Completion(typing.offset, typing.offset, 0, ())


JSON_SIGNS = st.text(alphabet='{}[]",:\\ \n*?sS3iam:GetActionResourceConditionStatement$/-', max_size=300)
SIGNS = (*'{}[],:" \n\\', "*")
WORDS = (
    "Statement",
    "Action",
    "Resource",
    "Condition",
    "Principal",
    "StringEquals",
    "s3:*",
    "s3:Get",
    "arn:aws:",
)
PIECES = st.lists(st.sampled_from((*SIGNS, *WORDS, *(f'"{word}"' for word in WORDS))), max_size=60).map(
    "".join
)


@given(
    text=st.one_of(st.text(), JSON_SIGNS, PIECES, PIECES.map('{"Statement": [{'.__add__)),
    offset=st.integers(-5, 400),
    policy_type=st.sampled_from(PolicyType),
)
@settings(deadline=None, max_examples=600)
def test_any_text_at_any_place_is_answered(text: str, offset: int, policy_type: PolicyType) -> None:
    found = complete(text, offset, policy_type, catalog=catalog(), account_id=ACCOUNT)

    assert 0 <= found.start <= min(max(offset, 0), len(text)) <= found.end <= len(text)
    assert len(found.items) <= min(MOST_SUGGESTIONS, found.total)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_delays_completion(text: str) -> None:
    started = time.process_time()
    complete(text, len(text), catalog=catalog(), account_id=ACCOUNT)

    assert time.process_time() - started < SECONDS

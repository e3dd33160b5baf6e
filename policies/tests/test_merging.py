"""Two edits of one policy put together: nothing is lost, nothing is made up, and a clash is a clash."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import parse_policy
from policies.merging import merge
from policies.tests.documents import BUCKET, RECEIPTS, allow, document

LIST, READ, WRITE = allow("s3:ListBucket", Sid="List"), allow("s3:GetObject", RECEIPTS), allow("s3:PutObject")
BASE = document(LIST, READ, WRITE)
Statement = dict[str, Any]


def meanings(text: str | None) -> Counter[str]:
    assert text is not None
    return Counter(json.dumps(one, sort_keys=True) for one in json.loads(text)["Statement"])


def test_edits_of_two_statements_fit_together() -> None:
    mine, theirs = (
        BASE.replace("s3:ListBucket", "s3:ListBucketVersions"),
        BASE.replace("PutObject", "DeleteObject"),
    )

    merged = merge(BASE, mine, theirs).text

    assert merged == mine.replace("PutObject", "DeleteObject")


def test_both_sides_may_add_at_the_end() -> None:
    mine, theirs = document(LIST, READ, WRITE, allow("s3:A")), document(LIST, READ, WRITE, allow("s3:B"))

    merged = merge(BASE, mine, theirs).text

    assert meanings(merged) == meanings(document(LIST, READ, WRITE, allow("s3:A"), allow("s3:B")))


def test_an_addition_of_both_is_there_once() -> None:
    mine = document(LIST, READ, WRITE, allow("s3:A"), allow("s3:B"))
    theirs = document(LIST, READ, WRITE, allow("s3:A"))

    assert meanings(merge(BASE, mine, theirs).text) == meanings(mine)


def test_a_new_layout_on_one_side_and_an_edit_on_the_other_keep_both() -> None:
    mine = json.dumps(json.loads(BASE), indent=4)
    theirs = BASE.replace("PutObject", "DeleteObject")

    merged = merge(BASE, mine, theirs).text

    assert merged is not None
    assert meanings(merged) == meanings(theirs)
    assert '    "Statement": [\n' in merged


def test_a_statement_that_one_took_out_and_the_other_left_alone_is_gone() -> None:
    mine, theirs = document(LIST, WRITE), BASE.replace("ListBucket", "ListBucketVersions")

    assert "s3:GetObject" not in (merge(BASE, mine, theirs).text or "s3:GetObject")


def test_an_only_statement_without_a_list_may_become_one_of_many() -> None:
    base = json.dumps({"Version": "2012-10-17", "Statement": LIST})
    mine, theirs = base.replace("s3:ListBucket", "s3:ListBucketVersions"), document(LIST, READ)

    merged = merge(base, mine, theirs).text

    assert meanings(merged) == meanings(document({**LIST, "Action": "s3:ListBucketVersions"}, READ))


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (BASE.replace("ListBucket", "A"), BASE.replace("ListBucket", "B")),
        (document(READ, WRITE), BASE.replace("ListBucket", "B")),
        (BASE.replace("ListBucket", "A"), document(READ, WRITE)),
        (BASE.replace("2012-10-17", "2008-10-17"), BASE.replace("{", '{"Id": "x",', 1)),
        (
            document(LIST, READ, WRITE, {**READ, "Sid": "New"}),
            document(LIST, READ, WRITE, {**WRITE, "Sid": "New"}),
        ),
    ],
    ids=["both changed it", "gone and changed", "changed and gone", "the frame", "one name for two"],
)
def test_what_meets_clashes_and_says_where(mine: str, theirs: str) -> None:
    result = merge(BASE, mine, theirs)

    assert result.text is None
    assert len(result.clashes) == 1


def test_a_clash_tells_the_places_in_both_texts() -> None:
    mine, theirs = BASE.replace("ListBucket", "A"), BASE.replace("ListBucket", "BB")

    (clash,) = merge(BASE, mine, theirs).clashes

    assert clash.mine is not None
    assert clash.theirs is not None
    assert '"s3:A"' in mine[slice(*clash.mine)]
    assert '"s3:BB"' in theirs[slice(*clash.theirs)]
    assert "PutObject" not in theirs[slice(*clash.theirs)]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 1}', '{"Statement": 1, "Statement": 2}'])
def test_a_text_that_cannot_be_taken_apart_is_not_merged(text: str) -> None:
    assert merge(BASE, text, BASE.replace("2012", "2008")).text is None
    assert merge(text, BASE.replace("2012", "2008"), BASE).text is None


actions = st.sampled_from(
    ["s3:GetObject", "s3:PutObject", "sqs:SendMessage", "ec2:RunInstances", "iam:GetUser"]
)
texts = st.text(alphabet='{}[]",:abcS\n ', max_size=40)


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[Statement], list[Statement], list[Statement], list[Statement]]:
    """A base of distinct statements, two sides that change different ones and add their own, and both together."""
    size = draw(st.integers(1, 6))
    named = draw(st.booleans())
    base = [allow(draw(actions), f"{BUCKET}/{n}", **({"Sid": f"S{n}"} if named else {})) for n in range(size)]
    mine, theirs, both = [], [], []
    for number, statement in enumerate(base):
        owner, edit = (
            draw(st.sampled_from(["mine", "theirs", "nobody"])),
            draw(st.sampled_from(["change", "drop"])),
        )
        changed = [] if edit == "drop" else [{**statement, "Resource": f"{BUCKET}/changed-{number}"}]
        mine += changed if owner == "mine" else [statement]
        theirs += changed if owner == "theirs" else [statement]
        both += [statement] if owner == "nobody" else changed
    for side, name in ((mine, "mine"), (theirs, "theirs")):
        added = [allow("s3:GetObject", f"{BUCKET}/{name}-{n}") for n in range(draw(st.integers(0, 2)))]
        place = draw(st.integers(0, len(side)))
        side[place:place] = added
        both += added
    return base, mine, theirs, both


@given(base=texts, changed=texts)
def test_one_sided_edits_come_back_as_they_are(base: str, changed: str) -> None:
    assert merge(base, base, changed).text == changed
    assert merge(base, changed, changed).text == changed
    assert merge(base, changed, base).text == changed


@given(edits())
def test_edits_of_different_statements_mean_both(
    drawn: tuple[list[Statement], list[Statement], list[Statement], list[Statement]],
) -> None:
    base, mine, theirs, both = drawn
    merged = merge(*(document(*side) for side in (base, mine, theirs))).text

    if not both and merged is None:
        return  # a policy without statements is none
    assert meanings(merged) == meanings(document(*both))
    assert merged is not None
    parse_policy(merged)


@given(edits())
def test_a_statement_that_nobody_touched_keeps_its_bytes(
    drawn: tuple[list[Statement], list[Statement], list[Statement], list[Statement]],
) -> None:
    base, mine, theirs, _ = drawn
    merged = merge(*(document(*side) for side in (base, mine, theirs))).text or ""

    for statement in base:
        if merged and statement in mine and statement in theirs:
            written = "\n".join("    " + line for line in json.dumps(statement, indent=2).split("\n"))
            assert written in merged


@given(edits(), st.data())
def test_no_side_can_make_it_raise(
    drawn: tuple[list[Statement], list[Statement], list[Statement], list[Statement]], data: st.DataObject
) -> None:
    base, mine, theirs = (document(*side) for side in drawn[:3])
    place = data.draw(st.integers(0, len(mine)))
    spoiled = mine[:place] + data.draw(texts) + mine[place:]

    merged = merge(base, spoiled, theirs).text

    if merged not in (None, spoiled, theirs):
        parse_policy(merged or "")

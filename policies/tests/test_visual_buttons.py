"""Whatever a button of the Visual view says, whatever the text: an answer comes, and it is about one statement."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policies.authoring import blocks_of
from policies.authoring.tests import layouts
from policies.authoring.tests.layouts import Written
from policies.catalog import catalog
from policies.views.visual_changes import ACTS, LOOKS, STATEMENT_ACTS, Outcome, outcome_of
from policies.views.visual_fields import Fields

ARGUMENTS = [
    "",
    "Deny",
    "s3",
    "s3/read",
    "s3/object",
    "s3:GetObject",
    "0",
    "0/0",
    "9/9",
    "teapot/brew",
    "*",
    "²",
]
TYPED = [
    "",
    "s3",
    "s3:Get*",
    "GetObject",
    "arn:aws:s3:::menu/a",
    "aws:TagKeys",
    "StringEquals",
    "10.0.0.1",
    "\0",
    "é",
]
NAMES = ["service", "typed", "resource", "key", "operator", "qualifier", "value", "editing", "ip", "sid"]
ACCOUNT = "123456789012"


@st.composite
def fields(draw: st.DrawFn) -> Fields:
    names = [*(f"{name}-{index}" for name in NAMES for index in (0, 1)), "service-new"]
    values = {name: draw(st.sampled_from(TYPED)) for name in draw(st.sets(st.sampled_from(names)))}
    return Fields(values, ("0", "0/condition", "1/level/s3/read", "/", "x/y", "²"))


def buttons() -> st.SearchStrategy[str]:
    acts = st.sampled_from([*ACTS, *LOOKS, *STATEMENT_ACTS])
    return st.builds(
        "{}:{}:{}".format, acts, st.sampled_from(["0", "1", "7", ""]), st.sampled_from(ARGUMENTS)
    )


def pressed(text: str, button: str, typed: Fields) -> Outcome:
    return outcome_of(text, button, typed, catalog(), ACCOUNT)


@given(layouts.policies(), buttons(), fields())
def test_a_button_changes_one_statement_at_most(written: Written, button: str, typed: Fields) -> None:
    outcome = pressed(written.text, button, typed)

    before = [block.source for block in blocks_of(written.text).blocks]
    after = [block.source for block in blocks_of(outcome.text).blocks]
    assert len(set(before) - set(after)) <= 1
    assert abs(len(before) - len(after)) <= 1
    assert not (outcome.refusal and outcome.text != written.text)


@given(
    st.text() | st.sampled_from(["{}", "[]", '{"Statement": 1}', '{"Statement": [1, {}]}']),
    buttons(),
    fields(),
)
def test_no_text_and_no_button_fails(text: str, button: str, typed: Fields) -> None:
    outcome = pressed(text, button, typed)

    assert outcome.text == text or blocks_of(outcome.text).blocks or "remove" in button


@given(st.text())
def test_a_button_that_does_not_exist_changes_nothing(button: str) -> None:
    assert pressed("{}", button, Fields({})).text == "{}" or button.startswith("add-statement")

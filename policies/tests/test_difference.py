"""Two versions beside each other."""

from hypothesis import given
from hypothesis import strategies as st

from policies.difference import Line, difference

TEXTS = st.lists(st.sampled_from(["{", "}", "a", "b", "c"]), max_size=12).map("\n".join)


def test_equal_texts_have_no_difference() -> None:
    assert difference("a\nb", "a\nb").is_none


def test_a_changed_line_is_marked_on_both_sides() -> None:
    found = difference("a\nb\nc", "a\nx\nc")

    assert found.old == (Line(0), Line(1, is_changed=True), Line(2))
    assert found.new == (Line(0), Line(1, is_changed=True), Line(2))


def test_an_added_line_stands_beside_a_gap() -> None:
    found = difference("a\nc", "a\nb\nc")

    assert found.old == (Line(0), Line(None), Line(1))
    assert found.new == (Line(0), Line(1, is_changed=True), Line(2))


@given(TEXTS, TEXTS)
def test_both_sides_show_every_line_once_and_are_equally_high(old: str, new: str) -> None:
    found = difference(old, new)

    assert len(found.old) == len(found.new)
    for side, text in ((found.old, old), (found.new, new)):
        numbers = [line.number for line in side if line.number is not None]
        assert numbers == list(range(len(text.splitlines())))

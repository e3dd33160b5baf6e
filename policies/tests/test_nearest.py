import pytest

from policies.nearest import nearest

OPERATORS = ("StringEquals", "StringLike", "NumericEquals", "Bool", "Null")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("StrEquals", "StringEquals"),
        ("stringlike", "StringLike"),
        ("Boolean", "Bool"),
        ("Xyzzy", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_close_enough_or_none(word: str, meant: str | None) -> None:
    assert nearest(word, OPERATORS) == meant


def test_among_no_candidates_none_is_near() -> None:
    assert nearest("Bool", ()) is None


def test_a_very_long_word_is_judged_by_its_beginning() -> None:
    assert nearest("x" * 100_000, OPERATORS) is None

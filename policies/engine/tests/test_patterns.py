"""Wildcards, and the time a hostile pattern takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine.arns import ArnPattern, split_arn
from policies.engine.kinds import Kind
from policies.engine.patterns import FRIENDLY, action_set, fold, matches
from policies.engine.resources import ResourceSet
from policies.engine.tests.reference import one_resource_fits
from policies.engine.tests.reference_patterns import glob, spell
from policies.engine.tests.strategies import FEW, PLENTY
from policies.engine.tests.timing import quickest

VERSION = "2012-10-17"


@PLENTY
@given(st.text("ab*?", max_size=9), st.text("abc", max_size=9))
def test_a_pattern_matches_as_its_definition_says(pattern: str, text: str) -> None:
    assert matches(pattern, text) == glob(spell(pattern), text)


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("*", "", True),
        ("*", "line\nline", True),
        ("a*", "a", True),
        ("a*a", "a", False),
        ("*a?c*", "xabcx", True),
        ("*a?c*", "abx", False),
        ("?", "", False),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("*a?b*", "a" * 100 + "b", True),
        ("*a?b*", "a" * 100 + "c", False),
        ("*a?b", "a" * 100 + "bb", True),
        ("A", "a", False),
    ],
)
def test_only_star_and_question_mark_are_special(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@FEW
@given(st.text("ab?", min_size=1, max_size=5), st.text("ab", max_size=9))
def test_a_pattern_is_found_behind_any_number_of_near_misses(pattern: str, text: str) -> None:
    """So many that the search changes to its steady way."""
    long = "a" * (FRIENDLY * 3) + text

    assert matches(f"*{pattern}?b*", long) == glob(spell(f"*{pattern}?b*"), long)
    assert matches(f"*a{pattern}*", long) == glob(spell(f"*a{pattern}*"), long)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("*a" * 2000 + "b", "a" * 2048),
        ("*?a" * 2000 + "b", "a" * 2048),
        ("*" * 2000 + "b", "a" * 2048),
        ("*" + "a?" * 1000 + "b", "a" * 2048),
        ("*" + "a" * 1000 + "b*", "a" * 2048),
        ("?*" * 2000, "a" * 2048),
    ],
    ids=["stars", "stars and marks", "stars in a row", "one wide segment", "a long text", "marks first"],
)
def test_a_hostile_pattern_is_answered_within_50_milliseconds(pattern: str, text: str) -> None:
    assert quickest(lambda: matches(pattern, text)) < 0.05


@pytest.mark.parametrize(
    "pattern",
    ["arn:" + "*?a" * 1500 + ":b", "arn:" + "*:?" * 1500, "arn:a*b:" * 500 + "${aws:username}" * 300],
    ids=["one segment", "many segments", "with values"],
)
def test_a_hostile_resource_is_answered_within_50_milliseconds(pattern: str) -> None:
    context = {"aws:username": ("a" * 2_000,)}
    resource = "arn:" + "a:" * 1_000 + "a" * 8_000

    def asked() -> bool:
        return ResourceSet.of([pattern], VERSION).covers(resource, context, Kind.IDENTITY)

    assert quickest(asked) < 0.05


def test_case_folds_in_ascii_only() -> None:
    assert fold("S3:GetObjecT") == "s3:getobject"
    assert fold("\u212a\u017fÄ") == "\u212a\u017fÄ"


@pytest.mark.parametrize(
    ("written", "action", "expected"),
    [
        ("s3:Get*", "s3:getobject", True),
        ("S3:GETOBJECT", "s3:getobject", True),
        ("*:*", "s3:getobject", True),
        ("s*:GetObject", "s3:getobject", False),
        ("?3:GetObject", "s3:getobject", False),
        ("s3:Get.bject", "s3:getobject", False),
        ("G*", "glacier:getjob", False),
        ("s3:", "s3:getobject", False),
        ("s3: GetObject", "s3:getobject", False),
        ("iam:\u212aill", "iam:kill", False),
    ],
)
def test_actions_ignore_case_and_want_their_service_spelled_out(
    written: str, action: str, expected: bool
) -> None:
    assert action_set([written]).matches(action) is expected


@pytest.mark.parametrize(
    ("written", "resource", "expected"),
    [
        ("*", "*", True),
        ("arn:*", "*", False),
        ("**", "*", False),
        ("arn:aws:s3:::docs/*", "arn:aws:s3:::docs/a/b:c", True),
        ("arn:aws:s3:::Docs/*", "arn:aws:s3:::docs/a", False),
        ("arn:aws:sqs:*:1:queue", "arn:aws:sqs:eu:1:queue", True),
        ("arn:aws:sqs:*:queue", "arn:aws:sqs:eu:1:queue", True),
        ("arn:aws:sqs:**:queue", "arn:aws:sqs:eu:1:queue", True),
        ("arn:aws:sqs:**queue", "arn:aws:sqs:eu:1:queue", False),
        ("arn:aws:sqs:e*:queue", "arn:aws:sqs:eu:1:queue", True),
        ("arn:*:queue", "arn:aws:sqs:eu:1:queue", True),
        ("arn:aws:sqs:eu:*queue", "arn:aws:sqs:eu:1:queue", False),
        ("arn:aws:sqs:*u:queue", "arn:aws:sqs:eu:1:queue", False),
        ("arn:aws:sqs:eu?1:queue", "arn:aws:sqs:eu:1:queue", False),
        ("arn:aws:sqs:?u:?:queue", "arn:aws:sqs:eu:1:queue", True),
        ("arn:aws:iam::*1:user/a", "arn:aws:iam::1:user/a", True),
        ("arn:aws:iam::*1:user/a", "arn:aws:iam::2:b1:user/a", False),
        ("arn:aws:iam::1:user/?lice", "arn:aws:iam::1:user/alice", True),
        ("arn:aws:s3:::docs", "urn:aws:s3:::docs", False),
        ("arn:aws:s3:::docs", "not an arn", False),
    ],
)
def test_only_a_star_at_the_end_of_a_segment_runs_over_colons(
    written: str, resource: str, expected: bool
) -> None:
    assert ResourceSet.of([written], VERSION).covers(resource, {}, Kind.IDENTITY) is expected


@PLENTY
@given(st.text("ab:*?", max_size=9), st.text("ab:", max_size=9), st.sampled_from(["identity", "rcp"]))
def test_a_resource_fits_as_the_rules_of_segments_say(pattern: str, text: str, kind: str) -> None:
    written, resource = f"arn:a*:{pattern}", f"arn:ab:c:{text}"
    fits = ResourceSet.of([written], VERSION).covers(resource, {}, Kind(kind))

    assert fits == (resource.count(":") >= 5 and one_resource_fits(resource, kind, written, VERSION, {}))


@pytest.mark.parametrize(
    ("kind", "completed"),
    [
        (Kind.IDENTITY, ["arn:aws:s3", "arn:aws:s3:*:?", "arn:aws:s*"]),
        (Kind.SESSION, ["arn:aws:s3", "arn:aws:s3:*:?", "arn:aws:s*"]),
        (Kind.RESOURCE, ["arn:aws:s3:*:?", "arn:aws:s*"]),
        (Kind.SCP, ["arn:aws:s*"]),
        (Kind.RCP, []),
    ],
)
def test_a_short_arn_is_completed_as_its_kind_of_policy_does(kind: Kind, completed: list[str]) -> None:
    written = ["arn:aws:s3", "arn:aws:s3:*:?", "arn:aws:s*"]
    sets = {text: ResourceSet.of([text], VERSION) for text in written}

    assert [text for text in written if sets[text].covers("arn:aws:s3:x:1:docs", {}, kind)] == completed


def test_a_variable_is_text_and_adds_no_parts_and_no_wildcards() -> None:
    pattern = ArnPattern.of("arn:aws:s3:::docs/${aws:username}/*", VERSION)
    parts = split_arn("arn:aws:s3:::docs/alice/a")
    assert parts is not None

    assert pattern.matches(parts, {"aws:username": ("alice",)})
    assert not pattern.matches(parts, {"aws:username": ("*",)})
    assert pattern.matches(("arn", "aws", "s3", "", "", "docs/a:b/c"), {"aws:username": ("a:b",)})

"""The benchmark of the engine measures what it says, and leaves nothing broken behind."""

from __future__ import annotations

import json
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from bench.engine import Result, differences, row
from bench.engine_contestants import prepared, typed
from bench.engine_lines import STREAMS
from bench.engine_peers import AbsentError, install
from bench.engine_workload import CONDITIONS, workload


def test_workload_is_the_same_in_every_run() -> None:
    assert workload() == workload()


def test_workload_holds_every_element_and_operator() -> None:
    text = json.dumps(workload()["identity_policies"])

    wanted = [
        "NotAction",
        "NotResource",
        '"Deny"',
        "${aws:username}",
        *(next(iter(each)) for each in CONDITIONS),
    ]
    assert [word for word in wanted if word not in text] == []


def test_workload_gets_each_answer_from_a_tenth_of_its_requests() -> None:
    ask, questions, say = prepared(workload())

    answers = Counter(say(ask(question)) for question in questions)

    assert sorted(answers) == ["allowed", "explicitDeny", "implicitDeny"]
    assert min(answers.values()) >= len(questions) / 10


def test_both_ways_to_call_the_engine_answer_alike() -> None:
    work = workload()

    answers = [
        [say(ask(question)) for question in questions]
        for ask, questions, say in (typed(work), prepared(work))
    ]

    assert answers[0] == answers[1]


def test_row_says_how_many_times_faster_and_how_often_alike() -> None:
    ours = [Result("typed", 3_000, ["allowed", "allowed"]), Result("prepared", 2_000, ["allowed", "allowed"])]

    line = row(Result("other", 100, ["allowed", "explicitDeny"], wanted=100), ours)

    assert "30.0 ×" in line
    assert "20.0 ×" in line
    assert "50.0 %" in line
    assert line.endswith("BELOW 100 ×")


def test_differences_are_counted_by_pair_of_answers() -> None:
    ours = [Result("typed", 1, ["allowed", "allowed", "allowed"])]
    requests = [{"action": f"s3:A{number}", "resource": "*"} for number in range(3)]

    lines = list(differences(Result("other", 1, ["allowed", "implicitDeny", "implicitDeny"]), ours, requests))

    assert [line.strip() for line in lines] == ["2 × allowed here, implicitDeny there: s3:A1 on *"]


def test_broken_installation_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "import sys; sys.exit('error: no network')"]

    with pytest.raises(AbsentError, match="no network"):
        install(tmp_path / "other-1.0", lambda _: failing)

    assert list(tmp_path.iterdir()) == []


def test_lines_of_one_stream_repeat_their_policies_and_those_of_the_other_do_not() -> None:
    kinds = {}
    for stream in STREAMS[:2]:
        policies = [
            json.dumps(json.loads(line)["identity_policies"]) for line in islice(stream.written(), 50)
        ]
        kinds[stream.repeated] = len(set(policies))

    assert kinds == {True: 1, False: 50}

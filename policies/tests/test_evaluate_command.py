"""`manage.py evaluate`: a line for every line, whatever the lines hold."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.management import call_command

from policies import json_lines

ROOT: Final = Path(__file__).parents[2]
ALICE: Final = "arn:aws:iam::111122223333:user/alice"
REQUEST: Final = {"principal": ALICE, "action": "s3:GetObject", "resource": "arn:aws:s3:::docs/a"}
READ: Final = {"Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}
QUESTION: Final = json.dumps(
    {"request": REQUEST, "identity_policies": [{"name": "read", "policy": READ}]}
).encode()


class Input:
    """Standard input with these bytes."""

    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


class Output(io.StringIO):
    """Standard output that notes what a reader could see after each flush."""

    def __init__(self, closes_after: int = 1_000) -> None:
        super().__init__()
        self.flushed: list[str] = []
        self.closes_after = closes_after

    def flush(self) -> None:
        if len(self.flushed) == self.closes_after:
            raise BrokenPipeError
        self.flushed.append(self.getvalue())


def run(monkeypatch: pytest.MonkeyPatch, data: bytes) -> list[dict[str, Any]]:
    output = Output()
    monkeypatch.setattr(sys, "stdin", Input(data))
    monkeypatch.setattr(sys, "stdout", output)
    call_command("evaluate")
    return [json.loads(line) for line in output.getvalue().splitlines()]


def words(answer: dict[str, Any]) -> str:
    return str(answer.get("decision") or answer["error"]["code"])


def test_a_question_is_answered_with_its_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    matched = {"kind": "identity", "name": "read", "index": 0, "effect": "Allow"}

    assert run(monkeypatch, QUESTION + b"\n") == [{"decision": "allowed", "matched_statements": [matched]}]


def test_without_lines_there_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, b"") == []


def test_a_last_line_needs_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [words(answer) for answer in run(monkeypatch, QUESTION + b"\n" + QUESTION)] == ["allowed"] * 2


def test_lines_may_end_as_windows_ends_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [words(answer) for answer in run(monkeypatch, QUESTION + b"\r\n")] == ["allowed"]


BAD_LINES = [
    (b'{"request": ', "InvalidJson"),
    (b"", "InvalidJson"),
    (b"   ", "InvalidJson"),
    (b'{"request": "\xff\xfe"}', "InvalidJson"),
    (b'{"request": {}, "request": {}}', "InvalidJson"),
    (b'{"request": {"context": {"a:b": NaN}}}', "InvalidJson"),
    (b'{"request": {"context": {"a:b": -Infinity}}}', "InvalidJson"),
    (b"[" * 100_000, "InvalidJson"),
    (b"9" * 5_000, "InvalidJson"),
    (QUESTION + QUESTION, "InvalidJson"),
    (b"[]", "InvalidInput"),
    (b"null", "InvalidInput"),
    (b"{}", "InvalidInput"),
    (QUESTION.replace(b'"action"', b'"verb"'), "InvalidInput"),
    (QUESTION.replace(b'"Effect"', b'"Effects"'), "MalformedPolicyDocument"),
]


@pytest.mark.parametrize(
    ("line", "code"), BAD_LINES, ids=[f"{code} {line[:40]!r}" for line, code in BAD_LINES]
)
def test_a_bad_line_has_an_error_and_the_next_line_its_answer(
    monkeypatch: pytest.MonkeyPatch, line: bytes, code: str
) -> None:
    answers = run(monkeypatch, line + b"\n" + QUESTION + b"\n")

    assert [words(answer) for answer in answers] == [code, "allowed"]


def test_an_error_names_the_key_that_stands_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    [answer] = run(monkeypatch, b'{"request": {"a": 1, "b": 2, "b": 3}}')

    assert answer["error"]["message"] == "The key `b` stands twice in one object."


@pytest.mark.parametrize("rest", [b"", b"x", b"x" * 250, b"x" * 1_000])
def test_a_line_beyond_all_measure_is_passed_over(monkeypatch: pytest.MonkeyPatch, rest: bytes) -> None:
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 300)
    assert len(QUESTION) <= 300

    answers = run(monkeypatch, b"x" * 300 + b"x" + rest + b"\n" + QUESTION + b"\n")

    assert [words(answer) for answer in answers] == ["InvalidInput", "allowed"]


def test_a_long_line_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    policies = [{"name": f"read-{number}", "policy": READ} for number in range(10_000)]
    line = json.dumps({"request": REQUEST, "identity_policies": policies}).encode()

    [answer] = run(monkeypatch, line)

    assert len(line) > 1_000_000
    assert len(answer["matched_statements"]) == 10_000


def test_an_answer_is_one_line_of_ascii_whatever_the_names_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "lesen\u2028\u00e9\n"
    line = json.dumps({"request": REQUEST, "identity_policies": [{"name": name, "policy": READ}]}).encode()

    [answer] = run(monkeypatch, line)

    assert answer["matched_statements"][0]["name"] == name


def test_each_answer_is_flushed_before_the_next_question_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    output = Output()
    monkeypatch.setattr(sys, "stdin", Input((QUESTION + b"\n") * 3))
    monkeypatch.setattr(sys, "stdout", output)

    call_command("evaluate")

    assert [len(seen.splitlines()) for seen in output.flushed[:3]] == [1, 2, 3]


def test_a_reader_that_closes_early_ends_the_command_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    output, complaints = Output(closes_after=1), io.StringIO()
    monkeypatch.setattr(sys, "stdin", Input((QUESTION + b"\n") * 5))
    monkeypatch.setattr(sys, "stdout", output)
    monkeypatch.setattr(sys, "stderr", complaints)

    call_command("evaluate")

    assert len(output.getvalue().splitlines()) == 2
    assert complaints.closed


@contextmanager
def started() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "manage.py", "evaluate"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe) as process:  # noqa: S603 (our own)
        yield process


def test_a_program_can_talk_with_the_command_line_by_line() -> None:
    with started() as process:
        assert process.stdin
        assert process.stdout
        for line, expected in ((QUESTION, "allowed"), (b"?", "InvalidJson"), (QUESTION, "allowed")):
            process.stdin.write(line + b"\n")
            process.stdin.flush()
            assert words(json.loads(process.stdout.readline())) == expected
        process.stdin.close()
        assert process.wait(30) == 0


def test_a_program_may_stop_listening() -> None:
    with started() as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(QUESTION + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(QUESTION + b"\n")
        process.stdin.close()

        assert process.stderr.read() == b""
        process.wait(30)

"""`manage.py validate_policy`: one document, or a line for every line, whatever the lines hold."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from django.core.management import CommandError, call_command

from policies import json_lines
from policies.tests.test_evaluate_command import Input, Output

ROOT: Final = Path(__file__).parents[2]
MISSPELT: Final = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "s3:GetObjct", "Resource": "arn:aws:s3:::coffee-menu/*"},
}
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:role/barista"},
        "Action": "sts:AssumeRole",
    },
}


@dataclass
class Run:
    """The command, and what it printed last."""

    monkeypatch: pytest.MonkeyPatch
    printed: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, data: bytes, *arguments: str) -> list[dict[str, Any]]:
        output = Output()
        self.monkeypatch.setattr(sys, "stdin", Input(data))
        self.monkeypatch.setattr(sys, "stdout", output)
        try:
            call_command("validate_policy", *arguments)
        finally:
            self.printed = [json.loads(line) for line in output.getvalue().splitlines()]
        return self.printed


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    return Run(monkeypatch)


def codes(answer: dict[str, Any]) -> list[str]:
    return [finding["issueCode"] for finding in answer["findings"]]


def line(policy_type: str, document: object) -> bytes:
    return json.dumps({"type": policy_type, "document": document}).encode() + b"\n"


def test_a_document_is_answered_in_access_analyzers_shape(run: Run) -> None:
    text = json.dumps(MISSPELT, indent=2)

    (answer,) = run(text.encode())

    (finding,) = answer["findings"]
    span = finding["locations"][0]["span"]
    assert (finding["findingType"], finding["issueCode"]) == ("ERROR", "INVALID_ACTION")
    assert text[span["start"]["offset"] : span["end"]["offset"]] == '"s3:GetObjct"'
    assert finding["locations"][0]["path"][-1] == {"value": "Action"}


@pytest.mark.parametrize(
    ("policy_type", "code"),
    [("identity", "UNSUPPORTED_PRINCIPAL"), ("scp", "SCP_SYNTAX_ERROR_PRINCIPAL"), ("trust", None)],
)
def test_the_type_decides_what_is_found(run: Run, policy_type: str, code: str | None) -> None:
    (answer,) = run(json.dumps(TRUST).encode(), "--type", policy_type)

    assert (code in codes(answer)) if code else (codes(answer) == [])


def test_what_a_policy_belongs_to_decides_too(run: Run) -> None:
    queue = {"Principal": "*", "Resource": "arn:aws:sqs:eu-west-1:111122223333:orders", "Effect": "Deny"}
    document = {"Version": "2012-10-17", "Statement": {**queue, "Action": "s3:GetObject"}}

    (answer,) = run(json.dumps(document).encode(), "--type", "resource", "--resource-type", "AWS::S3::Bucket")

    assert "UNSUPPORTED_RESOURCE_ARN_IN_POLICY" in codes(answer)


def test_each_line_is_answered_by_one(run: Run) -> None:
    data = line("trust", TRUST) + line("identity", json.dumps(MISSPELT)) + line("identity", "no policy")

    answers = run(data, "--jsonl")

    assert list(map(codes, answers)) == [[], ["INVALID_ACTION"], ["JSON_SYNTAX_ERROR"]]


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (b"nonsense\n", "InvalidJson"),
        (b'{"type": "identity", "type": "scp", "document": ""}\n', "InvalidJson"),
        (b"[]\n", "InvalidInput"),
        (line("identity", 7), "InvalidInput"),
        (line("user", MISSPELT), "InvalidInput"),
        (b'{"type": [], "document": ""}\n', "InvalidInput"),
    ],
)
def test_a_bad_line_is_told_and_the_next_one_answered(run: Run, bad: bytes, code: str) -> None:
    with pytest.raises(CommandError, match="could not be read: 1"):
        run(bad + line("trust", TRUST), "--jsonl")

    first, second = run.printed
    assert (first["error"]["code"], codes(second)) == (code, [])


def test_a_line_that_is_too_long_is_not_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_lines, "LONGEST_LINE", 40)
    monkeypatch.setattr("policies.management.commands.validate_policy.LONGEST_LINE", 40)

    with pytest.raises(CommandError, match="could not be read: 1"):
        run(b"x" * 100 + b"\n", "--jsonl")
    with pytest.raises(CommandError, match="longer than 40 bytes"):
        run(b"x" * 100)


def test_what_is_no_text_is_told(run: Run) -> None:
    with pytest.raises(CommandError, match="not UTF-8"):
        run(b"\xff\xfe")


def test_the_exit_status_tells_whether_all_was_read() -> None:
    def status(data: bytes) -> int:
        command = [sys.executable, "manage.py", "validate_policy", "--jsonl"]
        done = subprocess.run(  # noqa: S603  our own program
            command, cwd=ROOT, input=data, capture_output=True, check=False
        )
        assert b"Traceback" not in done.stderr
        return done.returncode

    assert (status(line("trust", TRUST)), status(b"nonsense\n")) == (0, 1)

"""The log is for machines: one JSON object a line, with nothing in it that was not chosen."""

from __future__ import annotations

import json
import logging

from iamconsole.logs import JsonLines, current_request_id


def written(**extra: object) -> dict[str, str]:
    record = logging.makeLogRecord({"name": "iamconsole", "levelname": "INFO", "msg": "said %s", **extra})
    line: dict[str, str] = json.loads(JsonLines().format(record))
    return line


def test_a_line_names_the_request_that_caused_it() -> None:
    token = current_request_id.set("0b2e")

    line = written(args=("this",))
    current_request_id.reset(token)

    assert (line["message"], line["request_id"]) == ("said this", "0b2e")


def test_what_hangs_on_a_record_is_not_written() -> None:
    line = written(args=("this",), request="password=secret")

    assert set(line) == {"time", "level", "logger", "message", "request_id"}


def test_an_exception_comes_with_its_traceback_on_the_same_line() -> None:
    failure = ValueError("broken")

    line = written(args=("this",), exc_info=(ValueError, failure, None))

    assert "ValueError: broken" in line["traceback"]

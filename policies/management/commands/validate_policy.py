"""`manage.py validate_policy`: the validator for programs of any language, one document or one on each line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from policies.json_lines import INVALID_INPUT, LONGEST_LINE, LineError, lines, parsed, rare_collections
from policies.validation import PolicyType, validate
from policies.validation.rules.resource_types import KINDS

TYPES: Final = [kind.value for kind in PolicyType]
SHAPES: Final = """\
Without --jsonl the whole input is one document, and one JSON object is printed:

  {"findings": [{"findingType", "issueCode", "findingDetails", "learnMoreLink", "locations"}]}

as IAM Access Analyzer's ValidatePolicy answers. With --jsonl each line of the input is one JSON object,

  {"type": "identity" | "boundary" | "resource" | "trust" | "scp" | "rcp", "document": text | object}

and each line of the output answers the line of the same number, with such findings or with

  {"error": {"code": "InvalidJson" | "InvalidInput", "message"}}

A document given as an object is checked as its own JSON text, on one line.

Example:

  python manage.py validate_policy --type trust < trust.json
"""


class Command(BaseCommand):
    """Reads from standard input; a document with findings is no failure, a line that cannot be read is one."""

    help = "Checks policy documents as IAM Access Analyzer does, and prints the findings as JSON."
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, epilog=SHAPES, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--type", choices=TYPES, default=PolicyType.IDENTITY.value, help="what the document is"
        )
        parser.add_argument(
            "--resource-type", choices=sorted(KINDS), help="what a resource policy belongs to"
        )
        parser.add_argument("--jsonl", action="store_true", help="one question and one answer on each line")

    def handle(self, *_args: object, **options: Any) -> None:
        """Raises CommandError for an input that is no text, and after lines that could not be read."""
        try:
            if options["jsonl"]:
                _answer_lines(options["resource_type"])
            else:
                _print(_findings(_whole_input(), options["type"], options["resource_type"]))
        except BrokenPipeError:
            # The reader has heard enough.
            sys.stderr.close()


def _whole_input() -> str:
    data = sys.stdin.buffer.read(LONGEST_LINE + 1)
    if len(data) > LONGEST_LINE:
        raise CommandError(f"The document is longer than {LONGEST_LINE:,} bytes.")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise CommandError("The document is not UTF-8.") from error


def _answer_lines(resource_type: str | None) -> None:
    unread = 0
    with rare_collections():
        for line in lines():
            answer = answer_of(line, resource_type)
            unread += "error" in answer
            _print(answer)
    if unread:
        raise CommandError(f"Lines that could not be read: {unread:,}.")


def answer_of(line: bytes, resource_type: str | None = None) -> dict[str, Any]:
    """What is printed for one line."""
    try:
        return _findings(*_asked(parsed(line)), resource_type)
    except LineError as error:
        return error.answer


def _asked(question: Any) -> tuple[str, str]:
    """The document and its type; raises LineError."""
    if not isinstance(question, dict) or not isinstance(question.get("document"), str | dict):
        raise LineError(INVALID_INPUT, "A line is an object with a `document`, which is a text or an object.")
    if question.get("type") not in TYPES:
        raise LineError(INVALID_INPUT, f"The `type` is one of {', '.join(TYPES)}.")
    document = question["document"]
    return document if isinstance(document, str) else json.dumps(document), question["type"]


def _findings(text: str, policy_type: str, resource_type: str | None) -> dict[str, Any]:
    found = validate(text, policy_type, resource_type=resource_type)
    return {"findings": [finding.as_dict() for finding in found]}


def _print(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()

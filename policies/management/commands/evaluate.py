"""`manage.py evaluate`: the policy engine for programs of any language, a question and an answer on each line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand

from policies.engine import InputError, evaluate
from policies.json_lines import LineError, lines, parsed, rare_collections

SHAPES = """\
Each line of the input is one JSON object:

  {"request": {"principal": ARN | service name | "*", "principal_account"?, "action", "resource",
               "resource_account"?, "context"?: {key: value | [values]}},
   "identity_policies": [{"name", "policy"}],
   "permissions_boundaries"?: [policy], "session_policies"?: [policy], "resource_policy"?: policy,
   "service_control_policies"?: [{"target", "policies": [policy]}],
   "resource_control_policies"?: [{"target", "policies": [policy]}],
   "vpc_endpoint_policies"?: [policy]}

A policy is an object or its JSON text; with the text, statements carry positions. The policies of a list
add up; an absent or empty list is not present. Every level of control policies must allow. The resource's
account is the one in its ARN unless named, and the resource "*" is for actions without resource types.

Each line of the output answers the line of the same number:

  {"decision": "allowed" | "implicitDeny" | "explicitDeny", "denied_by"?: layer,
   "matched_statements": [{"kind", "name", "index", "sid"?, "effect", "start"?, "end"?}]}
  {"error": {"code": "InvalidJson" | "InvalidInput" | "MalformedPolicyDocument", "message"}}

Example:

  echo '{"request": {"principal": "arn:aws:iam::111122223333:user/alice", "action": "s3:GetObject",
  "resource": "arn:aws:s3:::docs/a"}, "identity_policies": []}' | tr -d '\\n' | python manage.py evaluate
"""


class Command(BaseCommand):
    """Reads questions from standard input until it ends, and never stops at a bad one."""

    help = "Decides requests on the policies given with them: JSON Lines in, JSON Lines out."
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, epilog=SHAPES, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """There are none: everything is said on the lines."""

    def handle(self, *_args: object, **_options: object) -> None:
        try:
            with rare_collections():
                for line in lines():
                    sys.stdout.write(json.dumps(answer(line)) + "\n")
                    sys.stdout.flush()
        except BrokenPipeError:
            # The reader has heard enough.
            sys.stderr.close()


def answer(line: bytes) -> dict[str, Any]:
    """What is printed for one line."""
    try:
        return evaluate(parsed(line))
    except LineError as error:
        return error.answer
    except InputError as error:
        return LineError(error.code, error.message).answer

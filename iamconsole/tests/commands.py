"""Commands as a shell takes them apart and as awscli understands them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Read: TypeAlias = tuple[str, str, dict[str, Any], str, str]
"""The service, the operation, its parameters, the endpoint, and what the model finds wrong with them."""

READER = Path(__file__).with_name("awscli_reader.py")
# In place of awscli: each word ends with a null, each command with one more.
AS_WORDS = """aws() { printf '%s\\0' "$@"; printf '\\0'; }\n"""
NO_CONFIGURATION = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}


def words_of(commands: Sequence[str], variables: Mapping[str, str]) -> list[list[str]]:
    said = _run(["/bin/sh", "-c", AS_WORDS + "\n".join(commands)], "", variables)
    return [line.split("\0") for line in said.removesuffix("\0\0").split("\0\0")]


def read(commands: Sequence[str], **variables: str) -> list[Read]:
    """What awscli would ask for; the test fails with awscli's words where one is no command."""
    words = words_of(commands, variables)
    understood = json.loads(_run([sys.executable, str(READER)], json.dumps(words), NO_CONFIGURATION))
    for command, one in zip(commands, understood, strict=True):
        if isinstance(one, str):
            pytest.fail(f"{command}\n{one}")
    return [tuple(one) for one in understood]


def _run(program: Sequence[str], told: str, environment: Mapping[str, str]) -> str:
    said = subprocess.run(  # noqa: S603 -- our own commands
        program, input=told, env=dict(environment), capture_output=True, text=True, check=True
    )
    return said.stdout

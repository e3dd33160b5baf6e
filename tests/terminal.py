"""A terminal in which somebody types commands of awscli."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from scripts.setup import BASE_DIR
from tests.api_server import Key, Shop

# What awscli 1 returns when the service answers with an error.
REFUSED = 255


@dataclass(frozen=True, slots=True)
class Terminal:
    """Commands are typed as somebody; documents, which no shell has to quote, are words of their own."""

    shell: subprocess.Popen[str]
    shop: Shop
    key: Key

    def of(self, key: Key) -> Terminal:
        """The same terminal with somebody else's key in its environment."""
        return replace(self, key=key)

    def __call__(self, command: str, *words: str) -> Any:
        """What a command answers, read from its JSON; None when it says nothing."""
        status, out, err = self._typed(command, words)
        assert status == 0, err
        return json.loads(out) if out.strip() else None

    def refused(self, command: str, *words: str) -> str:
        """Why a command was refused."""
        status, _, err = self._typed(command, words)
        assert status == REFUSED, err
        return err.strip()

    def _typed(self, command: str, words: tuple[str, ...]) -> tuple[int, str, str]:
        assert self.shell.stdin is not None
        assert self.shell.stdout is not None
        line = [self.shop.environment(self.key), [*shlex.split(command), *words]]
        print(json.dumps(line), file=self.shell.stdin, flush=True)
        status, out, err = json.loads(self.shell.stdout.readline())
        return status, out, err


@contextmanager
def terminal(shop: Shop) -> Iterator[Terminal]:
    """A terminal of the account's administrator."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.awscli_shell"],
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as shell:
        yield Terminal(shell, shop, shop.alice)
        shell.terminate()

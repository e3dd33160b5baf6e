"""Many commands of awscli in one process: a program of its own, since awscli brings a botocore of its own.

Standard input: a line of JSON for each command, its environment and its words. Standard output: a line of JSON for each
answer, the exit status and what went to the two outputs. To read the models takes awscli most of its time; so each key
has one driver, which reads them once.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from awscli.clidriver import create_clidriver  # type: ignore[import-untyped]  # it ships neither types nor stubs


def main() -> None:
    drivers: dict[str, Any] = {}
    for line in sys.stdin:
        environment, words = json.loads(line)
        # The rest stays: awscli keeps the place of its data in a variable of its own.
        os.environ.pop("AWS_SESSION_TOKEN", None)
        os.environ.update(environment)
        key = environment["AWS_ACCESS_KEY_ID"]
        if key not in drivers:
            drivers[key] = create_clidriver()
        json.dump(answer(drivers[key], words), sys.stdout)
        print(flush=True)  # noqa: T201  this is the answer


def answer(driver: Any, words: list[str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = driver.main(words)
        except SystemExit as stopped:
            status = stopped.code
    return status, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    main()

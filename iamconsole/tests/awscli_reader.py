"""What awscli understands, read by awscli itself: a program of its own, since awscli brings a botocore of its own.

Standard input: JSON, a list of commands as lists of words. Standard output: JSON, for each command the service, the
operation, its parameters, the endpoint, and what the service model finds wrong; or the reason why it is no command.
"""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, suppress
from typing import Any

from awscli.clidriver import (  # type: ignore[import-untyped]  # it ships neither types nor stubs
    CLIOperationCaller,
    create_clidriver,
)
from botocore.validate import ParamValidator


def main() -> None:
    read: list[Any] = []
    driver = create_clidriver()

    def note(_: object, service: str, operation: str, parameters: dict[str, Any], chosen: Any) -> int:
        shape = driver.session.get_service_model(service).operation_model(operation).input_shape
        faults = ParamValidator().validate(parameters, shape).generate_report() if shape else ""
        read.append([service, operation, parameters, chosen.endpoint_url, faults])
        return 0

    CLIOperationCaller.invoke = note
    for words in json.load(sys.stdin):
        said, before = io.StringIO(), len(read)
        # A command that lacks what it needs makes awscli leave; one that is wrong makes it complain.
        with redirect_stderr(said), suppress(SystemExit):
            driver.main(words)
        if len(read) == before:
            read.append(said.getvalue())
    json.dump(read, sys.stdout)


if __name__ == "__main__":
    main()

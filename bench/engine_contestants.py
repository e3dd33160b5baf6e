"""One engine asked the whole workload, in a process of its own: `python -m bench.engine_contestants NAME FILE`.

Prints one JSON object: the answers, and the best rate of several rounds in decisions a second of processor time.
`engine_simulate.mjs` does the same for iam-simulate.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeAlias

from policies.engine import (
    Kind,
    PolicySet,
    Principal,
    Request,
    Source,
    compile,
    decide,
    parse_policy,
)

ROUNDS: Final = 7
# A round asks everything as often as fits; one that is shorter would measure the clock.
SECONDS: Final = 0.4
Ask: TypeAlias = Callable[[Any], Any]


def main(name: str, file: str) -> None:
    work = json.loads(Path(file).read_text(encoding="utf-8"))
    ask, questions, say = CONTESTANTS[name](work)
    answers = [say(ask(question)) for question in questions]
    rate = max(measure(ask, questions) for _ in range(ROUNDS))
    print(json.dumps({"rate": rate, "answers": answers}))


def measure(ask: Ask, questions: list[Any]) -> float:
    """Decisions a second in one round."""
    asked, begun, spent = 0, time.process_time(), 0.0
    while spent < SECONDS:
        for question in questions:
            ask(question)
        asked += len(questions)
        spent = time.process_time() - begun
    return asked / spent


def typed(work: dict[str, Any]) -> tuple[Ask, list[Any], Ask]:
    """The engine as the console calls it, the request made anew for every decision."""
    policies = PolicySet(
        Source(Kind.IDENTITY, entry["name"], "", parse_policy(json.dumps(entry["policy"])))
        for entry in work["identity_policies"]
    )

    def ask(question: tuple[Principal, str, str, dict[str, tuple[str, ...]]]) -> object:
        principal, action, resource, context = question
        return decide(Request(principal, action, resource, context=context), policies)

    questions = [
        (Principal.of(asked["principal"]), asked["action"], asked["resource"], _tuples(asked["context"]))
        for asked in work["requests"]
    ]
    return ask, questions, lambda decision: decision.outcome.value


def prepared(work: dict[str, Any]) -> tuple[Ask, list[Any], Ask]:
    """The engine as a program calls it that speaks JSON: plain dicts in, plain dicts out."""
    compiled = compile({"identity_policies": work["identity_policies"]})
    return compiled.evaluate, work["requests"], lambda answer: answer["decision"]


def moto(work: dict[str, Any]) -> tuple[Ask, list[Any], Ask]:
    """moto asks policy after policy, as its IAMRequest does; the first denial ends it."""
    module = import_module("moto.iam.access_control")
    result = module.PermissionResult
    policies = [module.IAMPolicy(json.dumps(entry["policy"])) for entry in work["identity_policies"]]

    def ask(asked: dict[str, Any]) -> str:
        permitted = False
        for policy in policies:
            said = policy.is_action_permitted(
                asked["action"], asked["resource"], incoming_condition_values=asked["context"]
            )
            if said == result.DENIED:
                return "explicitDeny"
            permitted |= said == result.PERMITTED
        return "allowed" if permitted else "implicitDeny"

    return ask, work["requests"], str


def _tuples(context: dict[str, str | list[str]]) -> dict[str, tuple[str, ...]]:
    def listed(value: str | list[str]) -> Iterable[str]:
        return (value,) if isinstance(value, str) else value

    return {key: tuple(listed(value)) for key, value in context.items()}


CONTESTANTS: Final = {"typed": typed, "prepared": prepared, "moto": moto}

if __name__ == "__main__":
    main(*sys.argv[1:])

"""`python -m bench.validation`: the validator over AWS's managed policies, beside parliament; completion; tables.

Both check each policy as an identity policy, in one process, with everything loaded and once gone through.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings

from bench.engine_peers import AbsentError, install
from bench.timing import first, row
from iamconsole.garbage import spare
from policies.all_actions import all_actions
from policies.catalog import Catalog, catalog
from policies.completion import complete
from policies.engine import parse_policy
from policies.managed import managed_policies
from policies.summary_tables import PolicySummary, policy_summary, read
from policies.tests.typed_policies import HOSTILE as TYPED
from policies.validation import FindingType, validate
from policies.validation.tests.hostile import HOSTILE, Nobody
from scripts.environment import isolated_environment
from scripts.setup import BASE_DIR

FOLDER: Final = BASE_DIR / "var" / "bench"
PARLIAMENT_VERSION: Final = "1.6.4"
WANTED: Final = 2_000
WANTED_RATIO: Final = 10
LIMIT: Final = 100.0
FIRST_LIMIT: Final = 50.0
# The policies with the most services, and the longest.
LARGE: Final = ("AdministratorAccess", "ReadOnlyAccess", "AWSSupportServiceRolePolicy")
ROUNDS: Final = 3
ABOUT_NAMES: Final = frozenset({"INVALID_ACTION", "INVALID_SERVICE_IN_ACTION"})
# Run in a process of its own, since parliament brings older packages with it.
PEER: Final = """
import json, sys, time
from parliament import analyze_policy_string
documents = json.load(open(sys.argv[1]))
def check(document):
    try:
        analyze_policy_string(document)
    except Exception:
        return 1
    return 0
failed = sum(map(check, documents))
begun = time.perf_counter()
for document in documents:
    check(document)
print(json.dumps([len(documents) / (time.perf_counter() - begun), failed]))
"""


def main() -> None:
    os.environ |= {**isolated_environment(), "DJANGO_SETTINGS_MODULE": "iamconsole.settings"}
    # As in the server's processes and in `manage.py validate_policy --jsonl`.
    spare()
    documents = [policy.document for policy in managed_policies()]
    FOLDER.mkdir(parents=True, exist_ok=True)
    ours = max(_rate(documents) for _ in range(ROUNDS))
    slowest = max(map(_milliseconds, documents))
    print(f"{len(documents):,} managed policies of AWS")
    print(f"  iamconsole {ours:14,.0f} a second (wanted {WANTED:,}), the slowest {slowest:.1f} ms")
    try:
        theirs, failed = _parliament(documents)
    except AbsentError as error:
        print(f"  parliament {PARLIAMENT_VERSION} {error}")
    else:
        ratio = f"ours is {ours / theirs:.1f} times as fast (wanted {WANTED_RATIO})"
        print(f"  parliament {theirs:14,.0f} a second, {failed} exceptions: {ratio}")
    for line in _findings(documents):
        print(line)
    print("Hostile documents of 131,072 characters")
    for name, text in HOSTILE.items():
        print(row(name, _milliseconds(text), LIMIT))
    print("Completion: an answer with a cold catalog, then hostile texts")
    print(row("first", min(_first_completion() for _ in range(ROUNDS)), FIRST_LIMIT))
    for name, text in TYPED.items():
        asked = partial(complete, text, len(text), catalog=catalog())
        print(row(name, min(first(asked) for _ in range(ROUNDS)), LIMIT))
    print("The table of services, from the text on")
    texts = {policy.policy_name: policy.document for policy in managed_policies()}
    for name in LARGE:
        print(row(name, min(first(partial(_tabled, texts[name])) for _ in range(ROUNDS)), FIRST_LIMIT))


def _tabled(text: str) -> PolicySummary:
    return policy_summary(read(parse_policy(text, maximum_length=len(text)), all_actions()))


def _rate(documents: Sequence[str]) -> float:
    for document in documents:
        validate(document)
    begun = time.perf_counter()
    for document in documents:
        validate(document)
    return len(documents) / (time.perf_counter() - begun)


def _milliseconds(document: str) -> float:
    """Of processor time, the best of a few times."""
    return min(first(partial(validate, document, directory=Nobody())) for _ in range(ROUNDS))


def _first_completion() -> float:
    """Milliseconds of processor time for what a new process is asked first."""
    text = '{"Statement": [{"Effect": "Allow", "Action": "ec2:Desc'
    return first(lambda: complete(text, len(text), catalog=Catalog(Path(settings.CATALOG_DIR))))


def _parliament(documents: Sequence[str]) -> tuple[float, int]:
    target = FOLDER / f"parliament-{PARLIAMENT_VERSION}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries=0"]
    install(target, lambda place: [*pip, "--target", str(place), f"parliament=={PARLIAMENT_VERSION}"])
    file = FOLDER / "managed-policies.json"
    file.write_text(json.dumps(documents), encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-c", PEER, str(file)],
        env={**os.environ, "PYTHONPATH": str(target)},
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    if said.returncode:
        raise AbsentError(f"did not run: {said.stderr.strip().splitlines()[-1]}")
    rate, failed = json.loads(said.stdout.splitlines()[-1])
    return rate, failed


def _findings(documents: Sequence[str]) -> list[str]:
    """How many of the policies have an error, one of grammar, and a name that is not known."""
    found = [validate(document) for document in documents]
    errors = [{one.issue_code for one in these if one.finding_type is FindingType.ERROR} for these in found]
    refused = [any(one.is_refused for one in these) for these in found]
    names = [bool(codes & ABOUT_NAMES) for codes in errors]
    return [
        f"  {label:44}{count:6,}  {count / len(documents):6.1%}"
        for label, count in (
            ("with an error", sum(map(bool, errors))),
            ("that IAM would not store", sum(refused)),
            ("with an unknown action or service", sum(names)),
        )
    ]


if __name__ == "__main__":
    main()

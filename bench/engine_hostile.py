"""What an attacker would write: patterns, documents and lines that must not keep the engine busy.

Every case is new text each time, so that nothing remembered answers it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final

from policies.engine import Kind, PolicyError, PolicySet, Principal, Request, Source, decide, parse_policy
from policies.engine.text import MAXIMUM_LENGTH, MAXIMUM_VALUES
from policies.management.commands.evaluate import answer

LIMIT: Final = 50.0
ROUNDS: Final = 5
LONGEST: Final = MAXIMUM_LENGTH
LINE: Final = 6_000_000
ALICE: Final = "arn:aws:iam::111122223333:user/alice"
BUCKET: Final = "arn:aws:s3:::docs/"
Case = Callable[[str], object]
"""Does the hostile thing; the text it is handed is another one each time."""


def measure() -> Iterator[str]:
    yield f"Hostile input, milliseconds (at most {LIMIT:.0f})"
    fresh = count()
    for name, case in (patterns() | documents()).items():
        spent = min(_milliseconds(case, f"n{next(fresh)}") for _ in range(ROUNDS))
        yield f"  {name:46}{spent:10.1f} ms{'' if spent <= LIMIT else '  TOO SLOW'}"
    yield "Lines of 6 MB, read whatever they hold"
    for name, case in lines().items():
        spent = min(_milliseconds(case, f"n{next(fresh)}") for _ in range(ROUNDS))
        yield f"  {name:46}{LINE / 1_000 / spent:10.0f} MB/s"


def _milliseconds(case: Case, fresh: str) -> float:
    begun = time.process_time()
    case(fresh)
    return (time.process_time() - begun) * 1000


def _decided(statement: dict[str, Any], *, resource: str = BUCKET, given: str = "") -> Case:
    """A document with one statement, parsed, compiled and asked."""
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*"} | statement}

    def case(fresh: str) -> object:
        text = json.dumps({**document, "Id": fresh})
        policies = PolicySet([Source(Kind.IDENTITY, "hostile", "", parse_policy(text))])
        context = {"aws:useragent": (given,)}
        return decide(Request(Principal.of(ALICE), "s3:GetObject", resource, context=context), policies)

    return case


def _parsed(text: str) -> Case:
    """A text that is, or is not, a policy."""

    def case(fresh: str) -> object:
        try:
            return parse_policy(text.replace("FRESH", fresh))
        except PolicyError as error:
            return error

    return case


def _line(text: str) -> Case:
    return lambda fresh: answer(text.replace("FRESH", fresh).encode())


def _like(pattern: str, given: str) -> Case:
    condition = {"StringLike": {"aws:UserAgent": pattern}}
    return _decided({"Action": "s3:GetObject", "Condition": condition}, given=given)


def _resource(pattern: str, name: str) -> Case:
    return _decided({"Action": "s3:GetObject", "Resource": BUCKET + pattern}, resource=BUCKET + name)


def _filled(piece: str) -> str:
    """A document of the greatest length, its Statement made of as many pieces as fit and are allowed."""
    head, tail = '{"Version":"2012-10-17","Id":"FRESH","Statement":[', "]}"
    fitting = (LONGEST - len(head) - len(tail) - 20) // (len(piece) + 1)
    allowed = (MAXIMUM_VALUES - 10) // (1 + piece.count(",") + piece.count("{"))
    return head + ",".join([piece] * min(fitting, allowed)) + tail


def _question(member: str) -> str:
    request = json.dumps({"principal": ALICE, "action": "s3:GetObject", "resource": BUCKET})
    return f'{{"request": {request}, {member}}}'


SMALL: Final = '{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}'
POLICY: Final = json.dumps({"Statement": json.loads(SMALL)})


def patterns() -> dict[str, Case]:
    return {
        "2,000 stars, a resource of 2,000 characters": _resource("*a" * 2_000 + "b", "a" * 2_000),
        "2,000 stars, a text of 100,000 characters": _like("*a" * 2_000 + "b", "a" * 100_000),
        "2,000 stars in an action": _decided({"Action": "s3:" + "*t" * 2_000}),
        "1,000 ?, a resource of 2,000 characters": _resource("*" + "?a" * 1_000 + "b*", "a" * 2_000),
        "1,000 ?, a text of 10,000 characters": _like("*" + "?a" * 1_000 + "b*", "a" * 10_000),
        "1,000 ?, a text of 100,000 characters": _like("*" + "?a" * 1_000 + "b*", "a" * 100_000),
        "2,000 times *?, a text of 10,000 characters": _like("*?a" * 2_000 + "b", "a" * 10_000),
        "1,000 variables of 1,000 characters each": _like("*${aws:UserAgent}" * 1_000 + "b", "a" * 1_000),
        "7,000 variables of 1,000 characters each": _like("*${aws:UserAgent}" * 7_000 + "b", "a" * 1_000),
    }


def documents() -> dict[str, Case]:
    """Texts of nearly the greatest length."""
    arns = {"Action": "*", "Resource": ["arn:aws:s*:::*a*b"] * 5_900}
    return {
        "130,000 levels of lists": _parsed("[" * 130_000),
        "25,000 levels of objects": _parsed('{"a":' * 25_000),
        "262,144 characters: small statements": _parsed(_filled(SMALL)),
        "262,144 characters: empty statements": _parsed(_filled("{}")),
        "262,144 characters: escapes": _parsed(_filled('"' + "\\u0041" * 2_000 + '"')),
        "262,144 characters: a number": _parsed(_filled("9" * 261_900)),
        "262,144 characters: blanks": _parsed(_filled(" " * 261_900)),
        "262,144 characters: actions, asked": _decided({"Action": ["s3:*a*b"] * 5_900}),
        "262,144 characters: resources, asked": _decided(arns, resource=BUCKET + "a" * 2_000),
    }


def lines() -> dict[str, Case]:
    policies = ",".join([f'{{"name":"FRESH","policy":{POLICY}}}'] * (LINE // 110))
    members = ",".join(f'"{number}":0' for number in range(LINE // 11))
    values = _question('"identity_policies": []').replace(
        '"resource":', '"context": {"FRESH": [' + ",".join(["0"] * (LINE // 2)) + ']}, "resource":'
    )
    return {
        "one long policy": _line(
            _question(f'"identity_policies": [{{"name": "FRESH", "policy": "{"a" * LINE}"}}]')
        ),
        "levels of lists": _line("[" * LINE),
        "500,000 members": _line(_question(f'"FRESH": {{{members}}}')),
        "50,000 policies": _line(_question(f'"identity_policies": [{policies}]')),
        "3,000,000 values of a key": _line(values),
    }

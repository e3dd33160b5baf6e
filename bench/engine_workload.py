"""What the engines are asked: 10 policies of 10 statements and 1,000 requests, the same in every run.

The statements are of the kinds found in real accounts: names, prefixes, inner wildcards, NotAction, lists of
resources, NotResource, variables, conditions of many operators, denials. Requests draw on the same words, so that
some hit and some miss.
"""

from __future__ import annotations

from random import Random
from typing import Any, Final

SEED: Final = 20
ACCOUNT: Final = "111122223333"
TEAMS: Final = ("coffee", "tea", "bakery", "till")
STAGES: Final = ("dev", "test", "prod")
ITEMS: Final = ("alice", "bob", "orders", "menu", "stock", "images", "reports", "archive")
REGIONS: Final = ("eu-west-1", "eu-central-1", "us-east-1")
ARNS: Final = {
    "s3": "arn:aws:s3:::{team}-{stage}/{item}",
    "sqs": f"arn:aws:sqs:{{region}}:{ACCOUNT}:{{team}}-{{stage}}-{{item}}",
    "sns": f"arn:aws:sns:{{region}}:{ACCOUNT}:{{team}}-{{stage}}-{{item}}",
    "dynamodb": f"arn:aws:dynamodb:{{region}}:{ACCOUNT}:table/{{team}}-{{stage}}-{{item}}",
    "lambda": f"arn:aws:lambda:{{region}}:{ACCOUNT}:function:{{team}}-{{stage}}-{{item}}",
    "logs": f"arn:aws:logs:{{region}}:{ACCOUNT}:log-group:{{team}}-{{stage}}-{{item}}",
    "iam": f"arn:aws:iam::{ACCOUNT}:user/{{team}}/{{stage}}/{{item}}",
}
ACTIONS: Final = {
    "s3": (
        "GetObject",
        "GetObjectTagging",
        "GetObjectVersion",
        "PutObject",
        "PutObjectTagging",
        "DeleteObject",
    ),
    "sqs": (
        "GetQueueUrl",
        "GetQueueAttributes",
        "SendMessage",
        "ReceiveMessage",
        "DeleteMessage",
        "TagQueue",
    ),
    "sns": ("GetTopicAttributes", "Publish", "Subscribe", "ListSubscriptionsByTopic", "DeleteTopic"),
    "dynamodb": ("GetItem", "BatchGetItem", "Query", "Scan", "PutItem", "UpdateItem", "DeleteItem"),
    "lambda": ("GetFunction", "GetPolicy", "InvokeFunction", "UpdateFunctionCode", "DeleteFunction"),
    "logs": ("GetLogEvents", "FilterLogEvents", "DescribeLogStreams", "PutLogEvents", "DeleteLogGroup"),
    "iam": ("GetUser", "ListAccessKeys", "CreateAccessKey", "DeleteUser", "TagUser", "ListUserTags"),
}
CONDITIONS: Final[tuple[dict[str, dict[str, str | list[str]]], ...]] = (
    {"StringEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]}},
    {"StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}},
    {"StringNotEquals": {"aws:PrincipalTag/stage": "prod"}},
    {"StringEqualsIgnoreCase": {"aws:PrincipalTag/team": "COFFEE"}},
    {"StringLike": {"aws:PrincipalTag/team": ["cof*", "?ea"]}},
    {"StringNotLike": {"aws:UserAgent": "*curl*"}},
    {"StringEqualsIfExists": {"aws:RequestTag/stage": ["dev", "test"]}},
    {"ForAnyValue:StringEquals": {"aws:TagKeys": ["team", "stage"]}},
    {"ForAllValues:StringLike": {"aws:TagKeys": ["te*", "st*"]}},
    {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:user/coffee/*"}},
    {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}},
    {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2026-06-01T00:00:00Z"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
    {"Null": {"aws:RequestTag/team": "true"}},
)


def workload(
    *, policies: int = 10, statements: int = 10, requests: int = 1_000, seed: int = SEED
) -> dict[str, Any]:
    """Policies in the shape of `manage.py evaluate`, and the requests to ask of them."""
    chance = Random(seed)  # noqa: S311 -- the figures of two runs can be compared only if their questions are the same
    return {
        "identity_policies": [
            {"name": f"policy-{number}", "policy": _policy(chance, number, statements)}
            for number in range(policies)
        ],
        "requests": [_request(chance) for _ in range(requests)],
    }


def _policy(chance: Random, number: int, statements: int) -> dict[str, Any]:
    listed = [_statement(chance, f"P{number}S{index}") for index in range(statements)]
    return {"Version": "2012-10-17", "Statement": listed}


def _statement(chance: Random, sid: str) -> dict[str, Any]:
    service = chance.choice(list(ACTIONS))
    statement: dict[str, Any] = {"Sid": sid, "Effect": "Deny" if chance.random() < 0.15 else "Allow"}
    if chance.random() < 0.07:
        # Everything but a little: narrow enough not to drown the other statements.
        statement["NotAction"] = [f"{name}:*" for name in chance.sample(list(ACTIONS), 3)]
        statement["Resource"] = _exact(chance, chance.choice(list(ACTIONS)))
    else:
        statement["Action"] = _actions(chance, service)
        element = "NotResource" if chance.random() < 0.05 else "Resource"
        statement[element] = [_pattern(chance, service) for _ in range(chance.randint(1, 4))]
    if chance.random() < 0.4 or "NotResource" in statement:
        statement["Condition"] = _conditions(chance)
    return statement


def _actions(chance: Random, service: str) -> list[str]:
    names = ACTIONS[service]
    inner = chance.choice(("*Object*", "*Item", "*Message*", "*Attributes", "?et*", "*e*t*"))
    kinds = (
        chance.sample(names, chance.randint(1, 4)),
        chance.sample(names, chance.randint(1, 2)),
        [chance.choice(("Get*", "List*", "Put*", "Delete*"))],
        [inner],
        ["*"],
    )
    return [f"{service}:{name}" for name in chance.choices(kinds, weights=(4, 3, 3, 1, 1))[0]]


def _conditions(chance: Random) -> dict[str, dict[str, str | list[str]]]:
    chosen: dict[str, dict[str, str | list[str]]] = {}
    for condition in chance.sample(CONDITIONS, chance.randint(1, 2)):
        for operator, keys in condition.items():
            chosen[operator] = chosen.get(operator, {}) | keys
    return chosen


def _pattern(chance: Random, service: str) -> str:
    """A resource as policies write it: exact, a prefix, wildcards inside, variables."""
    words = {"team": chance.choice(TEAMS), "stage": chance.choice(STAGES), "item": chance.choice(ITEMS)}
    variants: tuple[dict[str, str], ...] = (
        {"item": "*"},
        {"stage": "*", "item": "*"},
        {"team": "*", "stage": "*"},
        {"stage": "?e*", "item": "*"},
        {"item": "${aws:username}"},
        {"team": "${aws:PrincipalTag/team}", "item": "*"},
        {},
    )
    chosen = chance.choices(variants, weights=(4, 3, 1, 1, 1, 1, 4))[0]
    region = chance.choice(("*", *REGIONS))
    return ARNS[service].format(region=region, **words | chosen)


def _exact(chance: Random, service: str) -> str:
    return ARNS[service].format(
        team=chance.choice(TEAMS),
        stage=chance.choice(STAGES),
        item=chance.choice(ITEMS),
        region=chance.choice(REGIONS),
    )


def _request(chance: Random) -> dict[str, Any]:
    service, user_name = chance.choice(list(ACTIONS)), chance.choice(("alice", "bob"))
    principal = f"arn:aws:iam::{ACCOUNT}:user/{chance.choice(TEAMS)}/{user_name}"
    return {
        "principal": principal,
        "action": f"{service}:{chance.choice(ACTIONS[service])}",
        "resource": _exact(chance, service),
        "resource_account": ACCOUNT,
        "context": _context(chance, principal),
    }


def _context(chance: Random, principal: str) -> dict[str, str | list[str]]:
    always: dict[str, str | list[str]] = {
        "aws:PrincipalArn": principal,
        "aws:username": principal.rpartition("/")[2],
        "aws:CurrentTime": chance.choice(("2026-03-01T08:00:00Z", "2026-09-01T17:30:00Z")),
        "aws:SecureTransport": chance.choice(("true", "true", "false")),
        "aws:SourceIp": chance.choice(("10.1.2.3", "203.0.113.9", "198.51.100.7")),
        "aws:RequestedRegion": chance.choice(REGIONS),
    }
    sometimes: dict[str, str | list[str]] = {
        "aws:PrincipalTag/team": chance.choice(TEAMS),
        "aws:PrincipalTag/stage": chance.choice(STAGES),
        "aws:ResourceTag/owner": chance.choice(("alice", "bob")),
        "aws:RequestTag/team": chance.choice(TEAMS),
        "aws:RequestTag/stage": chance.choice(STAGES),
        "aws:TagKeys": chance.sample(("team", "stage", "owner"), chance.randint(1, 3)),
        "aws:UserAgent": chance.choice(("curl/8.5", "aws-cli/2.30")),
        "aws:MultiFactorAuthAge": chance.choice(("60", "7200")),
        "aws:MultiFactorAuthPresent": chance.choice(("true", "false")),
    }
    return always | {key: value for key, value in sometimes.items() if chance.random() < 0.6}

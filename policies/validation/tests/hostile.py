"""Documents of the greatest length, made to delay the validator: for its tests and its benchmark."""

from __future__ import annotations

from collections.abc import Collection

LIMIT = 131_072
LONGEST_NUMBER = 5


def filled(before: str, item: str, after: str) -> str:
    """A document of the greatest length, its middle filled with copies of `item`."""
    count = (LIMIT - len(before) - len(after)) // (len(item) + 1)
    return before + ",".join([item] * count) + after


def numbered(before: str, item: str, after: str) -> str:
    """The same with items that all differ: `{0}` in one gives way to its number."""
    room, items = LIMIT - len(before) - len(after), list[str]()
    while room > len(item) + 2 * LONGEST_NUMBER:
        items.append(item.replace("{0}", str(len(items))))
        room -= len(items[-1]) + 1
    return before + ",".join(items) + after


def listing(element: str, item: str) -> str:
    return filled(
        f'{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","{element}":[', f'"{item}"', "]}}"
    )


def conditions(operator: str, key: str, item: str) -> str:
    before = f'{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Condition":{{"{operator}":{{"{key}":['
    return filled(before, f'"{item}"', "]}}}}")


def statements(item: str) -> str:
    return filled('{"Version":"2012-10-17","Statement":[', item, "]}")


STATEMENTS = numbered(
    '{"Version":"2012-10-17","Statement":[',
    '{"Sid":"S{0}","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/{0}*"}',
    "]}",
)
WILD_STATEMENT = '{"Effect":"Allow","Action":["s3:G*","s3:a{0}"],"Resource":"arn:aws:s3:::b*"}'
ALLOW = '{"Version":"2012-10-17","Statement":{"Effect":"Allow",'
NUMBERS = ",".join(f'"{number}"' for number in range(2_000))
ACTIONS = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":['
HOSTILE = {
    "statements": STATEMENTS,
    "statements, one bracket missing": STATEMENTS[:-1],
    "different unknown actions": numbered(ACTIONS, '"s3:GetObjct{0}"', '],"Resource":"*"}]}'),
    "different slow wildcards": numbered(ACTIONS, '"s3:*{0}*a*b*c"', '],"Resource":"*"}]}'),
    "unknown actions": listing("Action", "ec2:DescribeInstance"),
    "stars": listing("Action", "*"),
    "slow wildcards": listing("Action", "ec2:*a*e*"),
    "slow letters": listing("Action", "ec2:?a?*"),
    "actions without a service": listing("Action", "GetObjekt"),
    "one endless action": listing("Action", "s3:" + "*a" * 65_000),
    "one endless variable": listing("Resource", "${a," * 32_000),
    "open variables": listing("Resource", "${"),
    "no resources": listing("Resource", ""),
    "resources of many kinds": listing("Resource", "arn:aws:ec2:::*x"),
    "addresses": conditions("IpAddress", "aws:SourceIp", "10.1.1.1/8"),
    "no dates": conditions("DateEquals", "aws:CurrentTime", "x"),
    "empty statements": filled('{"Version":"2012-10-17","Statement":[', "{}", "]}"),
    "numbers": filled('{"Version":"2012-10-17","Statement":[', "1", "]}"),
    "wildcards of IAM": numbered(ALLOW + '"Resource":"*","Action":[', '"iam:*{0}*e*"', "]}}"),
    "IAM left out": numbered(ALLOW + '"Resource":"*","NotAction":[', '"iam:*{0}*e*"', "]}}"),
    "statements of both effects": statements(
        '{"Effect":"Allow","Action":"s3:*"},{"Effect":"Deny","Action":"s3:a","Condition":{"Bool":{"a:b":1}}}'
    ),
    "denials": statements('{"Effect":"Deny","Action":"s3:*","Resource":"*"}'),
    "denials of IAM": numbered(
        '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Resource":"*","Action":[',
        '"iam:*{0}*e*"',
        "]}}",
    ),
    "wide statements": numbered('{"Version":"2012-10-17","Statement":[', WILD_STATEMENT, "]}"),
    "stems in each other's light": numbered(
        f'{{"Version":"2012-10-17","Statement":[{WILD_STATEMENT},{{"Effect":"Allow","Resource":"*","Action":[',
        '"s3:g{0}*"',
        "]}]}",
    ),
    "actions on objects": numbered(
        ALLOW + '"Action":"s3:ListBucket","Resource":[', '"arn:aws:s3:::b{0}/*"', "]}}"
    ),
    "conditions on one key": numbered(
        ALLOW + '"Condition":{"StringLike":{"aws:SourceVpc":[',
        '"a*{0}*b"',
        f']}},"StringEquals":{{"aws:SourceVpc":[{NUMBERS}]}}}}}}}}',
    ),
    "statements with two conditions": statements(
        '{"Effect":"Allow","Condition":{"StringLike":{"aws:a":"b*"},"StringEquals":{"aws:a":"c"}}}'
    ),
    "users": numbered(ALLOW + '"Resource":[', '"arn:aws:iam::111122223333:user/u{0}"', "]}}"),
    "nesting": "[" * LIMIT,
    "other letters": '"' + "\u2019" * (LIMIT - 2) + '"',
}


class Nobody:
    """An account where none of the entities is there."""

    def missing(self, arns: Collection[str]) -> Collection[str]:
        return arns

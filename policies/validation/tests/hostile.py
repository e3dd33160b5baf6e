"""Documents of the greatest length, made to delay the validator: for its tests and its benchmark."""

from __future__ import annotations

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


STATEMENTS = numbered(
    '{"Version":"2012-10-17","Statement":[',
    '{"Sid":"S{0}","Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/{0}*"}',
    "]}",
)
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
    "nesting": "[" * LIMIT,
    "other letters": '"' + "\u2019" * (LIMIT - 2) + '"',
}

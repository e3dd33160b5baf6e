"""What must hold when many callers sign at the same time, and when the server dies while they do.

`test_races.py` shows it for operations called in threads; here are processes, connections and acknowledged answers.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from audit.models import Event
from operations.tests.federation import allowing
from tests.api_server import CONNECTIONS, Shop, new_file, open_shop, served

INLINE_MOST = 2048
# So much of the inline policies that this fits in ten times and not once more.
PIECE = 200
ACKNOWLEDGED = 60


def at_once(acts: list[Callable[[], object]]) -> Counter[str]:
    """How many of the acts, all of them started together, succeeded (`done`), and the codes of the others."""
    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(_outcome, acts))


def _outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


Act = Callable[[int], object]


def keys(iam: Any) -> tuple[Act, Callable[[], int]]:
    return (
        lambda _: iam.create_access_key(UserName="ana"),
        lambda: len(iam.list_access_keys(UserName="ana")["AccessKeyMetadata"]),
    )


def new_policy(iam: Any, name: str) -> str:
    return str(iam.create_policy(PolicyName=name, PolicyDocument=allowing("s3:GetObject"))["Policy"]["Arn"])


def attached_policies(iam: Any) -> tuple[Act, Callable[[], int]]:
    arns = [new_policy(iam, f"policy-{number}") for number in range(CONNECTIONS)]
    return (
        lambda number: iam.attach_user_policy(UserName="ana", PolicyArn=arns[number]),
        lambda: len(iam.list_attached_user_policies(UserName="ana")["AttachedPolicies"]),
    )


def versions(iam: Any) -> tuple[Act, Callable[[], int]]:
    arn = new_policy(iam, "policy")
    return (
        lambda number: iam.create_policy_version(PolicyArn=arn, PolicyDocument=allowing(f"s3:Get{number}")),
        lambda: len(iam.list_policy_versions(PolicyArn=arn)["Versions"]),
    )


def groups(iam: Any) -> tuple[Act, Callable[[], int]]:
    for number in range(CONNECTIONS):
        iam.create_group(GroupName=f"group-{number}")
    return (
        lambda number: iam.add_user_to_group(UserName="ana", GroupName=f"group-{number}"),
        lambda: len(iam.list_groups_for_user(UserName="ana")["Groups"]),
    )


def tags(iam: Any) -> tuple[Act, Callable[[], int]]:
    present = [{"Key": f"present-{number}", "Value": ""} for number in range(45)]
    iam.tag_user(UserName="ana", Tags=present)
    return (
        lambda number: iam.tag_user(UserName="ana", Tags=[{"Key": f"new-{number}", "Value": ""}]),
        lambda: len(iam.list_user_tags(UserName="ana")["Tags"]),
    )


def inline_policies(iam: Any) -> tuple[Act, Callable[[], int]]:
    document = allowing("s3:GetObject", "arn:aws:s3:::").replace(" ", "")
    piece = document.replace(":::", ":::" + "x" * (PIECE - len(document)))
    assert len(piece) == PIECE
    return (
        lambda number: iam.put_user_policy(
            UserName="ana", PolicyName=f"piece-{number}", PolicyDocument=piece
        ),
        lambda: len(iam.list_user_policies(UserName="ana")["PolicyNames"]),
    )


# What is asked for at once; how often it is granted, and how many there are then.
QUOTAS = {
    "access keys": (keys, 2, 2),
    "attached policies": (attached_policies, 10, 10),
    "versions": (versions, 4, 5),
    "groups": (groups, 10, 10),
    "tags": (tags, 5, 50),
    "size of inline policies": (inline_policies, INLINE_MOST // PIECE, INLINE_MOST // PIECE),
}


@pytest.mark.parametrize(("prepare", "granted", "there"), QUOTAS.values(), ids=QUOTAS)
def test_a_quota_holds_when_many_callers_ask_at_once(
    shop: Shop, prepare: Callable[[Any], tuple[Act, Callable[[], int]]], granted: int, there: int
) -> None:
    iam = shop.client("iam")
    iam.create_user(UserName="ana")
    act, count = prepare(iam)

    outcomes = at_once([partial(act, number) for number in range(CONNECTIONS)])

    assert outcomes == {"done": granted, "LimitExceeded": CONNECTIONS - granted}
    assert count() == there


def test_one_name_is_given_once_to_many_callers(shop: Shop) -> None:
    iam = shop.client("iam")

    outcomes = at_once(
        [partial(iam.create_user, UserName="aNa" if n % 2 else "ana") for n in range(CONNECTIONS)]
    )

    assert outcomes == {"done": 1, "EntityAlreadyExists": CONNECTIONS - 1}
    with shop.installation():
        refused = Event.objects.filter(account_id=shop.account_id, error_code="EntityAlreadyExists").count()
        assert refused == CONNECTIONS - 1
        call_command("verify_audit", verbosity=0)


def hire_until_it_dies(shop: Shop, worker: int, acknowledged: list[str], enough: threading.Event) -> None:
    """Create users one after the other; a name is noted once the server has answered that there is one."""
    iam = shop.client("iam")
    for number in range(1000):
        name = f"user-{worker}-{number}"
        try:
            iam.create_user(UserName=name)
        except (BotoCoreError, ResponseParserError):
            # Nobody answers any more, or half an answer has come.
            return
        acknowledged.append(name)
        if len(acknowledged) >= ACKNOWLEDGED:
            enough.set()


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(
    tmp_path: Path, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> None:
    file = new_file(tmp_path, django_db_blocker)
    acknowledged: list[str] = []
    enough = threading.Event()
    with served(file, django_db_blocker) as server, ThreadPoolExecutor(4) as pool:
        shop = open_shop(server)
        hiring = [pool.submit(hire_until_it_dies, shop, n, acknowledged, enough) for n in range(4)]
        assert enough.wait(30)
        server.kill()
        for worker in hiring:
            worker.result()

    with served(file, django_db_blocker) as server:
        users = replace(shop, server=server).client("iam").get_paginator("list_users").paginate()
        there = [user["UserName"] for page in users for user in page["Users"]]
        assert set(acknowledged) <= set(there)
        with server.database():
            events = Event.objects.filter(event_name="CreateUser", error_code="")
            assert Counter(event.request_parameters["userName"] for event in events) == Counter(there)
            call_command("verify_audit", verbosity=0)

"""What the console promises, where no page or operation shows it alone; and the page that lists every promise."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from operations.attachments import attach_group_policy, attach_user_policy, detach_group_policy
from operations.boundaries import put_user_permissions_boundary
from operations.call import may
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group, move_user
from operations.policies import create_policy
from policies.catalog import catalog
from scripts.setup import BASE_DIR
from tests.cast import READ_ONLY, new_user

BUCKET = "arn:aws:s3:::maven-repo-tutorial.asimi.net"
EC2 = "arn:aws:iam::aws:policy/AmazonEC2FullAccess"
MISSION = BASE_DIR / "docs" / "mission.md"
ROW = re.compile(r"^\| (\d\d|T\d) \| .+ \| (.+) \|$", re.MULTILINE)
SHOWN = re.compile(r"`([\w/]+\.py)::(\w+)`")


def document(action: str, resource: str = "*", condition: str = "{}", effect: str = "Allow") -> str:
    statement = f'"Effect":"{effect}","Action":"{action}","Resource":"{resource}","Condition":{condition}'
    return f'{{"Version":"2012-10-17","Statement":{{{statement}}}}}'


def some_actions(count: int) -> list[str]:
    """The same sample of the whole catalog in every run."""
    services = random.Random(2026).choices(sorted(catalog().services()), k=count)  # noqa: S311  no secret
    known = [service for prefix in services if (service := catalog().service(prefix))]
    return [f"{service.prefix}:{next(iter(service.actions.values())).name}" for service in known]


def test_root_may_do_everything_in_a_fresh_account(root: Caller) -> None:
    assert all(may(root, action, "*") for action in some_actions(100))


def test_a_new_user_may_do_nothing_at_all(carol: Caller) -> None:
    assert not any(may(carol, action, "*") for action in some_actions(500))


def test_administrators_reach_everything_but_what_a_boundary_forbids(root: Caller, alice: Caller) -> None:
    assert all(may(alice, action, "*") for action in some_actions(100))

    put_user_permissions_boundary(root, user_name="alice", permissions_boundary=READ_ONLY)
    assert alice.user is not None
    alice.user.refresh_from_db()

    assert not may(alice, "iam:CreateUser", "*")
    assert may(alice, "iam:ListUsers", "*")


def test_developers_with_ec2_have_ec2_and_nothing_else(root: Caller) -> None:
    ben = new_user(root, "ben")
    create_group(root, group_name="Developers")
    attach_group_policy(root, group_name="Developers", policy_arn=EC2)
    add_user_to_group(root, group_name="Developers", user_name="ben")

    assert may(ben, "ec2:RunInstances", "*")
    assert not any(
        may(ben, action, "*") for action in ("s3:CreateBucket", "rds:CreateDBInstance", "iam:CreateUser")
    )


def test_what_a_group_has_its_members_have_as_long_as_it_has_it(root: Caller) -> None:
    cashiers = [new_user(root, name) for name in ("ana", "ben", "cleo")]
    create_group(root, group_name="Cashiers")
    for cashier in cashiers:
        add_user_to_group(root, group_name="Cashiers", user_name=cashier.label)
    policy = create_policy(
        root, policy_name="ReceiptsRead", policy_document=document("s3:ListBucket", BUCKET)
    )

    attach_group_policy(root, group_name="Cashiers", policy_arn=policy.arn)
    assert all(may(cashier, "s3:ListBucket", BUCKET) for cashier in cashiers)

    detach_group_policy(root, group_name="Cashiers", policy_arn=policy.arn)
    assert not any(may(cashier, "s3:ListBucket", BUCKET) for cashier in cashiers)


def test_own_and_inline_policies_can_be_on_a_group(root: Caller) -> None:
    ana = new_user(root, "ana")
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    policy = create_policy(
        root, policy_name="ReceiptsRead", policy_document=document("s3:ListBucket", BUCKET)
    )
    attach_group_policy(root, group_name="Cashiers", policy_arn=policy.arn)
    put_group_policy(
        root, group_name="Cashiers", policy_name="open", policy_document=document("s3:GetObject")
    )

    assert may(ana, "s3:ListBucket", BUCKET)
    assert may(ana, "s3:GetObject", f"{BUCKET}/receipt")


def test_a_policy_opens_what_was_closed_and_only_that(root: Caller, carol: Caller) -> None:
    assert not may(carol, "s3:ListBucket", BUCKET)

    policy = create_policy(
        root, policy_name="ReceiptsRead", policy_document=document("s3:ListBucket", BUCKET)
    )
    attach_user_policy(root, user_name="carol", policy_arn=policy.arn)

    assert may(carol, "s3:ListBucket", BUCKET)
    assert not may(carol, "s3:ListBucket", "arn:aws:s3:::another-bucket")
    assert not may(carol, "s3:GetObject", f"{BUCKET}/receipt")


def test_a_deny_wins_whatever_the_order(root: Caller, carol: Caller) -> None:
    put_user_policy(root, user_name="carol", policy_name="b", policy_document=document("s3:*", effect="Deny"))
    for name in ("a", "c"):
        put_user_policy(root, user_name="carol", policy_name=name, policy_document=document("s3:*"))

    assert not may(carol, "s3:ListBucket", BUCKET)


CONDITIONS = {
    "time": ('{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}', {}, False),
    "address": ('{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}', {}, True),
    "other address": ('{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}', {}, False),
    "mfa": ('{"Bool":{"aws:MultiFactorAuthPresent":"true"}}', {}, True),
    "tag": ('{"StringEquals":{"aws:ResourceTag/shop":"1"}}', {"aws:ResourceTag/shop": "1"}, True),
    "other tag": ('{"StringEquals":{"aws:ResourceTag/shop":"1"}}', {"aws:ResourceTag/shop": "2"}, False),
}


@pytest.mark.parametrize(("condition", "context", "is_allowed"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions_fit_an_organisations_needs(
    root: Caller, carol: Caller, condition: str, context: dict[str, str], *, is_allowed: bool
) -> None:
    text = document("s3:ListBucket", BUCKET, condition)
    put_user_policy(root, user_name="carol", policy_name="when", policy_document=text)

    assert may(carol, "s3:ListBucket", BUCKET, context) is is_allowed


def test_after_the_move_the_new_job_and_nothing_of_the_old(root: Caller) -> None:
    ben = new_user(root, "ben")
    for group_name, action in (("Cashiers", "s3:ListBucket"), ("InventorySpecialists", "s3:PutObject")):
        create_group(root, group_name=group_name)
        put_group_policy(root, group_name=group_name, policy_name="job", policy_document=document(action))
    add_user_to_group(root, group_name="Cashiers", user_name="ben")

    move_user(root, user_name="ben", from_group_name="Cashiers", to_group_name="InventorySpecialists")

    assert may(ben, "s3:PutObject", f"{BUCKET}/stock")
    assert not may(ben, "s3:ListBucket", BUCKET)


def test_every_promise_is_listed_once() -> None:
    listed = [number for number, _ in ROW.findall(MISSION.read_text(encoding="utf-8"))]

    assert listed == [f"{number:02}" for number in range(1, 74)] + [f"T{number}" for number in range(1, 9)]


@pytest.mark.parametrize(("number", "shown"), ROW.findall(MISSION.read_text(encoding="utf-8")))
def test_a_promise_is_shown_by_a_test_that_exists_or_is_open(number: str, shown: str) -> None:
    if shown == "open":
        return
    named = SHOWN.findall(shown)
    assert named, f"Promise {number} is neither open nor shown by a test."
    for path, name in named:
        text = (BASE_DIR / Path(path)).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", text, re.MULTILINE), f"{path} has no {name}"

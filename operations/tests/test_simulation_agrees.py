"""A simulation and a real request give the same answer: a thousand random ones are held against each other."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import datetime

from iamconsole.clock import now
from operations.attachments import attach_group_policy
from operations.authorization import CIRCUMSTANCES, facts_of
from operations.boundaries import put_user_permissions_boundary
from operations.call import why
from operations.caller import Caller
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.policies import create_policy
from operations.simulation import simulate_policies
from operations.users import create_user, get_user
from tests.cast import ADMINISTRATOR, signed_in

ACTIONS = (
    "iam:GetUser",
    "iam:CreateUser",
    "iam:DeleteUser",
    "iam:ListUsers",
    "s3:GetObject",
    "sts:AssumeRole",
)
PATTERNS = (*ACTIONS, "iam:*", "iam:Get*", "iam:*User", "s3:*", "*")
CONDITIONS: Sequence[dict[str, object]] = (
    {},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"StringEquals": {"aws:PrincipalTag/job": "cashier"}},
    {"StringNotEquals": {"aws:username": "user-1"}},
    {"StringLike": {"aws:ResourceTag/team": "s*"}},
    {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
    {"Null": {"aws:TokenIssueTime": "true"}},
    {"ForAnyValue:StringEquals": {"aws:TagKeys": ["team", "job"]}},
)


class Generated:
    """Random users, policies and requests; the same with every run."""

    def __init__(self, root: Caller) -> None:
        self.chance = random.Random(20_261_124)  # noqa: S311 -- no secret is made of it
        self.root = root
        self.resources = [
            "*",
            "arn:aws:s3:::receipts/may.csv",
            *(f"arn:aws:iam::{root.account_id}:user/{name}" for name in ("user-1", "shop/user-2")),
        ]

    def document(self) -> str:
        count = self.chance.randint(1, 3)
        return json.dumps({"Version": "2012-10-17", "Statement": [self.statement() for _ in range(count)]})

    def statement(self) -> dict[str, object]:
        chance = self.chance
        action, resource = chance.choice(("Action",) * 4 + ("NotAction",)), chance.choice(self.resources)
        own = f"arn:aws:iam::{self.root.account_id}:user/${{aws:username}}"
        condition = chance.choice(CONDITIONS) if chance.random() < 0.6 else {}
        return {
            "Effect": "Deny" if chance.random() < 0.2 else "Allow",
            action: chance.sample(PATTERNS, 2),
            chance.choice(("Resource",) * 5 + ("NotResource",)): chance.choice((resource, "*", own)),
            **({"Condition": condition} if condition else {}),
        }

    def user(self, number: int) -> Caller:
        name, root, chance = f"user-{number}", self.root, self.chance
        tags = [{"Key": "job", "Value": chance.choice(("cashier", "buyer"))}] if number % 2 else []
        create_user(root, user_name=name, tags=tags)
        put_user_policy(root, user_name=name, policy_name="own", policy_document=self.document())
        for group in chance.sample(range(5), 2):
            add_user_to_group(root, group_name=f"group-{group}", user_name=name)
        if number % 3 == 0:
            arn = create_policy(root, policy_name=f"limit-{number}", policy_document=self.document()).arn
            put_user_permissions_boundary(root, user_name=name, permissions_boundary=arn)
        assert root.account is not None
        return signed_in(get_user(root, user_name=name), root.account)

    def groups(self) -> None:
        for number in range(5):
            name = f"group-{number}"
            create_group(self.root, group_name=name)
            put_group_policy(self.root, group_name=name, policy_name="in", policy_document=self.document())
        attach_group_policy(self.root, group_name="group-0", policy_arn=ADMINISTRATOR)

    def context(self) -> dict[str, str | Sequence[str]]:
        chance = self.chance
        found: dict[str, str | Sequence[str]] = {}
        if chance.random() < 0.5:
            found["aws:ResourceTag/team"] = chance.choice(("shop", "office"))
        if chance.random() < 0.5:
            found["aws:TagKeys"] = chance.sample(("team", "job", "site"), 2)
        return found


def of_the_session(caller: Caller, moment: datetime) -> dict[str, str | Sequence[str]]:
    """What a real request of this session carries beside the identity's own facts."""
    facts = facts_of(caller, moment)
    sent = ("aws:MultiFactor", "aws:TokenIssueTime", *CIRCUMSTANCES)
    return {key: value for key, value in facts.items() if key.startswith(sent)}


def listed(value: str | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def test_a_thousand_simulations_agree_with_the_decisions_on_real_requests(
    root: Caller, clock: object
) -> None:
    generated, compared, allowed = Generated(root), 0, 0
    generated.groups()
    for number in range(21):
        caller = generated.user(number)
        for _ in range(8):
            resource, context = generated.chance.choice(generated.resources), generated.context()
            assert caller.account is not None
            given = {**of_the_session(caller, caller.account.now(now())), **context}
            simulation = simulate_policies(
                root,
                user_name=f"user-{number}",
                action_names=ACTIONS,
                resource_arn=resource,
                context_entries=[
                    {"ContextKeyName": key, "ContextKeyValues": listed(value)} for key, value in given.items()
                ],
            )
            for result in simulation.results:
                real = why(caller, result.action, resource, context).decision
                assert (result.decision, result.request.resource) == (real, resource)
                compared, allowed = compared + 1, allowed + real.is_allowed

    assert compared >= 1000
    assert compared // 10 < allowed < compared * 9 // 10

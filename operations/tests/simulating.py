"""What the tests of the simulation operations ask, and how the answers are read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from operations.caller import Caller
from operations.evaluation_results import EvaluationResult
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.memberships import add_user_to_group
from operations.policy_simulation import simulate_custom_policy, simulate_principal_policy
from operations.users import create_user

GET, PUT = "s3:GetObject", "s3:PutObject"
MAY, JUNE = "arn:aws:s3:::receipts/may.csv", "arn:aws:s3:::receipts/june.csv"
ELSEWHERE = "999988887777"


def text(effect: str = "Allow", action: object = GET, resource: object = "*", **more: object) -> str:
    statement = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(effect: str = "Allow", action: str = "sts:AssumeRole", **more: object) -> str:
    statement = {
        "Effect": effect,
        "Principal": {"AWS": f"arn:aws:iam::{ELSEWHERE}:user/bo"},
        "Action": action,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **more}]})


def entry(name: str, *values: str, kind: str = "string") -> dict[str, Any]:
    return {"ContextKeyName": name, "ContextKeyValues": list(values), "ContextKeyType": kind}


def custom(
    caller: Caller, *documents: str, actions: Sequence[str] = (GET,), **more: Any
) -> Sequence[EvaluationResult]:
    return simulate_custom_policy(
        caller, policy_input_list=documents or [text()], action_names=actions, **more
    ).items


def principal(
    caller: Caller, arn: str, *, actions: Sequence[str] = (GET,), **more: Any
) -> Sequence[EvaluationResult]:
    return simulate_principal_policy(caller, policy_source_arn=arn, action_names=actions, **more).items


def decisions(results: Sequence[EvaluationResult]) -> list[str]:
    return [str(result.eval_decision) for result in results]


def shown(result: EvaluationResult) -> list[tuple[str, str]]:
    return [(one.source_policy_id, str(one.source_policy_type)) for one in result.matched_statements]


def furnished(root: Caller) -> Caller:
    """ana reads by a policy of her own; her group denies writing."""
    create_user(root, user_name="ana", path="/shop/", tags=[{"Key": "job", "Value": "cashier"}])
    create_group(root, group_name="Cashiers")
    add_user_to_group(root, group_name="Cashiers", user_name="ana")
    put_user_policy(root, user_name="ana", policy_name="read", policy_document=text())
    put_group_policy(root, group_name="Cashiers", policy_name="strict", policy_document=text("Deny", PUT))
    return root


def arn_of_ana(shop: Caller) -> str:
    return f"arn:aws:iam::{shop.account_id}:user/shop/ana"

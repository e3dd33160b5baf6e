"""Callers with keys, temporary ones above all, and roles that let them in."""

from __future__ import annotations

import json
from typing import Any

from accounts.models import AccessKey
from iamconsole.clock import now
from operations.access_keys import create_access_key
from operations.caller import Caller, Client, system_caller
from operations.credentials import signer_of
from operations.roles import create_role
from operations.sts import Credentials

CLIENT = Client(user_agent="test")


def with_key(caller: Caller) -> Caller:
    """The caller as a program that signs with a long-lived key of the same identity."""
    owner = None if caller.is_root else caller.principal.label
    signing = caller if caller.is_root else system_caller(caller.account)
    key = create_access_key(signing, user_name=owner)
    assert AccessKey.objects.filter(access_key_id=key.access_key_id).exists()
    return signer_of(key.access_key_id, None, CLIENT, now=now()).asking.resolved()


def bearer_of(credentials: Credentials) -> Caller:
    """Whoever holds temporary credentials, as the next request resolves it."""
    return signer_of(
        credentials.access_key_id, credentials.session_token, CLIENT, now=now()
    ).asking.resolved()


def trust(principal: Any, *actions: str, **condition: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": list(actions) or "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def allow(*actions: str, effect: str = "Allow", **more: Any) -> str:
    statement = {"Effect": effect, "Action": list(actions), "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def role_for(root: Caller, document: str, name: str = "till", **more: Any) -> str:
    """The ARN of a new role."""
    return create_role(root, role_name=name, assume_role_policy_document=document, **more).arn

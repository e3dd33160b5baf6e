"""Credentials of one service, made for tests."""

from __future__ import annotations

import json
from typing import Any

from audit.models import Event
from operations.caller import Caller
from operations.inline_policies import put_user_policy
from operations.operation import perform
from operations.service_specific_credentials import (
    ShownCredential,
    create_service_specific_credential,
    list_service_specific_credentials,
)

CODECOMMIT = "codecommit.amazonaws.com"
CASSANDRA = "cassandra.amazonaws.com"
BEDROCK = "bedrock.amazonaws.com"
UNKNOWN_ID = "ACCAXXXXXXXXXXXXXXXXX"


def create(
    caller: Caller, user_name: str = "ana", service_name: str = CODECOMMIT, days: int | None = None
) -> ShownCredential:
    return create_service_specific_credential(
        caller, user_name=user_name, service_name=service_name, credential_age_days=days
    )


def created_id(caller: Caller, user_name: str = "ana", service_name: str = CODECOMMIT) -> str:
    return create(caller, user_name, service_name).service_specific_credential_id


def of_ana(credential_id: str) -> dict[str, Any]:
    return {"user_name": "ana", "service_specific_credential_id": credential_id}


def the_only(caller: Caller) -> ShownCredential:
    (found,) = list_service_specific_credentials(caller, user_name="ana").items
    return found


def allow(root: Caller, user_name: str, action: str, condition: dict[str, Any]) -> None:
    """Let a user do one action to everybody, under a condition."""
    statement = {"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    put_user_policy(root, user_name=user_name, policy_name="own", policy_document=document)


def undo_newest(caller: Caller) -> None:
    """Do what the newest event names as its inverse."""
    inverse = Event.objects.latest("sequence").additional_event_data["inverse"]
    perform(caller, inverse["operation"], inverse["parameters"])

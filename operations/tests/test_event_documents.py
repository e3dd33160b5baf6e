"""Who sees the document that an event speaks of."""

from __future__ import annotations

import pytest

from audit.models import Event
from operations.caller import Caller
from operations.errors import AccessDenied, EntityAlreadyExists, NoSuchEntity
from operations.event_documents import get_event_document
from operations.groups import create_group
from operations.inline_policies import put_group_policy, put_user_policy
from operations.policies import create_policy, delete_policy
from operations.users import create_user

DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"%s","Resource":"*"}}'
READ = DOCUMENT % "s3:GetObject"


def newest(name: str) -> str:
    return str(Event.objects.filter(event_name=name)[:1].get().event_id)


def test_the_document_outlives_its_policy(root: Caller) -> None:
    policy = create_policy(root, policy_name="ReceiptsRead", policy_document=READ)
    delete_policy(root, policy_arn=policy.arn)

    assert get_event_document(root, event_id=newest("CreatePolicy")) == READ


def test_documents_of_users_and_groups_are_kept_too(root: Caller) -> None:
    create_user(root, user_name="ana")
    create_group(root, group_name="Cashiers")
    put_user_policy(root, user_name="ana", policy_name="own", policy_document=READ)
    put_group_policy(root, group_name="Cashiers", policy_name="own", policy_document=READ)

    for name in ("PutUserPolicy", "PutGroupPolicy"):
        assert get_event_document(root, event_id=newest(name)) == READ


def test_an_event_about_no_document_has_none(root: Caller) -> None:
    create_user(root, user_name="ana")

    with pytest.raises(NoSuchEntity, match="holds no document"):
        get_event_document(root, event_id=newest("CreateUser"))


def test_a_refused_event_shows_no_document(root: Caller) -> None:
    create_policy(root, policy_name="ReceiptsRead", policy_document=READ)
    with pytest.raises(EntityAlreadyExists):
        create_policy(root, policy_name="ReceiptsRead", policy_document=DOCUMENT % "s3:PutObject")

    with pytest.raises(NoSuchEntity):
        get_event_document(root, event_id=newest("CreatePolicy"))


@pytest.mark.parametrize(
    ("actions", "missing"),
    [
        ("iam:GetPolicyVersion", "cloudtrail:LookupEvents"),
        ("cloudtrail:LookupEvents", "iam:GetPolicyVersion"),
    ],
    ids=["the document alone", "the trail alone"],
)
def test_it_takes_the_right_to_the_trail_and_to_the_document(
    root: Caller, carol: Caller, actions: str, missing: str
) -> None:
    create_policy(root, policy_name="ReceiptsRead", policy_document=READ)
    event_id = newest("CreatePolicy")
    put_user_policy(root, user_name="carol", policy_name="half", policy_document=DOCUMENT % actions)

    with pytest.raises(AccessDenied, match=missing):
        get_event_document(carol, event_id=event_id)

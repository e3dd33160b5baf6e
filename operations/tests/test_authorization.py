"""What policies can ask about a caller: the facts of the session, and the policies that came with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iamconsole.clock import now
from operations.authorization import facts_of
from operations.caller import Caller, Credential, CredentialKind
from operations.errors import AccessDenied
from operations.users import create_user, list_users

LISTING = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:List*","Resource":"*"}}'


def test_a_key_without_a_value_is_absent(alice: Caller) -> None:
    bare = replace(alice, credential=Credential(CredentialKind.CONSOLE))

    facts = facts_of(bare, now())

    assert facts["aws:MultiFactorAuthPresent"] == "false"
    assert not facts.keys() & {"aws:MultiFactorAuthAge", "aws:TokenIssueTime", "aws:SourceIdentity"}


def test_a_source_identity_is_a_key_of_its_own(alice: Caller) -> None:
    named = replace(alice, credential=replace(alice.credential, source_identity="olga"))

    assert facts_of(named, now())["aws:SourceIdentity"] == "olga"


def test_a_session_policy_limits_what_an_administrator_may_do(alice: Caller) -> None:
    limited = replace(alice, credential=replace(alice.credential, session_policies=(LISTING,)))
    assert list_users(limited).items

    with pytest.raises(AccessDenied, match="no session policy allows the iam:CreateUser action"):
        create_user(limited, user_name="ana")

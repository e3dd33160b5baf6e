"""Who asks in a simulation when only an ARN is known of them."""

from __future__ import annotations

from accounts.arns import account_arn
from operations.entities import unclear
from operations.simulation import Subject, Values
from policies.engine import Principal, PrincipalKind
from policies.engine.arns import split_arn

# Beyond those AWS takes, the providers that a trust policy lets in for web identities and SAML.
PROVIDERS = ("oidc-provider", "saml-provider")
TYPES = {"user": "User", "role": "AssumedRole"}


def subject_at(arn: str) -> Subject:
    """A user, a group or a role of any account; raises InvalidInput for sessions, services and everything else.

    A group stands for anybody of its account. Tags and ids are not known of an ARN alone.
    """
    parts = split_arn(arn)
    kind, _, rest = parts[5].partition("/") if parts else ("", "", "")
    if parts is None or parts[2] != "iam" or not rest or kind not in (*TYPES, *PROVIDERS, "group"):
        raise unclear(arn, parameter="caller_arn")
    account_id, name = parts[4], rest.rpartition("/")[2]
    if kind == "group":
        anybody = Principal(account_arn(account_id), PrincipalKind.USER, account_id)
        return Subject(name, anybody, {"aws:PrincipalAccount": (account_id,)}, {})
    known = _facts(arn, account_id, kind, name) if kind in TYPES else {}
    return Subject(name, Principal.of(arn), known, {})


def _facts(arn: str, account_id: str, kind: str, name: str) -> Values:
    facts = {
        "aws:PrincipalArn": (arn,),
        "aws:PrincipalAccount": (account_id,),
        "aws:PrincipalType": (TYPES[kind],),
    }
    return facts | ({"aws:username": (name,)} if kind == "user" else {})

"""Check access: the engine's answer, with its reasons, to a question about a user, a group or a policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accounts.models import Group, User
from operations.authorization import (
    CIRCUMSTANCES,
    Context,
    Explanation,
    explanation_of,
    facts_of,
    request_of,
)
from operations.call import Call
from operations.caller import Caller, Credential, CredentialKind
from operations.documents import parsed_document
from operations.effects import RequestFor
from operations.errors import ValidationError
from operations.holdings import policies_of, sources_of_group, sources_of_policies
from operations.operation import operation
from policies.engine import Kind, Principal, PrincipalKind, Request, Source
from policies.models import Policy

ContextEntry = Mapping[str, str | Sequence[str]]


@operation("iamconsole:CheckAccess", action="iam:SimulatePrincipalPolicy", reads=True)
def check_access(
    call: Call,
    *,
    user_name: str | None = None,
    group_name: str | None = None,
    policy_arn: str | None = None,
    policy_document: str | None = None,
    action_name: str,
    resource_arn: str | None = None,
    mfa: bool | None = None,
    context_entries: Sequence[ContextEntry] = (),
) -> Explanation:
    """Whether the one subject named could do the action, and why; `context_entries` overrule what is assumed.

    A user counts as signed in just now, with or without MFA. A group or a policy is asked about for somebody who
    has nothing else. Raises NoSuchEntity, ValidationError and MalformedPolicyDocument.
    """
    _ensure_one([user_name, group_name, policy_arn, policy_document])
    ensure_action(action_name)
    resource, context = resource_arn or "*", {**_mfa_context(mfa), **_entries(context_entries)}
    if user_name is not None:
        user = call.access(User, user_name)
        subject = signed_in_as(call, user, has_mfa=bool(mfa))
        request = request_of(subject, action_name, resource, now=call.now, context=context)
        return explanation_of(user.user_name, request, policies_of(user), shown=resource)
    label, arn, sources = _held(call, group_name, policy_arn, policy_document or "")
    request = _request_of_anybody(call, arn, action_name, resource, context)
    return explanation_of(label, request, sources, shown=resource)


def signed_in_as(call: Call, user: User, *, has_mfa: bool = False) -> Caller:
    """The caller that the user would be, signed in this moment from where the present caller is."""
    credential = Credential(
        CredentialKind.CONSOLE, issued=call.real_now, mfa_time=call.real_now if has_mfa else None
    )
    return Caller(user, credential, call.account, call.caller.client)


def request_for(call: Call, subject: Caller) -> RequestFor:
    """A maker of requests of that caller, for many questions at one moment."""
    return lambda action, resource: request_of(subject, action, resource, now=call.now, context={})


def _held(
    call: Call, group_name: str | None, policy_arn: str | None, document: str
) -> tuple[str, str, tuple[Source, ...]]:
    """A group's or a policy's name, its ARN, and what it says."""
    if group_name is not None:
        group = call.access(Group, group_name)
        return group.group_name, group.arn, sources_of_group(group)
    call.authorize("*", action="iam:SimulateCustomPolicy")
    if policy_arn is None:
        return "", call.account.arn, (Source(Kind.IDENTITY, "this policy", "", parsed_document(document)),)
    policy = call.access(Policy, policy_arn, action="iam:GetPolicyVersion")
    return policy.policy_name, policy.arn, sources_of_policies([policy])


def _request_of_anybody(call: Call, arn: str, action: str, resource: str, context: Context) -> Request:
    facts = facts_of(call.caller, call.now)
    known: Context = {**{key: facts[key] for key in CIRCUMSTANCES}, **context}
    return Request(
        Principal(arn, PrincipalKind.USER, call.account.id),
        action,
        resource,
        call.account.id,
        {key: (value,) if isinstance(value, str) else tuple(value) for key, value in known.items()},
    )


def _mfa_context(mfa: bool | None) -> Context:
    return {} if mfa is None else {"aws:MultiFactorAuthPresent": str(mfa).lower()}


def _entries(entries: Sequence[ContextEntry]) -> Context:
    return {str(entry["ContextKeyName"]): entry["ContextKeyValues"] for entry in entries}


def _ensure_one(subjects: Sequence[str | None]) -> None:
    if sum(subject is not None for subject in subjects) != 1:
        raise ValidationError("Name one user, one group or one policy to ask about.", parameter="user_name")


def ensure_action(action_name: str) -> None:
    service, _, name = action_name.partition(":")
    if not service or not name or "*" in action_name or "?" in action_name:
        raise ValidationError(
            "Name one action, with its service: `s3:GetObject`, for example.", parameter="action_name"
        )

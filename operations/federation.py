"""Roles for people whom a registered identity provider vouches for: nobody signs, the provider's word is the proof."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.conf import settings

from accounts.models import OIDCProvider, Role, SAMLProvider
from operations.assertions import (
    SamlAssertion,
    claimed_issuer,
    token_audience,
    verify_identity_token,
    verify_saml_response,
)
from operations.authorization import tag_context
from operations.call import Call
from operations.caller import Caller, Credential, CredentialKind
from operations.errors import (
    AccessDenied,
    IDPRejectedClaim,
    InvalidIdentityToken,
    ValidationError,
)
from operations.operation import operation
from operations.principals import AssumedRole
from operations.session_terms import ensure_policies, ensure_short_policy, packed_size
from operations.session_tokens import Session
from operations.sts import AssumedRoleUser, Credentials, new_session, role_at, role_session
from operations.tags import checked
from operations.trust import trust_policy_for

ATTRIBUTES: Final = "https://aws.amazon.com/SAML/Attributes/"
PRINCIPAL_TAG: Final = "PrincipalTag:"
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class WebIdentitySession:
    credentials: Credentials
    assumed_role_user: AssumedRoleUser
    packed_policy_size: int | None
    subject_from_web_identity_token: str
    provider: str
    audience: str
    source_identity: str | None = None


@dataclass(frozen=True, slots=True)
class SAMLSession:
    credentials: Credentials
    assumed_role_user: AssumedRoleUser
    packed_policy_size: int | None
    subject: str
    subject_type: str
    issuer: str
    audience: str
    name_qualifier: str
    source_identity: str | None = None


@operation("sts:AssumeRoleWithWebIdentity", keeps_revision=True)
def assume_role_with_web_identity(
    call: Call,
    *,
    role_arn: str,
    role_session_name: str,
    web_identity_token: str,
    provider_id: str | None = None,
    policy_arns: Sequence[Mapping[str, str]] = (),
    policy: str | None = None,
    duration_seconds: int | None = None,
    minimum_session_token_size: int | None = None,
) -> WebIdentitySession:
    """A role for the bearer of an OpenID Connect token, if the role trusts the provider and its conditions hold.

    The token is verified with the keys that the account has registered for its issuer. Raises InvalidIdentityToken,
    ExpiredIdentityToken, AccessDenied and ValidationError (`provider_id` is for OAuth 2.0 access tokens, which no
    provider here gives).
    """
    if provider_id is not None:
        raise ValidationError("ProviderId is for OAuth 2.0 access tokens only.", parameter="provider_id")
    role = _role(role_arn, "sts:AssumeRoleWithWebIdentity")
    name = claimed_issuer(web_identity_token).removeprefix("https://")
    provider = OIDCProvider.find(role.account, OIDCProvider.arn_of(role.account_id, name))
    if provider is None:
        raise InvalidIdentityToken("No OpenIDConnect provider found in your account for " + name[:256])
    claims = verify_identity_token(
        web_identity_token,
        jwks=provider.signing_keys,
        audiences=provider.client_id_list,
        issuer=provider.issuer,
        now=call.real_now,
    )
    facts = _facts_of_token(provider, claims)
    given = Given(role, provider.arn, role_session_name, facts, tuple(_tags_of_token(claims)))
    session = _entered(call, given, "sts:AssumeRoleWithWebIdentity", policy, policy_arns, duration_seconds)
    answer = role_session(call, role, session, packed_size=_size(session))
    return WebIdentitySession(
        answer.credentials,
        answer.assumed_role_user,
        answer.packed_policy_size,
        str(claims["sub"]),
        provider.arn,
        token_audience(claims),
    )


@operation("sts:AssumeRoleWithSAML", keeps_revision=True)
def assume_role_with_saml(
    call: Call,
    *,
    role_arn: str,
    principal_arn: str,
    saml_assertion: str,
    policy_arns: Sequence[Mapping[str, str]] = (),
    policy: str | None = None,
    duration_seconds: int | None = None,
    minimum_session_token_size: int | None = None,
) -> SAMLSession:
    """A role for whom a SAML provider vouches for, if the assertion offers this role and the role trusts the provider.

    Raises InvalidIdentityToken, ExpiredIdentityToken, IDPRejectedClaim and AccessDenied.
    """
    role = _role(role_arn, "sts:AssumeRoleWithSAML")
    provider = SAMLProvider.find(role.account, principal_arn)
    if provider is None:
        raise InvalidIdentityToken("No SAML provider found in your account under this name.")
    if provider.assertion_encryption_mode == "Required":
        # A plain assertion is refused, and an encrypted one is not read here.
        raise InvalidIdentityToken("This provider's assertions have to be encrypted.")
    said = verify_saml_response(
        saml_assertion,
        metadata=provider.saml_metadata_document,
        recipients=recipients(),
        now=call.real_now,
    )
    qualifier = name_qualifier(said.issuer, role.account_id, provider.name)
    given = _given_by_saml(role, provider, said, qualifier)
    wanted = duration_seconds or _asked_duration(said)
    session = _entered(call, given, "sts:AssumeRoleWithSAML", policy, policy_arns, wanted)
    if said.session_not_on_or_after:
        end = min(session.expiration, said.session_not_on_or_after.isoformat(timespec="seconds"))
        session = replace(session, expiration=end)
    answer = role_session(call, role, session, packed_size=_size(session))
    return SAMLSession(
        answer.credentials,
        answer.assumed_role_user,
        answer.packed_policy_size,
        said.subject,
        said.subject_type,
        said.issuer,
        said.audience,
        qualifier,
        answer.source_identity,
    )


def recipients() -> list[str]:
    """The addresses that a provider may have meant by us; never AWS's, or what is meant for AWS would open us."""
    return [f"{settings.SITE_URL}/api/", f"{settings.SITE_URL}/api", f"{settings.SITE_URL}/saml"]


def name_qualifier(issuer: str, account_id: str, provider_name: str) -> str:
    """`BASE64(SHA1(issuer + account + "/" + provider))`, which tells apart equal subjects of two providers (STS)."""
    text = f"{issuer}{account_id}/{provider_name}"
    return b64encode(hashlib.sha1(text.encode(), usedforsecurity=False).digest()).decode()


@dataclass(frozen=True, slots=True)
class Given:
    """What the provider's word comes to: which role for whom, and the condition keys and tags it brings."""

    role: Role
    provider_arn: str
    session_name: str
    facts: Mapping[str, str | Sequence[str]]
    tags: tuple[dict[str, str], ...] = ()
    transitive: tuple[str, ...] = ()
    source_identity: str = ""


def _role(role_arn: str, action: str) -> Role:
    role = role_at(role_arn)
    if role is None:
        raise AccessDenied(f"Not authorized to perform {action}")
    return role


def _entered(
    call: Call,
    given: Given,
    action: str,
    policy: str | None,
    policy_arns: Sequence[Mapping[str, str]],
    duration_seconds: int | None,
) -> Session:
    """The session, once the role's trust policy has let the provider's person in."""
    role = given.role
    actions = [
        action,
        *["sts:TagSession"] * bool(given.tags),
        *["sts:SetSourceIdentity"] * bool(given.source_identity),
    ]
    context = {
        **given.facts,
        **tag_context("aws:RequestTag", given.tags),
        **tag_context("aws:ResourceTag", role.tags),
        **({"aws:TagKeys": [tag["Key"] for tag in given.tags]} if given.tags else {}),
        **({"sts:SourceIdentity": given.source_identity} if given.source_identity else {}),
        "sts:RoleSessionName": given.session_name,
    }
    trust = trust_policy_for(role, given.provider_arn, "")
    for wanted in actions:
        call.authorize_federated(given.provider_arn, role, wanted, context, trust)
    federation = {key: value for key, value in given.facts.items() if isinstance(value, str)}
    principal = AssumedRole(role, given.session_name, given.tags, federation)
    call.belongs_to(Caller(principal, Credential(CredentialKind.TEMPORARY), role.account, call.caller.client))
    seconds = duration_seconds or int(HOUR.total_seconds())
    if seconds > role.max_session_duration:
        raise ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            parameter="duration_seconds",
        )
    return replace(
        new_session(call, "role", role.role_id, timedelta(seconds=seconds)),
        name=given.session_name,
        source_identity=given.source_identity,
        policies=ensure_short_policy(policy),
        policy_arns=ensure_policies(role.account, policy_arns),
        tags=given.tags,
        transitive_tag_keys=given.transitive,
        federation=federation,
    )


def _size(session: Session) -> int:
    return packed_size((*session.policies, *session.policy_arns), session.tags)


def _facts_of_token(provider: OIDCProvider, claims: Mapping[str, Any]) -> dict[str, str | Sequence[str]]:
    """`accounts.example.org:sub` and its like ("Available keys for OIDC federation", IAM user guide)."""
    facts: dict[str, str | Sequence[str]] = {
        f"{provider.name}:aud": token_audience(claims),
        f"{provider.name}:sub": str(claims["sub"]),
        "aws:FederatedProvider": provider.arn,
    }
    methods = claims.get("amr")
    if isinstance(methods, list):
        facts[f"{provider.name}:amr"] = [str(method) for method in methods]
    return facts


def _tags_of_token(claims: Mapping[str, Any]) -> list[dict[str, str]]:
    """Session tags in the claim `https://aws.amazon.com/tags`."""
    said = claims.get("https://aws.amazon.com/tags")
    tags = said.get("principal_tags") if isinstance(said, dict) else None
    if not isinstance(tags, dict):
        return []
    pairs = [
        {"Key": str(key), "Value": str(values[0])}
        for key, values in tags.items()
        if isinstance(values, list) and values
    ]
    return checked(pairs)


def _given_by_saml(role: Role, provider: SAMLProvider, said: SamlAssertion, qualifier: str) -> Given:
    offered = (value.replace(" ", "").split(",") for value in said.attributes.get(f"{ATTRIBUTES}Role", ()))
    if not any({role.arn, provider.arn} == set(pair) for pair in offered):
        raise AccessDenied("Not authorized to perform sts:AssumeRoleWithSAML")
    name = _single(said, "RoleSessionName")
    if not name:
        raise IDPRejectedClaim("RoleSessionName is required in AuthnResponse")
    facts = {
        "saml:aud": said.audience,
        "saml:iss": said.issuer,
        "saml:sub": said.subject,
        "saml:sub_type": said.subject_type,
        "saml:namequalifier": qualifier,
        "saml:doc": f"{role.account_id}/{provider.name}",
        "aws:FederatedProvider": provider.arn,
    }
    tags = [
        {"Key": key.removeprefix(ATTRIBUTES + PRINCIPAL_TAG), "Value": values[0]}
        for key, values in said.attributes.items()
        if key.startswith(ATTRIBUTES + PRINCIPAL_TAG) and values
    ]
    return Given(
        role,
        provider.arn,
        name,
        facts,
        tuple(checked(tags)),
        said.attributes.get(f"{ATTRIBUTES}TransitiveTagKeys", ()),
        _single(said, "SourceIdentity"),
    )


def _single(said: SamlAssertion, name: str) -> str:
    return next(iter(said.attributes.get(ATTRIBUTES + name, ())), "")


def _asked_duration(said: SamlAssertion) -> int | None:
    text = _single(said, "SessionDuration")
    if text and not (text.isascii() and text.isdigit()):
        raise IDPRejectedClaim("SessionDuration must be a number of seconds.")
    return int(text) if text else None

"""STS: who one is, and temporary credentials for oneself, for a role, or for somebody one vouches for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accounts.models import Role
from accounts.names import KeyPrefix, account_of_key, new_access_key_id, new_secret_key
from operations.authorization import tag_context
from operations.authorization_messages import decoded_message
from operations.call import Call
from operations.caller import CredentialKind
from operations.errors import ValidationError
from operations.operation import operation
from operations.principals import AssumedRole, FederatedUser
from operations.session_terms import (
    CHAINED,
    duration_of_user,
    ensure_lasting,
    ensure_policies,
    ensure_short_policy,
    packed_size,
    prove_code,
    session_tags,
)
from operations.session_tokens import Session, token_of
from operations.tags import Tag, tag_conditions
from operations.trail import issuer_of
from operations.trust import trust_policy_for
from policies.engine.arns import split_arn

NOBODY_TRUSTED = '{"Version":"2012-10-17","Statement":[]}'


@dataclass(frozen=True, slots=True)
class Credentials:
    """Temporary ones: three parts that are used together until they end."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime


@dataclass(frozen=True, slots=True)
class AssumedRoleUser:
    assumed_role_id: str
    arn: str


@dataclass(frozen=True, slots=True)
class RoleSession:
    credentials: Credentials
    assumed_role_user: AssumedRoleUser
    packed_policy_size: int | None = None
    source_identity: str | None = None


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    user_id: str
    account: str
    arn: str


@dataclass(frozen=True, slots=True)
class FederatedUserInfo:
    federated_user_id: str
    arn: str


@dataclass(frozen=True, slots=True)
class FederationToken:
    credentials: Credentials
    federated_user: FederatedUserInfo
    packed_policy_size: int | None = None


@operation("sts:GetCallerIdentity", reads=True)
def get_caller_identity(call: Call) -> CallerIdentity:
    """Who is asking. No permission is needed, and no Deny keeps it from anybody."""
    call.authorize("*")
    principal = call.caller.principal
    return CallerIdentity(principal.unique_id, call.account.id, principal.arn)


@operation("sts:GetAccessKeyInfo", reads=True)
def get_access_key_info(call: Call, *, access_key_id: str) -> Mapping[str, str]:
    """The account that a key's id names, whether or not there is such a key."""
    call.authorize("*")
    account_id = account_of_key(access_key_id)
    if account_id is None:
        raise ValidationError("The access key ID has no valid form.", parameter="access_key_id")
    return {"Account": account_id}


@operation("sts:DecodeAuthorizationMessage", reads=True)
def decode_authorization_message(call: Call, *, encoded_message: str) -> Mapping[str, str]:
    """What a refusal of this account kept to itself; raises InvalidAuthorizationMessage."""
    call.authorize("*")
    return {"DecodedMessage": decoded_message(encoded_message, call.account.id)}


@operation("sts:GetSessionToken", keeps_revision=True)
def get_session_token(
    call: Call,
    *,
    duration_seconds: int | None = None,
    serial_number: str | None = None,
    token_code: str | None = None,
    minimum_session_token_size: int | None = None,
) -> Mapping[str, Credentials]:
    """Credentials for oneself, with the second factor when a code comes along.

    Policies cannot allow or deny it ("Permissions for GetSessionToken", IAM user guide): who holds a long-lived key
    gets them.
    """
    ensure_lasting(call, "GetSessionToken")
    call.admit(CredentialKind.ACCESS_KEY)
    mfa_time = call.real_now if prove_code(call, serial_number, token_code) else None
    principal = call.caller.principal
    unique_id = call.account.id if call.caller.is_root else principal.unique_id
    session = new_session(call, "user", unique_id, duration_of_user(call, duration_seconds))
    return {"Credentials": _handed_out(call, replace(session, mfa_time=_text(mfa_time)))}


@operation("sts:GetFederationToken", keeps_revision=True)
def get_federation_token(
    call: Call,
    *,
    name: str,
    policy: str | None = None,
    policy_arns: Sequence[Mapping[str, str]] = (),
    duration_seconds: int | None = None,
    tags: Sequence[Tag] = (),
    minimum_session_token_size: int | None = None,
) -> FederationToken:
    """Credentials for somebody the caller vouches for: what both the caller's and the session's policies allow."""
    ensure_lasting(call, "GetFederationToken")
    federated = FederatedUser(call.caller.identity, name)
    call.authorize(federated.arn, tag_conditions(tags))
    if tags:
        call.authorize(federated.arn, tag_conditions(tags), action="sts:TagSession")
    policies, arns = ensure_short_policy(policy), ensure_policies(call.account, policy_arns)
    given, _ = session_tags(call, tags, ())
    size = packed_size((*policies, *arns), given)
    unique_id = call.account.id if call.caller.is_root else call.caller.principal.unique_id
    session = new_session(call, "federated", unique_id, duration_of_user(call, duration_seconds))
    session = replace(session, name=name, policies=policies, policy_arns=arns, tags=tuple(given))
    info = FederatedUserInfo(federated.unique_id, federated.arn)
    return FederationToken(_handed_out(call, session), info, size or None)


@operation("sts:AssumeRole", keeps_revision=True)
def assume_role(
    call: Call,
    *,
    role_arn: str,
    role_session_name: str,
    policy_arns: Sequence[Mapping[str, str]] = (),
    policy: str | None = None,
    duration_seconds: int | None = None,
    tags: Sequence[Tag] = (),
    transitive_tag_keys: Sequence[str] = (),
    external_id: str | None = None,
    serial_number: str | None = None,
    token_code: str | None = None,
    source_identity: str | None = None,
    provided_contexts: Sequence[Mapping[str, str]] = (),
    minimum_session_token_size: int | None = None,
) -> RoleSession:
    """The permissions of a role, for a while, in place of one's own.

    The role's trust policy must let the caller in, and across accounts the caller's own policies as well. Tags need
    sts:TagSession and a source identity, an inherited one too, sts:SetSourceIdentity, in both. Of a second factor the
    session knows nothing: "The temporary credentials returned by AssumeRole do not include MFA information in the
    context" (MFA-protected API access, IAM user guide). A role that does not exist is refused like
    one that is closed. Raises AccessDenied, ValidationError, MalformedPolicyDocument and PackedPolicyTooLarge.
    """
    has_code = prove_code(call, serial_number, token_code)
    given, transitive = session_tags(call, tags, transitive_tag_keys)
    source = _source_identity(call, source_identity)
    context: dict[str, str | Sequence[str]] = {
        **_asked(role_session_name, external_id, source, has_code=has_code),
        **tag_conditions(tags),
        **({"sts:TransitiveTagKeys": list(transitive_tag_keys)} if transitive_tag_keys else {}),
    }
    role = _entered(call, role_arn, context, has_tags=bool(tags), has_source=bool(source))
    lifetime = _lifetime(call, role, duration_seconds)
    policies, arns = ensure_short_policy(policy), ensure_policies(role.account, policy_arns)
    size = packed_size((*policies, *arns), given)
    session = replace(
        new_session(call, "role", role.role_id, lifetime),
        account_id=role.account_id,
        name=role_session_name,
        source_identity=source,
        policies=policies,
        policy_arns=arns,
        tags=tuple(given),
        transitive_tag_keys=transitive,
    )
    return role_session(call, role, session, packed_size=size)


def _asked(name: str, external_id: str | None, source: str, *, has_code: bool) -> dict[str, str]:
    """The condition keys of the request itself; a code that came along counts for this decision."""
    return {
        "sts:RoleSessionName": name,
        **({"sts:ExternalId": external_id} if external_id else {}),
        **({"sts:SourceIdentity": source} if source else {}),
        **({"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"} if has_code else {}),
    }


def role_session(call: Call, role: Role, session: Session, *, packed_size: int = 0) -> RoleSession:
    """The answer to whoever has assumed a role."""
    assumed = AssumedRole(role, session.name)
    user = AssumedRoleUser(assumed.unique_id, assumed.arn)
    call.note.resources.append(role.arn)
    return RoleSession(_handed_out(call, session), user, packed_size or None, session.source_identity or None)


def role_at(role_arn: str) -> Role | None:
    """The role of an ARN, whichever account of this installation it is in.

    "When a role name is used in a policy or as part of an ARN, the role name is case sensitive": policies that speak
    of the role would not speak of another spelling.
    """
    parts = split_arn(role_arn)
    if parts is None or parts[2] != "iam" or not parts[5].startswith("role/"):
        return None
    role = Role.named(parts[4], parts[5].rpartition("/")[2])
    return role if role is not None and role.arn == role_arn else None


def _entered(
    call: Call,
    role_arn: str,
    context: Mapping[str, str | Sequence[str]],
    *,
    has_tags: bool,
    has_source: bool,
) -> Role:
    """The role, once both sides have let the caller in; raises AccessDenied."""
    role = role_at(role_arn)
    bearer = issuer_of(call.caller.principal) or call.caller.principal
    trust = trust_policy_for(role, bearer.arn, bearer.unique_id) if role else NOBODY_TRUSTED
    parts = split_arn(role_arn)
    owner = role.account_id if role else parts[4] if parts else ""
    known = {**context, **(_tags_of(role) if role else {}), "aws:ResourceAccount": owner}
    wanted = ["sts:AssumeRole", *["sts:TagSession"] * has_tags, *["sts:SetSourceIdentity"] * has_source]
    for action in wanted:
        call.authorize(role_arn, known, action=action, resource_policy=trust, resource_account=owner)
    if role is None:
        # The empty trust policy has refused everybody.
        raise ValidationError(f"{role_arn} is no role.", parameter="role_arn")
    return role


def _tags_of(role: Role) -> Mapping[str, str]:
    return {**tag_context("aws:ResourceTag", role.tags), **tag_context("iam:ResourceTag", role.tags)}


def _lifetime(call: Call, role: Role, seconds: int | None) -> timedelta:
    """One hour unless asked otherwise; never more than the role allows, nor than an hour from role to role."""
    if seconds is None:
        return timedelta(hours=1)
    wanted = timedelta(seconds=seconds)
    if isinstance(call.caller.principal, AssumedRole) and wanted > CHAINED:
        raise ValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
            parameter="duration_seconds",
        )
    if seconds > role.max_session_duration:
        raise ValidationError(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            parameter="duration_seconds",
        )
    return wanted


def _source_identity(call: Call, wanted: str | None) -> str:
    """Set once, it stays through every further role; raises ValidationError for another one."""
    present = call.caller.credential.source_identity
    if present and wanted and wanted != present:
        raise ValidationError(
            "The source identity of a session cannot be changed.", parameter="source_identity"
        )
    return present or wanted or ""


def new_session(call: Call, kind: str, principal: str, lifetime: timedelta) -> Session:
    """What every session says; the rest is laid over it."""
    return Session(
        access_key_id="",
        secret="",
        account_id=call.account.id,
        kind=kind,
        principal=principal,
        issued=call.real_now.isoformat(timespec="seconds"),
        expiration=(call.real_now + lifetime).isoformat(timespec="seconds"),
    )


def _handed_out(call: Call, session: Session) -> Credentials:
    """The credentials of a session, under a key of their own."""
    key_id = new_access_key_id(KeyPrefix.TEMPORARY, session.account_id)
    session = replace(session, access_key_id=key_id, secret=new_secret_key())
    expiration = datetime.fromisoformat(session.expiration)
    call.respond(accessKeyId=key_id, expiration=session.expiration)
    return Credentials(key_id, session.secret, token_of(session), expiration)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None

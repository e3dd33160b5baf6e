"""Service-specific credentials: a name with a password, or an API key, that one service alone accepts."""

from __future__ import annotations

import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Final

from django.db.models import Q

from accounts.models import ServiceSpecificCredential, User
from accounts.models.user_credentials import Status
from accounts.names import IdPrefix, name_key, new_unique_id
from operations.authorization import Context
from operations.call import Call
from operations.errors import NoSuchEntity, NotSupportedService, ValidationError
from operations.operation import operation
from operations.paging import Page, page_of
from operations.quotas import ensure_room
from operations.users import name_or_own

PASSWORD_SERVICES: Final = frozenset({"cassandra.amazonaws.com", "codecommit.amazonaws.com"})
# Services with long-term API keys, which may expire and are known by an alias.
API_KEY_SERVICES: Final = frozenset({"bedrock.amazonaws.com"})
API_KEY_PREFIX: Final = "ABSK"
# Sixty characters of base64, as long as AWS's own.
PASSWORD_BYTES: Final = 44


@dataclass(frozen=True, slots=True)
class ShownCredential:
    """A credential at one moment; a password or a secret is in it only when it has just been made."""

    user_name: str
    service_specific_credential_id: str
    service_name: str
    service_user_name: str | None
    service_credential_alias: str | None
    status: str
    create_date: datetime
    expiration_date: datetime | None
    service_password: str | None = None
    service_credential_secret: str | None = None


@operation("iam:CreateServiceSpecificCredential")
def create_service_specific_credential(
    call: Call, *, user_name: str, service_name: str, credential_age_days: int | None = None
) -> ShownCredential:
    """Make a credential for one service, at most two of each; its password or secret is shown this once.

    In the console it takes a fresh proof of identity. Raises NotSupportedService, ValidationError (an age where the
    service has no API keys) and LimitExceeded.
    """
    user = call.access(User, user_name, _conditions(service_name, credential_age_days))
    call.require_fresh_proof()
    _ensure_supported(service_name)
    expiration_date = _expiration_date(service_name, credential_age_days, call.now)
    present = call.account.service_specific_credentials.filter(user=user, service_name=service_name)
    ensure_room(present, "SERVICE_CREDENTIALS_PER_USER", "ServiceSpecificCredentialsPerUser")
    credential = _new(call, user, service_name)
    credential.expiration_date = expiration_date
    call.undo_by(
        "iam:DeleteServiceSpecificCredential",
        user_name=user.user_name,
        service_specific_credential_id=credential.service_specific_credential_id,
    )
    return _with_new_secret(call, credential)


@operation("iam:ListServiceSpecificCredentials", reads=True)
def list_service_specific_credentials(
    call: Call,
    *,
    user_name: str | None = None,
    service_name: str | None = None,
    all_users: bool | None = None,
    marker: str | None = None,
    max_items: int | None = None,
) -> Page[ShownCredential]:
    """The credentials of a user, of the caller when it names nobody, or of all users; without their secrets.

    Raises ValidationError for a user beside AllUsers, and NotSupportedService.
    """
    found = call.account.service_specific_credentials.select_related("user")
    if not all_users:
        found = found.filter(user=call.access(User, name_or_own(call, user_name)))
    elif user_name is None:
        call.authorize(User.arn_of(call.account.id, "*"))
    else:
        raise ValidationError("AllUsers cannot be specified together with UserName.", parameter="all_users")
    if service_name is not None:
        _ensure_supported(service_name)
        found = found.filter(service_name=service_name)
    page = page_of(found, "service_specific_credential_id", marker=marker, max_items=max_items)
    return Page([_shown(credential, call.now) for credential in page.items], page.marker)


@operation("iam:UpdateServiceSpecificCredential")
def update_service_specific_credential(
    call: Call, *, user_name: str | None = None, service_specific_credential_id: str, status: str
) -> None:
    """Switch a credential on or off; one that has expired stays so. Raises ValidationError for any other status."""
    credential = _credential_of(call, user_name, service_specific_credential_id)
    if status not in Status.values:
        raise ValidationError(
            "The status of a service-specific credential is Active or Inactive.", parameter="status"
        )
    call.undo_by(
        "iam:UpdateServiceSpecificCredential",
        user_name=credential.user_name,
        service_specific_credential_id=service_specific_credential_id,
        status=credential.status,
    )
    credential.status = status
    credential.save(update_fields=["status"])


@operation("iam:ResetServiceSpecificCredential")
def reset_service_specific_credential(
    call: Call, *, user_name: str | None = None, service_specific_credential_id: str
) -> ShownCredential:
    """Give a credential a new password or secret, shown this once; the old one is worth nothing from now on.

    In the console it takes a fresh proof of identity.
    """
    credential = _credential_of(call, user_name, service_specific_credential_id)
    call.require_fresh_proof()
    return _with_new_secret(call, credential)


@operation("iam:DeleteServiceSpecificCredential")
def delete_service_specific_credential(
    call: Call, *, user_name: str | None = None, service_specific_credential_id: str
) -> None:
    """Delete a credential of that very user; one of somebody else is not found."""
    credential = _credential_of(call, user_name, service_specific_credential_id)
    call.deleted(credential.snapshot())
    credential.delete()


def _conditions(service_name: str, credential_age_days: int | None = None) -> Context:
    """An age that was not asked for is absent, so that a policy can refuse credentials that never expire."""
    conditions = {"iam:ServiceSpecificCredentialServiceName": service_name}
    if credential_age_days is not None:
        conditions["iam:ServiceSpecificCredentialAgeDays"] = str(credential_age_days)
    return conditions


def _ensure_supported(service_name: str) -> None:
    if service_name not in PASSWORD_SERVICES | API_KEY_SERVICES:
        raise NotSupportedService(
            f"No such service {service_name} is supported for Service Specific Credentials",
            parameter="service_name",
        )


def _expiration_date(service_name: str, credential_age_days: int | None, now: datetime) -> datetime | None:
    """When a credential of that age ends; without one it never does. Raises ValidationError where there is none."""
    if credential_age_days is None:
        return None
    if service_name not in API_KEY_SERVICES:
        raise ValidationError(
            f"CredentialAgeDays is not supported for service {service_name}.", parameter="credential_age_days"
        )
    return now + timedelta(days=credential_age_days)


def _credential_of(call: Call, user_name: str | None, credential_id: str) -> ServiceSpecificCredential:
    """Decide on the user, with the service where there is one, and only then say whether the credential exists."""
    name = name_or_own(call, user_name)
    found = call.account.service_specific_credentials.select_related("user").filter(
        user__name_key=name_key(name), service_specific_credential_id=credential_id
    )
    credential = found.first()
    call.access(User, name, _conditions(credential.service_name) if credential else {})
    if credential is None:
        raise NoSuchEntity(
            f"No such credential {credential_id} exists", parameter="service_specific_credential_id"
        )
    return credential


def _new(call: Call, user: User, service_name: str) -> ServiceSpecificCredential:
    """The row of a credential that has neither secret nor end yet."""
    name = _free_name(call, user, service_name)
    has_alias = service_name in API_KEY_SERVICES
    return ServiceSpecificCredential(
        account=call.account,
        user=user,
        service_specific_credential_id=new_unique_id(IdPrefix.SERVICE_CREDENTIAL),
        service_name=service_name,
        service_user_name="" if has_alias else name,
        service_credential_alias=name if has_alias else "",
        create_date=call.now,
    )


def _free_name(call: Call, user: User, service_name: str) -> str:
    """`ana-at-123456789012`; where the service has that already, `ana+1-at-123456789012`, and so on."""
    known = call.account.service_specific_credentials.filter(service_name=service_name)
    candidates = (
        f"{user.user_name}{f'+{number}' if number else ''}-at-{call.account.id}" for number in count()
    )
    return next(
        name
        for name in candidates
        if not known.filter(Q(service_user_name=name) | Q(service_credential_alias=name)).exists()
    )


def _with_new_secret(call: Call, credential: ServiceSpecificCredential) -> ShownCredential:
    """Save the credential with the hash of a fresh secret, and show the secret.

    A plain SHA-256 is enough: slow hashes hold back the guessing of what people choose, and nobody guesses 352
    random bits.
    """
    secret = _new_secret(credential)
    credential.secret_hash = sha256(secret.encode()).hexdigest()
    credential.save()
    call.respond(
        serviceSpecificCredentialId=credential.service_specific_credential_id,
        serviceName=credential.service_name,
        status=credential.status_at(call.now),
    )
    return _shown(credential, call.now, secret)


def _new_secret(credential: ServiceSpecificCredential) -> str:
    """A password; or an API key, which bears its alias, so that a service knows by which credential to check it."""
    password = b64encode(secrets.token_bytes(PASSWORD_BYTES)).decode()
    if not credential.service_credential_alias:
        return password
    return API_KEY_PREFIX + b64encode(f"{credential.service_credential_alias}:{password}".encode()).decode()


def _shown(
    credential: ServiceSpecificCredential, now: datetime, secret: str | None = None
) -> ShownCredential:
    has_alias = bool(credential.service_credential_alias)
    return ShownCredential(
        user_name=credential.user_name,
        service_specific_credential_id=credential.service_specific_credential_id,
        service_name=credential.service_name,
        service_user_name=credential.service_user_name or None,
        service_credential_alias=credential.service_credential_alias or None,
        status=credential.status_at(now),
        create_date=credential.create_date,
        expiration_date=credential.expiration_date,
        service_password=None if has_alias else secret,
        service_credential_secret=secret if has_alias else None,
    )

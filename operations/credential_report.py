"""The credential report: a line for each user with the state of its passwords, devices, keys and certificates."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, TypeVar

from accounts.models import AccessKey, Account, CredentialReport, User
from accounts.models.user_credentials import Status
from operations.call import Call
from operations.errors import ReportExpired, ReportNotPresent
from operations.login_profiles import policy_of
from operations.operation import operation

# "You can generate a credential report as often as once every four hours."
LIFETIME = timedelta(hours=4)
COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)
ROOT = "<root_account>"
TRUE, FALSE = "true", "false"
NOT_APPLICABLE, NO_INFORMATION, NOT_SUPPORTED = "N/A", "no_information", "not_supported"
# The report has room for two of each, as AWS lets nobody have more.
PLACES = 2

# The status of a certificate, and since when there is one.
Certificate = tuple[str, datetime]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReportState:
    """What became of the wish for a report."""

    state: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The report as it is fetched."""

    content: bytes
    generated_time: datetime

    report_format: ClassVar[str] = "text/csv"


@operation("iam:GenerateCredentialReport", keeps_revision=True)
def generate_credential_report(call: Call) -> ReportState:
    """Make the report of this moment, unless the last one is younger than four hours."""
    call.authorize("*")
    present = _present(call)
    if present is not None and not _is_expired(call, present):
        return ReportState("COMPLETE")
    CredentialReport(account=call.account, generated_time=call.now, content=_content(call)).save()
    call.respond(state="STARTED")
    return ReportState("STARTED", "No report exists. Starting a new report generation task")


@operation("iam:GetCredentialReport", reads=True)
def get_credential_report(call: Call) -> Report:
    """The last report; raises ReportNotPresent and, four hours after it was made, ReportExpired."""
    call.authorize("*")
    report = _present(call)
    if report is None:
        raise ReportNotPresent(
            "The request was rejected because the credential report does not exist. To generate a credential "
            "report, use GenerateCredentialReport."
        )
    if _is_expired(call, report):
        raise ReportExpired(
            "The request was rejected because the most recent credential report has expired. To generate a new "
            "credential report, use GenerateCredentialReport."
        )
    return Report(report.content.encode(), report.generated_time)


def _present(call: Call) -> CredentialReport | None:
    """Read afresh: an account that was read before remembers what it had then."""
    account = Account.objects.select_related("credential_report").get(pk=call.account.pk)
    return getattr(account, "credential_report", None)


def _is_expired(call: Call, report: CredentialReport) -> bool:
    return call.now - report.generated_time >= LIFETIME


def _content(call: Call) -> str:
    """Six queries, however many users there are."""
    facts = _Facts(call)
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerow(_root_row(call, facts))
    table.writerows(_user_row(user, facts) for user in call.account.users.iterator())
    return text.getvalue().rstrip("\n")


class _Facts:
    """What hangs on the users of an account, by the id of the user; under None it is the root user's."""

    def __init__(self, call: Call) -> None:
        account = call.account
        policy = policy_of(account.id)
        self.max_password_age = policy.max_password_age if policy else None
        enabled = account.mfa_devices.filter(enable_date__isnull=False)
        self.with_device = set(enabled.values_list("user_id", flat=True))
        self.keys = defaultdict[int | None, list[AccessKey]](list)
        for key in account.access_keys.order_by("create_date", "access_key_id"):
            self.keys[key.user_id].append(key)
        self.certificates = defaultdict[int | None, list[Certificate]](list)
        certificates = account.signing_certificates.order_by("upload_date", "certificate_id")
        for user_id, status, uploaded in certificates.values_list("user_id", "status", "upload_date"):
            self.certificates[user_id].append((status, uploaded))

    def of(self, user_id: int | None) -> list[str]:
        """The columns from `mfa_active` on, which are the same for everybody."""
        keys, certificates = self.keys.get(user_id, ()), self.certificates.get(user_id, ())
        columns = [_flag(user_id in self.with_device)]
        for key in _two(keys):
            columns += _key_columns(key)
        for certificate in _two(certificates):
            columns += _certificate_columns(certificate)
        return columns


def _root_row(call: Call, facts: _Facts) -> Sequence[str]:
    """Of the root user's password AWS tells nothing but when it was last used."""
    root = call.account.root
    used = _date(root.password_last_used, NO_INFORMATION)
    created = _date(call.account.create_date, NOT_APPLICABLE)
    password = (NOT_SUPPORTED, used, NOT_SUPPORTED, NOT_SUPPORTED)
    return (ROOT, root.arn, created, *password, *facts.of(None))


def _user_row(user: User, facts: _Facts) -> Sequence[str]:
    created = _date(user.create_date, NOT_APPLICABLE)
    return (user.user_name, user.arn, created, *_password_columns(user, facts), *facts.of(user.pk))


def _password_columns(user: User, facts: _Facts) -> Sequence[str]:
    if not user.has_console_access:
        return (FALSE, NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE)
    return (
        TRUE,
        _date(user.password_last_used, NO_INFORMATION),
        _date(user.password_changed_date, NOT_APPLICABLE),
        _date(user.password_expires(facts.max_password_age), NOT_APPLICABLE),
    )


def _key_columns(key: AccessKey | None) -> Sequence[str]:
    if key is None:
        return (FALSE, *[NOT_APPLICABLE] * 4)
    return (
        _flag(key.is_active),
        _date(key.create_date, NOT_APPLICABLE),
        _date(key.last_used_date, NOT_APPLICABLE),
        key.last_used_region or NOT_APPLICABLE,
        key.last_used_service or NOT_APPLICABLE,
    )


def _certificate_columns(certificate: Certificate | None) -> Sequence[str]:
    if certificate is None:
        return (FALSE, NOT_APPLICABLE)
    status, uploaded = certificate
    return (_flag(status == Status.ACTIVE), _date(uploaded, NOT_APPLICABLE))


def _two(found: Sequence[T]) -> Sequence[T | None]:
    return [*found, *[None] * PLACES][:PLACES]


def _flag(value: bool) -> str:
    return TRUE if value else FALSE


def _date(value: datetime | None, otherwise: str) -> str:
    """`2026-11-24T09:30:00+00:00`"""
    return value.astimezone(UTC).isoformat(timespec="seconds") if value else otherwise

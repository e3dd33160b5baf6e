from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import AccessKey, CredentialReport, SigningCertificate, User
from audit.models import Event
from operations.access_keys import create_access_key
from operations.caller import Caller
from operations.credential_report import COLUMNS, generate_credential_report, get_credential_report
from operations.errors import AccessDenied, ReportExpired, ReportNotPresent
from operations.login_profiles import create_login_profile
from operations.password_policy import update_account_password_policy
from operations.users import create_user
from tests.cast import MovableClock, new_account, signed_in

PASSWORD = "Cinnamon-buns-4"
NOON = datetime(2026, 11, 24, 12, 0, 0, 123456, tzinfo=UTC)
WRITTEN = "2026-11-24T12:00:00+00:00"
NO_KEY = {
    "active": "false",
    "last_rotated": "N/A",
    "last_used_date": "N/A",
    "last_used_region": "N/A",
    "last_used_service": "N/A",
}


def rows(caller: Caller) -> dict[str, dict[str, str]]:
    generate_credential_report(caller)
    lines = get_credential_report(caller).content.decode().split("\n")
    return {row["user"]: row for row in csv.DictReader(lines)}


def key_columns(row: dict[str, str], number: int) -> dict[str, str]:
    start = f"access_key_{number}_"
    return {name.removeprefix(start): value for name, value in row.items() if name.startswith(start)}


def test_the_columns_are_awss(root: Caller) -> None:
    generate_credential_report(root)

    report = get_credential_report(root)

    assert report.content.decode().split("\n")[0] == (
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,"
        "password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,"
        "access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,"
        "access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
        "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,"
        "cert_2_active,cert_2_last_rotated"
    )
    assert (len(COLUMNS), report.report_format) == (22, "text/csv")


def test_root_comes_first_and_of_its_password_little_is_told(root: Caller) -> None:
    first = next(iter(rows(root).values()))

    assert root.account is not None
    told = {name: first[name] for name in COLUMNS[:8]}
    assert told == {
        "user": "<root_account>",
        "arn": f"arn:aws:iam::{root.account_id}:root",
        "user_creation_time": root.account.create_date.isoformat(timespec="seconds"),
        "password_enabled": "not_supported",
        "password_last_used": "no_information",
        "password_last_changed": "not_supported",
        "password_next_rotation": "not_supported",
        "mfa_active": "false",
    }


def test_a_user_without_anything_has_nothing_to_tell(root: Caller) -> None:
    create_user(root, user_name="ana", path="/shop/")

    row = rows(root)["ana"]

    assert row["arn"] == f"arn:aws:iam::{root.account_id}:user/shop/ana"
    assert [row[name] for name in COLUMNS[3:8]] == ["false", "N/A", "N/A", "N/A", "false"]
    assert key_columns(row, 1) == key_columns(row, 2) == NO_KEY
    assert [row[name] for name in COLUMNS[18:]] == ["false", "N/A", "false", "N/A"]


def test_a_password_is_told_with_its_use_and_its_next_rotation(root: Caller) -> None:
    create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password=PASSWORD)
    update_account_password_policy(root, max_password_age=90)
    User.objects.filter(user_name="ana").update(password_changed_date=NOON)

    unused = rows(root)["ana"]
    User.objects.filter(user_name="ana").update(password_last_used=NOON)
    CredentialReport.objects.all().delete()
    used = rows(root)["ana"]

    next_rotation = (NOON + timedelta(days=90)).isoformat(timespec="seconds")
    assert [unused[name] for name in COLUMNS[3:7]] == ["true", "no_information", WRITTEN, next_rotation]
    assert used["password_last_used"] == WRITTEN


def test_without_a_rule_no_password_has_to_change(root: Caller) -> None:
    create_user(root, user_name="ana")
    create_login_profile(root, user_name="ana", password=PASSWORD)

    assert rows(root)["ana"]["password_next_rotation"] == "N/A"


def test_keys_stand_in_the_order_in_which_they_were_made(root: Caller) -> None:
    create_user(root, user_name="ana")
    first, second = (create_access_key(root, user_name="ana").access_key for _ in range(2))
    keys = AccessKey.objects
    keys.filter(pk=first.pk).update(
        create_date=NOON, last_used_date=NOON, last_used_region="us-east-1", last_used_service="iam"
    )
    keys.filter(pk=second.pk).update(create_date=NOON + timedelta(hours=1), is_active=False)

    row = rows(root)["ana"]

    assert list(key_columns(row, 1).values()) == ["true", WRITTEN, WRITTEN, "us-east-1", "iam"]
    assert key_columns(row, 2) == {**NO_KEY, "last_rotated": "2026-11-24T13:00:00+00:00"}


def test_keys_and_devices_of_root_are_told_too(root: Caller) -> None:
    create_access_key(root)
    assert root.account is not None
    root.account.mfa_devices.create(
        device_name="safe", name_key="safe", for_root=True, create_date=NOON, enable_date=NOON, seed="x"
    )

    row = rows(root)["<root_account>"]

    assert (row["access_key_1_active"], row["mfa_active"]) == ("true", "true")


def test_certificates_and_enabled_devices_are_told(root: Caller) -> None:
    user = create_user(root, user_name="ana")
    assert root.account is not None
    for place, status in enumerate(("Inactive", "Active")):
        SigningCertificate.objects.create(
            account=root.account,
            user=user,
            certificate_id=f"CERT{place}",
            certificate_body="-",
            fingerprint=str(place),
            status=status,
            upload_date=NOON + timedelta(hours=place),
        )
    root.account.mfa_devices.create(
        device_name="phone", name_key="phone", user=user, create_date=NOON, enable_date=NOON, seed="x"
    )

    row = rows(root)["ana"]

    assert [row[name] for name in COLUMNS[18:]] == ["false", WRITTEN, "true", "2026-11-24T13:00:00+00:00"]
    assert row["mfa_active"] == "true"


def test_a_name_with_a_comma_stays_one_column(root: Caller) -> None:
    create_user(root, user_name="ana,bo")

    assert rows(root)["ana,bo"]["password_enabled"] == "false"


def test_a_report_lives_four_hours(root: Caller, clock: MovableClock) -> None:
    with pytest.raises(ReportNotPresent, match="does not exist"):
        get_credential_report(root)

    started = generate_credential_report(root)
    clock.travel(hours=3, minutes=59)
    still = generate_credential_report(root)
    made = get_credential_report(root).generated_time
    clock.travel(minutes=1)
    with pytest.raises(ReportExpired, match="has expired"):
        get_credential_report(root)
    again = generate_credential_report(root)

    assert [one.state for one in (started, still, again)] == ["STARTED", "COMPLETE", "STARTED"]
    assert started.description == "No report exists. Starting a new report generation task"
    assert still.description is None
    assert get_credential_report(root).generated_time - made >= timedelta(hours=4)


def queries_of(caller: Caller) -> int:
    CredentialReport.objects.all().delete()
    with CaptureQueriesContext(connection) as queries:
        generate_credential_report(caller)
    return len(queries)


def test_more_users_take_no_more_queries(root: Caller) -> None:
    create_user(root, user_name="ana")
    queries_of(root)
    few = queries_of(root)
    for number in range(20):
        create_user(root, user_name=f"user-{number}")
        create_access_key(root, user_name=f"user-{number}")

    assert queries_of(root) == few


def test_a_new_report_leaves_an_event_with_its_state(root: Caller) -> None:
    generate_credential_report(root)

    newest = Event.objects.order_by("-sequence").first()
    assert newest is not None
    assert (newest.event_name, newest.response_elements) == ("GenerateCredentialReport", {"state": "STARTED"})


def test_accounts_have_reports_of_their_own(root: Caller) -> None:
    other = new_account("other@shop.example", "Tea shop")
    generate_credential_report(root)

    with pytest.raises(ReportNotPresent):
        get_credential_report(signed_in(other.root, other))


def test_both_rights_are_needed_one_by_one(root: Caller, carol: Caller) -> None:
    with pytest.raises(AccessDenied, match=r"iam:GenerateCredentialReport on resource: \*"):
        generate_credential_report(carol)
    with pytest.raises(AccessDenied, match=r"iam:GetCredentialReport on resource: \*"):
        get_credential_report(carol)

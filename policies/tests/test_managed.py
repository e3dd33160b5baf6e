import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from policies.catalog import CatalogMissing
from policies.engine.text import parse_json
from policies.managed import document_text, managed_policies, unique_id


def test_every_aws_managed_policy_is_there() -> None:
    policies = {policy.policy_name: policy for policy in managed_policies()}

    assert len(policies) == 1_582
    assert policies["AdministratorAccess"].arn == "arn:aws:iam::aws:policy/AdministratorAccess"
    assert policies["Billing"].arn == "arn:aws:iam::aws:policy/job-function/Billing"


def test_unique_ids_are_unique_and_of_iams_form() -> None:
    ids = [policy.policy_id for policy in managed_policies()]

    assert len(set(ids)) == len(ids)
    assert all(identifier.startswith("ANPA") and len(identifier) == 21 for identifier in ids)


def test_a_unique_id_follows_from_the_arn_alone() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"

    assert unique_id(arn) == unique_id(arn)
    assert unique_id(arn) != unique_id(arn.lower())


def test_dates_are_in_utc() -> None:
    policy = next(managed_policies())

    assert policy.create_date.utcoffset() == timedelta(0)
    assert policy.create_date <= policy.update_date


def test_documents_are_whole() -> None:
    for policy in itertools.islice(managed_policies(), 0, None, 40):
        assert parse_json(policy.document, maximum_length=300_000).kind == "object"


def test_a_document_is_laid_out_in_the_usual_order() -> None:
    document = {
        "Statement": [{"Resource": "*", "Action": "s3:*", "Effect": "Allow", "Sid": "All"}],
        "Version": "2012-10-17",
    }

    text = document_text(document)

    words = ["Version", "Statement", "Sid", "Effect", "Action", "Resource"]
    assert sorted(words, key=text.index) == words


def test_without_a_catalog_the_reader_is_told_what_to_run(settings: Settings, tmp_path: Path) -> None:
    settings.CATALOG_DIR = tmp_path

    with pytest.raises(CatalogMissing, match=r"manage\.py compile_catalog"):
        managed_policies()

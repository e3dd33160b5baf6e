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
from policies.management.commands.compile_catalog import MANAGED_POLICIES_MODULE, MOTO_VERSION

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


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small wheel, with its bytes pinned in place of the real ones."""
    path = tmp_path / "wheels" / f"moto-{MOTO_VERSION}-py3-none-any.whl"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(MANAGED_POLICIES_MODULE, f'data = """\n{json.dumps({"Barista": POLICY})}"""')
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(compile_catalog, "MOTO_SHA256", digest)
    return path


def run(settings: Settings, directory: Path) -> str:
    settings.CATALOG_DIR = directory
    output = StringIO()
    call_command("compile_catalog", stdout=output)
    return output.getvalue()


def test_the_catalog_is_compiled_once(settings: Settings, tmp_path: Path, wheel: Path) -> None:
    first, second = run(settings, tmp_path), run(settings, tmp_path)

    assert "1 AWS managed policies." in first
    assert second == "The catalog is up to date.\n"


def test_a_broken_stamp_compiles_again(settings: Settings, tmp_path: Path, wheel: Path) -> None:
    (tmp_path / "stamp.json").write_text("{")

    assert "1 AWS managed policies." in run(settings, tmp_path)


def test_managed_policies_are_read_from_the_archive(tmp_path: Path, wheel: Path) -> None:
    compile_catalog.compile_managed_policies(wheel, tmp_path)

    row = json.loads((tmp_path / "managed_policies.jsonl").read_text())
    assert row["arn"] == "arn:aws:iam::aws:policy/job-function/Barista"
    assert row["default_version_id"] == "v2"
    assert json.loads(row["document"]) == POLICY["Document"]


def test_a_wheel_of_other_bytes_is_refused_and_removed(tmp_path: Path) -> None:
    def download(folder: Path) -> None:
        (folder / f"moto-{MOTO_VERSION}-py3-none-any.whl").write_bytes(b"something else")

    with pytest.raises(CommandError, match="is not the expected file"):
        compile_catalog.fetch_wheel(tmp_path, download)
    assert not list(tmp_path.iterdir())


def test_without_a_package_index_the_reader_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = subprocess.CompletedProcess([], 1, stdout="", stderr="ERROR: no network")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: failed)

    with pytest.raises(CommandError, match=r"connect to a package index .*compile_catalog.*no network"):
        compile_catalog.fetch_wheel(tmp_path)

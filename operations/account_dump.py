"""The JSON of `aws iam get-account-authorization-details`, read strictly: whatever is wrong has its place.

Pure but for the service model: names, paths and tags are held against it as in the API, documents are parsed by the
engine, and what the dump says twice or of nobody is refused. Nothing is written here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.arns import iam_arn
from accounts.names import name_key
from operations.dump_places import Place, Reference, Renumbering, ensure_distinct
from operations.errors import ValidationError
from policies.engine import parse_policy
from policies.engine.arns import split_arn
from policies.engine.text import distinct, refused_constant

LISTS: Final = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
_AWS: Final = "aws"
_AWS_MANAGED: Final = iam_arn(_AWS, "policy", "/", "")
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_REGION: Final = re.compile(r"[a-z0-9-]{0,64}")
_VERSION: Final = re.compile(r"v([1-9][0-9]{0,5})")


@dataclass(frozen=True, slots=True)
class HeldPolicies:
    """Inline policies by name, attached ones and the boundary by ARN."""

    inline: Mapping[str, str]
    attached: Sequence[Reference]
    boundary: Reference | None


@dataclass(frozen=True, slots=True)
class Named:
    """What everything in a dump has; `where` is its place in the file."""

    where: str
    name: str
    unique_id: str
    path: str
    create_date: datetime


@dataclass(frozen=True, slots=True)
class Entity(Named):
    """A group, and what users and roles have in common with it."""

    held: HeldPolicies
    tags: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class DumpedUser(Entity):
    groups: Sequence[Reference]


@dataclass(frozen=True, slots=True)
class DumpedProfile(Named):
    tags: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class DumpedRole(Entity):
    trust: str
    profiles: Sequence[DumpedProfile]
    last_used: datetime | None
    last_used_region: str


@dataclass(frozen=True, slots=True)
class DumpedVersion:
    number: int
    document: str
    create_date: datetime
    is_default: bool


@dataclass(frozen=True, slots=True)
class DumpedPolicy(Named):
    arn: str
    description: str
    update_date: datetime
    versions: Sequence[DumpedVersion]

    @property
    def is_aws_managed(self) -> bool:
        return self.arn.startswith(_AWS_MANAGED)

    @property
    def default_document(self) -> str:
        return next(version.document for version in self.versions if version.is_default)


@dataclass(frozen=True, slots=True)
class Dump:
    """A whole account, with the number of the account it goes into."""

    users: Sequence[DumpedUser]
    groups: Sequence[Entity]
    roles: Sequence[DumpedRole]
    policies: Sequence[DumpedPolicy]

    @property
    def entities(self) -> Iterator[Entity]:
        yield from (*self.users, *self.groups, *self.roles)

    @property
    def profiles(self) -> Iterator[DumpedProfile]:
        return (profile for role in self.roles for profile in role.profiles)

    @property
    def references(self) -> Iterator[Reference]:
        """All places where a managed policy is named."""
        for held in (entity.held for entity in self.entities):
            yield from (*held.attached, *([held.boundary] if held.boundary else []))

    @property
    def documents(self) -> set[str]:
        """Every policy text of the dump."""
        return {
            *(version.document for policy in self.policies for version in policy.versions),
            *(document for entity in self.entities for document in entity.held.inline.values()),
            *(role.trust for role in self.roles),
        }


def parse_dump(text: str, account_id: str) -> Dump:
    """A dump as it will be in the account `account_id`, whose number takes the place of the dump's own everywhere.

    Raises ValidationError that names the place of the first fault. ARNs of other partitions than `aws` are faults.
    """
    root = _read(text, account_id)
    own = _own_account(root)
    root = Place(root.value, "", Renumbering(own if own != account_id else "", account_id))
    dump = Dump(
        users=[_user(place) for place in root.each("UserDetailList")],
        groups=[_group(place) for place in root.each("GroupDetailList")],
        roles=[_role(place) for place in root.each("RoleDetailList")],
        policies=[_policy(place) for place in root.each("Policies")],
    )
    _ensure_whole(dump)
    return dump


def _read(text: str, account_id: str) -> Place:
    """The root of the file, before its own number is known."""
    try:
        said = json.loads(text, object_pairs_hook=distinct, parse_constant=refused_constant)
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"The file is no JSON: {error}") from error
    root = Place(said, "", Renumbering("", account_id))
    if not isinstance(said, dict) or not any(name in said for name in LISTS):
        root.refuse(f"is no answer of GetAccountAuthorizationDetails: it has none of {', '.join(LISTS)}")
    if root.flag("IsTruncated") or root.at("NextToken").value:
        root.refuse(
            "is one page of several: let awscli fetch them all, without --no-paginate and --max-items"
        )
    return root


def _own_account(root: Place) -> str:
    """The number in the first ARN that has one; one that has another is refused later."""
    for name in LISTS:
        for place in root.each(name):
            parts = split_arn(str(place.at("Arn").value))
            if parts and _ACCOUNT.fullmatch(parts[4]):
                return parts[4]
    return ""


def _ensure_whole(dump: Dump) -> None:
    """No name is there twice, and users are in groups that are there."""
    own = [policy for policy in dump.policies if not policy.is_aws_managed]
    aws = [policy for policy in dump.policies if policy.is_aws_managed]
    for kind in (dump.users, dump.groups, dump.roles, own, aws, dump.profiles):
        ensure_distinct(Reference(one.name, one.where) for one in kind)
    there = {name_key(group.name) for group in dump.groups}
    for reference in (group for user in dump.users for group in user.groups):
        if name_key(reference.text) not in there:
            raise ValidationError(
                f"{reference.where}: there is no group {reference.text} in GroupDetailList. "
                "A file that `--filter` has made smaller may lack it."
            )


def _named(place: Place, kind: str, operation: str) -> dict[str, Any]:
    name, path = place.valid(f"{kind}Name", operation), place.valid("Path", operation, "/")
    owner = _AWS if _is_aws_managed(place) else place.numbers.account_id
    segment = {"InstanceProfile": "instance-profile"}.get(kind, kind.lower())
    arn = iam_arn(owner, segment, path, name)
    if place.text("Arn", arn) != arn:
        written = str(place.at("Arn").value)[:200]
        place.refuse(f"`{written}` is not what account, path and name make: `…:{segment}{path}{name}`", "Arn")
    return {
        "where": place.where,
        "name": name,
        "unique_id": place.text(f"{kind}Id"),
        "path": path,
        "create_date": place.date("CreateDate"),
    }


def _is_aws_managed(place: Place) -> bool:
    return place.text("Arn", "").startswith(_AWS_MANAGED)


def _entity(place: Place, kind: str) -> dict[str, Any]:
    named = _named(place, kind, f"iam:Create{kind}")
    return {**named, "held": _held(place, f"{kind}PolicyList"), "tags": _tags(place)}


def _held(place: Place, list_name: str) -> HeldPolicies:
    embedded = list(place.each(list_name))
    names = [Reference(one.valid("PolicyName", "iam:PutUserPolicy"), one.where) for one in embedded]
    ensure_distinct(names)
    inline = {name.text: one.document("PolicyDocument") for name, one in zip(names, embedded, strict=True)}
    attached = [policy.refer("PolicyArn") for policy in place.each("AttachedManagedPolicies")]
    boundary = place.at("PermissionsBoundary")
    limit = boundary.refer("PermissionsBoundaryArn") if boundary.value is not None else None
    return HeldPolicies(inline, attached, limit)


def _tags(place: Place) -> list[dict[str, str]]:
    tags = [{"Key": tag.text("Key"), "Value": tag.text("Value")} for tag in place.each("Tags")]
    place.check("Tags", "iam:TagUser", tags)
    ensure_distinct(tag.refer("Key") for tag in place.each("Tags"))
    return sorted(tags, key=lambda tag: tag["Key"])


def _user(place: Place) -> DumpedUser:
    groups = [Reference(group.read(), group.where) for group in place.each("GroupList")]
    return DumpedUser(**_entity(place, "User"), groups=groups)


def _group(place: Place) -> Entity:
    return Entity(**_entity(place, "Group"))


def _role(place: Place) -> DumpedRole:
    used = place.at("RoleLastUsed")
    region = used.text("Region", "") if used.value else ""
    if not _REGION.fullmatch(region):
        used.refuse(f"`{region[:64]}` is no region", "Region")
    return DumpedRole(
        **_entity(place, "Role"),
        trust=_trust(place),
        profiles=[_profile(profile) for profile in place.each("InstanceProfileList")],
        last_used=used.date("LastUsedDate") if used.value else None,
        last_used_region=region,
    )


def _trust(place: Place) -> str:
    text = place.document("AssumeRolePolicyDocument")
    statements = parse_policy(text).statements
    if any(one.principals is None and one.not_principals is None for one in statements):
        place.refuse("a statement of a trust policy names no Principal", "AssumeRolePolicyDocument")
    return text


def _profile(place: Place) -> DumpedProfile:
    named = _named(place, "InstanceProfile", "iam:CreateInstanceProfile")
    return DumpedProfile(**named, tags=_tags(place))


def _policy(place: Place) -> DumpedPolicy:
    named = _named(place, "Policy", "iam:CreatePolicy")
    return DumpedPolicy(
        **named,
        arn=place.text("Arn"),
        description=place.valid("Description", "iam:CreatePolicy", ""),
        update_date=place.date("UpdateDate") if place.at("UpdateDate").value else named["create_date"],
        versions=_versions(place),
    )


def _versions(place: Place) -> list[DumpedVersion]:
    written = list(place.each("PolicyVersionList"))
    versions = [_version(one) for one in written]
    ensure_distinct(one.refer("VersionId") for one in written)
    in_force = [f"v{version.number}" for version in versions if version.is_default]
    if len(in_force) != 1:
        place.refuse("has not exactly one default version", "PolicyVersionList")
    if place.text("DefaultVersionId", in_force[0]) != in_force[0]:
        place.refuse(f"the list says that {in_force[0]} is the default version", "DefaultVersionId")
    return versions


def _version(place: Place) -> DumpedVersion:
    found = _VERSION.fullmatch(place.text("VersionId"))
    if found is None:
        place.refuse(f"`{place.text('VersionId')[:32]}` is no version", "VersionId")
    number = int(found[1])
    return DumpedVersion(
        number, place.document("Document"), place.date("CreateDate"), place.flag("IsDefaultVersion")
    )

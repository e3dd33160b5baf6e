"""The JSON of `aws iam get-account-authorization-details`, read strictly: whatever is wrong has its place.

Pure but for the service model: names, paths and tags are held against it as in the API, documents are parsed by the
engine. Nothing is written here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NoReturn
from urllib.parse import unquote

from operations.errors import ValidationError
from operations.shapes import validate
from operations.tags import checked
from policies.engine import PolicyError, parse_policy
from policies.engine.arns import split_arn
from policies.engine.text import distinct, refused_constant

AWS_MANAGED: Final = "arn:aws:iam::aws:policy/"
# AWS's own policies are longer than what may be typed.
LONGEST_DOCUMENT: Final = 1_000_000
_ACCOUNT: Final = re.compile(r"\d{12}")
_LISTS: Final = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")


@dataclass(frozen=True, slots=True)
class HeldPolicies:
    """Inline policies by name, attached ones by ARN, and the ARN of the boundary."""

    inline: Mapping[str, str]
    attached: Sequence[str]
    boundary: str | None


@dataclass(frozen=True, slots=True)
class Entity:
    """What a user, a group and a role have in common."""

    name: str
    unique_id: str
    path: str
    create_date: datetime
    held: HeldPolicies
    tags: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class DumpedUser(Entity):
    groups: Sequence[str]


@dataclass(frozen=True, slots=True)
class DumpedProfile:
    name: str
    unique_id: str
    path: str
    create_date: datetime
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
class DumpedPolicy:
    arn: str
    name: str
    unique_id: str
    path: str
    description: str
    create_date: datetime
    update_date: datetime
    versions: Sequence[DumpedVersion]

    @property
    def is_aws_managed(self) -> bool:
        return self.arn.startswith(AWS_MANAGED)


@dataclass(frozen=True, slots=True)
class Dump:
    """A whole account. `account_id` is the one that its ARNs name, "" when there is none."""

    account_id: str
    users: Sequence[DumpedUser]
    groups: Sequence[Entity]
    roles: Sequence[DumpedRole]
    policies: Sequence[DumpedPolicy]


def parse_dump(text: str, account_id: str) -> Dump:
    """A dump as it will be in the account `account_id`, whose number takes the place of the dump's own everywhere.

    Raises ValidationError that names the place of the first fault.
    """
    try:
        said = json.loads(text, object_pairs_hook=distinct, parse_constant=refused_constant)
    except (ValueError, RecursionError) as error:
        raise ValidationError(f"The file is no JSON: {error}") from error
    root = Place(said, "")
    if not isinstance(said, dict) or not any(name in said for name in _LISTS):
        root.refuse(f"is no answer of GetAccountAuthorizationDetails: it has none of {', '.join(_LISTS)}")
    own = _own_account(root)
    if own and own != account_id:
        renamed = re.sub(rf"(?<!\d){own}(?!\d)", account_id, json.dumps(said))
        root = Place(json.loads(renamed), "")
    return Dump(
        own,
        [_user(place) for place in root.each("UserDetailList")],
        [_group(place) for place in root.each("GroupDetailList")],
        [_role(place) for place in root.each("RoleDetailList")],
        [_policy(place) for place in root.each("Policies")],
    )


class Place:
    """A value of the file with where it stands, for messages."""

    def __init__(self, value: Any, where: str) -> None:
        self.value, self.where = value, where

    def refuse(self, fault: str, member: str = "") -> NoReturn:
        """Raise ValidationError for this place, or for one of its members."""
        where = self._of(member) if member else self.where
        raise ValidationError(f"{where or 'The file'}: {fault}")

    def _of(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def at(self, name: str) -> Place:
        """A member; None when it is not there."""
        if not isinstance(self.value, dict):
            self.refuse("is no object")
        return Place(self.value.get(name), self._of(name))

    def each(self, name: str) -> Iterator[Place]:
        """The items of a list; an absent list has none."""
        member = self.at(name)
        if member.value is None:
            return
        if not isinstance(member.value, list):
            member.refuse("is no list")
        for number, item in enumerate(member.value):
            yield Place(item, f"{member.where}[{number}]")

    def text(self, name: str, default: str | None = None) -> str:
        member = self.at(name)
        if member.value is None and default is not None:
            return default
        if not isinstance(member.value, str):
            member.refuse("is no text")
        return member.value

    def date(self, name: str) -> datetime:
        written = self.text(name)
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            self.refuse(f"`{written[:64]}` is no date", name)
        return found if found.tzinfo else found.replace(tzinfo=UTC)

    def document(self, name: str) -> str:
        """A policy as text: awscli prints it as an object, the API as URL-encoded text."""
        value = self.at(name).value
        if isinstance(value, dict):
            text = json.dumps(value, indent=2)
        elif isinstance(value, str):
            text = unquote(value) if value.lstrip()[:1] == "%" else value
        else:
            self.refuse("is no policy document", name)
        try:
            parse_policy(text, maximum_length=LONGEST_DOCUMENT)
        except PolicyError as error:
            self.refuse(error.message, name)
        return text

    def checked(self, operation: str, **values: object) -> None:
        """Hold values against the model of an operation that would take them."""
        try:
            validate(operation, values)
        except ValidationError as error:
            self.refuse(error.message)


def _own_account(root: Place) -> str:
    """The number that most things of an account bear in their ARN."""
    for name in _LISTS:
        for place in root.each(name):
            parts = split_arn(str(place.at("Arn").value))
            if parts and _ACCOUNT.fullmatch(parts[4]):
                return parts[4]
    return ""


def _held(place: Place, list_name: str) -> HeldPolicies:
    inline = {}
    for policy in place.each(list_name):
        name = policy.text("PolicyName")
        policy.checked("iam:PutUserPolicy", policy_name=name)
        inline[name] = policy.document("PolicyDocument")
    attached = [policy.text("PolicyArn") for policy in place.each("AttachedManagedPolicies")]
    boundary = place.at("PermissionsBoundary")
    limit = boundary.text("PermissionsBoundaryArn") if boundary.value is not None else None
    return HeldPolicies(inline, attached, limit)


def _tags(place: Place) -> list[dict[str, str]]:
    tags = [{"Key": tag.text("Key"), "Value": tag.text("Value")} for tag in place.each("Tags")]
    place.checked("iam:TagUser", tags=tags)
    return checked(tags)


def _common(place: Place, kind: str, list_name: str, operation: str) -> dict[str, Any]:
    name, path = place.text(f"{kind}Name"), place.text("Path", "/")
    place.checked(operation, **{f"{kind.lower()}_name": name, "path": path})
    return {
        "name": name,
        "unique_id": place.text(f"{kind}Id"),
        "path": path,
        "create_date": place.date("CreateDate"),
        "held": _held(place, list_name),
        "tags": _tags(place),
    }


def _user(place: Place) -> DumpedUser:
    groups = [str(group.value) for group in place.each("GroupList")]
    return DumpedUser(**_common(place, "User", "UserPolicyList", "iam:CreateUser"), groups=groups)


def _group(place: Place) -> Entity:
    return Entity(**_common(place, "Group", "GroupPolicyList", "iam:CreateGroup"))


def _role(place: Place) -> DumpedRole:
    used = place.at("RoleLastUsed")
    has_date = isinstance(used.value, dict) and used.value.get("LastUsedDate")
    return DumpedRole(
        **_common(place, "Role", "RolePolicyList", "iam:CreateRole"),
        trust=place.document("AssumeRolePolicyDocument"),
        profiles=[_profile(profile) for profile in place.each("InstanceProfileList")],
        last_used=used.date("LastUsedDate") if has_date else None,
        last_used_region=used.text("Region", "") if has_date else "",
    )


def _profile(place: Place) -> DumpedProfile:
    name, path = place.text("InstanceProfileName"), place.text("Path", "/")
    place.checked("iam:CreateInstanceProfile", instance_profile_name=name, path=path)
    return DumpedProfile(name, place.text("InstanceProfileId"), path, place.date("CreateDate"), _tags(place))


def _policy(place: Place) -> DumpedPolicy:
    name, path = place.text("PolicyName"), place.text("Path", "/")
    place.checked("iam:CreatePolicy", policy_name=name, path=path, description=place.text("Description", ""))
    versions = [_version(version) for version in place.each("PolicyVersionList")]
    if sum(version.is_default for version in versions) != 1:
        place.refuse("has not exactly one default version")
    create_date = place.date("CreateDate")
    return DumpedPolicy(
        arn=place.text("Arn"),
        name=name,
        unique_id=place.text("PolicyId"),
        path=path,
        description=place.text("Description", ""),
        create_date=create_date,
        update_date=place.date("UpdateDate") if place.at("UpdateDate").value else create_date,
        versions=versions,
    )


def _version(place: Place) -> DumpedVersion:
    written = place.text("VersionId")
    if re.fullmatch(r"v[1-9]\d{0,5}", written, re.ASCII) is None:
        place.refuse(f"`{written[:32]}` is no version")
    is_default = place.at("IsDefaultVersion").value is True
    return DumpedVersion(int(written[1:]), place.document("Document"), place.date("CreateDate"), is_default)

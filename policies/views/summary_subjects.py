"""Whose tables are shown: a managed policy or a version of it, an inline policy, or a draft of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import HttpResponse

from accounts.signin.middleware import ConsoleRequest
from iamconsole.cli import Command, command
from operations.policies import get_policy
from operations.policy_versions import get_policy_version
from policies.exports import Exported
from policies.models import Policy, PolicyVersion
from policies.views import drafts
from policies.views.addresses import Crumbs, address, crumbs
from policies.views.holders import holder_of

# What tells in an address which policy is meant.
NAMES = ("arn", "version", "user", "group", "policy", "draft")
NEW = "New policy"


@dataclass(frozen=True, slots=True)
class Subject:
    """A policy with its text. `query` names it in an address; `way` leads to its own page, that page included."""

    name: str
    document: str
    query: dict[str, str]
    way: Crumbs
    exported: Exported | None = None
    cli: Sequence[Command] = field(default=())

    def address(self, **more: str) -> str:
        return address("policy-summary", **self.query, **more)

    def statement_address(self, index: int) -> str:
        """Where a statement is marked in the text."""
        return self.address(view="json", statement=str(index + 1)) + "#statement"

    @property
    def url(self) -> str:
        return self.address()


def subject_of(request: ConsoleRequest) -> Subject | HttpResponse:
    """The policy of the address, read as whoever asks may read it; for a draft that is lost, the way on."""
    if request.GET.get("draft"):
        draft = drafts.find(request)
        return subject_of_draft(request, draft) if draft else drafts.missing(request, _editor(request)[0])
    if request.GET.get("user") or request.GET.get("group"):
        return _inline(request)
    return _managed(request)


def _managed(request: ConsoleRequest) -> Subject:
    arn, version_id = request.GET.get("arn", ""), request.GET.get("version", "")
    shown = version_id or get_policy(request.caller, policy_arn=arn).default_version_id
    version = get_policy_version(request.caller, policy_arn=arn, version_id=shown)
    return subject_of_version(version, is_named=bool(version_id))


def subject_of_version(version: PolicyVersion, *, is_named: bool) -> Subject:
    """`is_named`: the very version is meant, not whichever is the default."""
    policy = version.policy
    way = [(policy.policy_name, address("policy", arn=policy.arn))]
    named = {"version": version.version_id} if is_named else {}
    if is_named:
        here = address("policy-version", arn=policy.arn, **named)
        listed = ("Policy versions", address("policy-versions", arn=policy.arn))
        way += [listed, (f"Version {version.number}", here)]
    seeing = {"policy_arn": policy.arn, "version_id": version.version_id}
    return Subject(
        name=policy.policy_name,
        document=version.document,
        query={"arn": policy.arn, **named},
        way=crumbs(*way),
        exported=None if policy.is_aws_managed else exported_policy(policy, version.document),
        cli=[command("See its text", "iam:GetPolicyVersion", **seeing), *creation_of(version)],
    )


def exported_policy(policy: Policy, document: str) -> Exported:
    return Exported(document, policy.policy_name, policy.path, policy.description)


def creation_of(version: PolicyVersion) -> list[Command]:
    """The command that makes the same policy elsewhere; AWS's own are everywhere already."""
    policy = version.policy
    if policy.is_aws_managed:
        return []
    return [
        command(
            "Create the same policy",
            "iam:CreatePolicy",
            policy_name=policy.policy_name,
            path=policy.path,
            description=policy.description or None,
            policy_document=version.document,
        )
    ]


def _inline(request: ConsoleRequest) -> Subject:
    holder = holder_of(request)
    inline = holder.get(request.caller, request.GET.get("policy", ""))
    name, document = inline.policy_name, inline.text.document
    query = {holder.kind: holder.name, "policy": name}
    given = {f"{holder.kind}_name": holder.name, "policy_name": name}
    return Subject(
        name=name,
        document=document,
        query=query,
        way=[*holder.crumbs("")[:-1], (name, address("policy-summary", **query))],
        exported=Exported(document, name, holder_kind=holder.kind, holder=holder.name),
        cli=[
            command("See its text", holder.action("Get"), **given),
            command("Put the same policy", holder.action("Put"), **given, policy_document=document),
        ],
    )


def subject_of_draft(request: ConsoleRequest, draft: drafts.Draft) -> Subject:
    """The draft that the address of a review names, with the way back there."""
    given = {name: request.GET[name] for name in NAMES if request.GET.get(name)}
    name = given.get("policy") or given.get("arn", "").rpartition("/")[2] or NEW
    way = crumbs() if "user" not in given and "group" not in given else holder_of(request).crumbs("")[:-1]
    return Subject(name, draft.document, given, [*way, (f"Review {name}", _editor(request)[1])])


def _editor(request: ConsoleRequest) -> tuple[str, str]:
    """The addresses of the editor and of the review that the address is about."""
    given = {name: request.GET[name] for name in NAMES if request.GET.get(name)}
    if "arn" in given:
        flow = ("edit-policy", "edit-policy-review")
    elif "user" in given or "group" in given:
        editor = "inline-policy-edit" if "policy" in given else "inline-policy-create"
        flow = (editor, f"{editor}-review")
    else:
        flow = ("create-policy-document", "create-policy-review")
    return address(flow[0], **given), address(flow[1], **given)

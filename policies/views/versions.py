"""The versions of a policy: the list, one of them, two beside each other, and which one counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest, to
from iamconsole.abilities import Abilities
from iamconsole.cli import command
from iamconsole.forms import ConfirmationForm
from iamconsole.pages import flash, page, refused
from iamconsole.previews import effect_of
from iamconsole.templatetags.console import document
from operations.errors import ServiceError
from operations.policy_versions import (
    delete_policy_version,
    get_policy_version,
    list_policy_versions,
    set_default_policy_version,
)
from policies.difference import Line, difference
from policies.models import Policy, PolicyVersion
from policies.views.addresses import Crumbs, address, crumbs
from policies.views.details import head_of, policy_of, told
from policies.views.meaning import effects_between
from policies.views.summary_subjects import creation_of

if TYPE_CHECKING:
    pass

ACTIONS = {"default": "iam:SetDefaultPolicyVersion", "delete_version": "iam:DeletePolicyVersion"}


@dataclass(frozen=True, slots=True)
class Side:
    """One text of a comparison, its lines beside those of the other."""

    version: PolicyVersion
    lines: Sequence[tuple[Line, str]]
    sign: str


@require_safe
def policy_versions(request: ConsoleRequest) -> HttpResponse:
    policy = policy_of(request)
    versions = list_policy_versions(request.caller, policy_arn=policy.arn).items
    context = head_of(request, policy, "policy-versions", **ACTIONS) | {"versions": versions}
    return page(request, "policies/versions.html", context)


@require_safe
def policy_version(request: ConsoleRequest) -> HttpResponse:
    version = _version(request, request.GET.get("version", ""))
    policy = version.policy
    seeing = {"policy_arn": policy.arn, "version_id": version.version_id}
    context = {
        "policy": policy,
        "version": version,
        "crumbs": _crumbs(policy, f"Version {version.number}"),
        "cli": [command("See the version", "iam:GetPolicyVersion", **seeing), *creation_of(version)],
    }
    return page(request, "policies/version.html", context | told(request, version, "policy-version"))


@require_safe
def compare_policy_versions(request: ConsoleRequest) -> HttpResponse:
    old, new = _version(request, request.GET.get("old", "")), _version(request, request.GET.get("new", ""))
    found, policy = difference(old.document, new.document), new.policy
    target = old if new.is_default else new
    text = {"PolicyArn": policy.arn, "PolicyDocument": target.document}
    context = {
        "policy": policy,
        "sides": (_side(old, found.old, "−"), _side(new, found.new, "+")),
        "old": old,
        "new": new,
        "is_same": found.is_none,
        "effects": effects_between(request.caller.account_id, old.document, new.document),
        "off": Abilities(request.caller, policy.arn, policy.tags).off(default=ACTIONS["default"]),
        "target": target,
        "versions_url": address("policy-versions", arn=policy.arn),
        "crumbs": _crumbs(policy, "Compare"),
        **effect_of(request.caller, policy_documents=[text]),
        "cli": [
            command(
                f"Make {target.version_id} the default",
                "iam:SetDefaultPolicyVersion",
                policy_arn=policy.arn,
                version_id=target.version_id,
            )
        ],
    }
    return page(request, "policies/compare.html", context)


@require_POST
def set_default_version(request: ConsoleRequest) -> HttpResponse:
    """After the comparison, which shows what it means; the message leads back to it."""
    policy, version_id = policy_of(request), request.POST.get("version", "")
    before = policy.default_version_id
    set_default_policy_version(request.caller, policy_arn=policy.arn, version_id=version_id)
    compare_url = address("compare-policy-versions", arn=policy.arn, old=before, new=version_id)
    flash(
        request,
        "ok",
        f"{version_id} of `{policy.policy_name}` counts from now on.",
        compare_url,
        "What changed",
    )
    return see_other(address("policy-versions", arn=policy.arn))


@require_http_methods(PAGE_METHODS)
def delete_version(request: ConsoleRequest) -> HttpResponse:
    policy = policy_of(request)
    version_id, versions_url = request.GET.get("version", ""), address("policy-versions", arn=policy.arn)
    form = ConfirmationForm(request.POST or None, word=version_id)
    context = {
        "form": form,
        "title": f"Delete {version_id} of {policy.policy_name}?",
        "text": "Nobody loses access by it, for it is not the default version; but it cannot be brought back.",
        "action": request.get_full_path(),
        "cancel_url": versions_url,
        "crumbs": _crumbs(policy, f"Delete {version_id}"),
        "cli": [
            command(
                "Delete the version", "iam:DeletePolicyVersion", policy_arn=policy.arn, version_id=version_id
            )
        ],
    }
    if form.is_valid():
        try:
            delete_policy_version(request.caller, policy_arn=policy.arn, version_id=version_id)
        except ServiceError as error:
            return refused(request, error, template="policies/confirm.html", context=context, form=form)
        flash(request, "ok", f"{version_id} of `{policy.policy_name}` was deleted.")
        return to(request, versions_url)
    status = form_status(form)
    return page(request, "policies/confirm.html", context, partial="_confirm_delete.html", status=status)


def _version(request: ConsoleRequest, version_id: str) -> PolicyVersion:
    """A version of the policy in the address, which is read along with it."""
    return get_policy_version(request.caller, policy_arn=request.GET.get("arn", ""), version_id=version_id)


def _side(version: PolicyVersion, lines: Sequence[Line], sign: str) -> Side:
    shown = cast("list[str]", document(version.document, "")["lines"])
    return Side(version, [(line, "" if line.number is None else shown[line.number]) for line in lines], sign)


def _crumbs(policy: Policy, here: str) -> Crumbs:
    return crumbs(
        (policy.policy_name, address("policy", arn=policy.arn)),
        ("Policy versions", address("policy-versions", arn=policy.arn)),
        (here, ""),
    )

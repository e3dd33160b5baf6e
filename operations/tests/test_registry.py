"""What all operations obey, asked of every one that is registered."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

import pytest
from botocore.model import ListShape, Shape, StructureShape

import operations
from audit.models import Event
from operations.caller import Caller
from operations.errors import AccessDenied, ServiceError, ValidationError
from operations.operation import registry
from operations.shapes import operation_model, parameters, service_model
from policies.catalog import catalog
from tests.cast import ROOT_PASSWORD

for module in pkgutil.iter_modules(operations.__path__):
    if not module.ispkg:
        import_module(f"operations.{module.name}")

NAMES = sorted(registry)
IAM_NAMES = [name for name in NAMES if name.startswith("iam:")]
DOCUMENT = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}'
TRUST = (
    '{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}'
)

# The session itself is what allows these: whoever is signed in proves to be still there, or leaves.
OF_THE_SESSION = {
    "iamconsole:ConfirmIdentity",
    "iamconsole:SignOut",
    "iamconsole:SignOutEverywhere",
}
# These ask first whether it is the root user, which no policy can make of anybody.
OF_ROOT = {
    "iamconsole:ChangeRootPassword",
    "iamconsole:ConfirmEmailChange",
    "iamconsole:EnableRootMFADevice",
    "iamconsole:RequestEmailChange",
    "iamconsole:UpdateAccountName",
    "iamconsole:UpdateSignInSettings",
    "iamconsole:UpdateSupportPlan",
}

# Who one is, everybody may ask.
OPEN_TO_ALL = {"sts:GetCallerIdentity"}
# A key of another account is refused, not missing.
REFUSED_WHEN_UNKNOWN = {"iam:GetAccessKeyLastUsed"}

# Values for what a pattern or a rule of the operation makes hard to guess.
KNOWN_VALUES = {
    "Action": "s3:GetObject",
    "ActionName": "s3:GetObject",
    "ActionNames": ["s3:GetObject"],
    "AccountId": "123456789012",
    "AccountAlias": "coffee-shop",
    "Arn": "arn:aws:iam::123456789012:user/nobody-here",
    "Base32StringSeed": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "EntityPath": "o-a1b2c3d4e5/r-f6g7h8i9j0",
    "EventId": "00000000-0000-4000-8000-000000000000",
    "NewPath": "/shop/",
    "Path": "/shop/",
    "PathPrefix": "/shop/",
    "PolicyDocument": DOCUMENT,
    "PolicyInputList": [DOCUMENT],
    "PolicySourceArn": "arn:aws:iam::123456789012:user/nobody-here",
    "Properties": {"Shop/Team": "Tea"},
    "VersionId": "v1",
}


def performed(name: str) -> Callable[..., Any]:
    """The operation as its callers know it."""
    function = registry[name].function
    public: Callable[..., Any] = getattr(import_module(function.__module__), function.__name__)
    return public


def sample(wire: str, shape: Shape) -> Any:
    """A value that the model accepts."""
    if wire in KNOWN_VALUES:
        return KNOWN_VALUES[wire]
    if isinstance(shape, StructureShape):
        return {member: sample(member, inner) for member, inner in shape.members.items()}
    if isinstance(shape, ListShape):
        return [sample(wire, shape.member)]
    return scalar(wire, shape)


def scalar(wire: str, shape: Shape) -> Any:
    if shape.type_name == "boolean":
        return True
    if shape.type_name in ("integer", "long"):
        return max(shape.metadata.get("min", 1), 1)
    if "enum" in shape.metadata:
        return shape.metadata["enum"][0]
    if wire.lower().endswith(("arn", "arns", "boundary", "attaches", "detaches")):
        return "arn:aws:iam::aws:policy/ReadOnlyAccess"
    return "1".ljust(shape.metadata.get("min", 1), "1")


def required(name: str) -> dict[str, Any]:
    """Arguments for every parameter that has no default."""
    shapes = parameters(name)
    known = inspect.signature(registry[name].function).parameters.values()
    needed = [one.name for one in known if one.kind is one.KEYWORD_ONLY and one.default is one.empty]
    return {key: sample(*shapes[key]) for key in needed}


@pytest.mark.parametrize("name", NAMES)
def test_the_parameters_are_those_of_the_model(name: str) -> None:
    known = list(inspect.signature(registry[name].function).parameters.values())[1:]

    assert {one.name for one in known} == set(parameters(name))
    assert all(one.kind is one.KEYWORD_ONLY for one in known)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_model_requires_has_no_default(name: str) -> None:
    shape = operation_model(name).input_shape
    wanted = set(shape.required_members) if isinstance(shape, StructureShape) else set()

    assert {wire for key, (wire, _) in parameters(name).items() if key in required(name)} == wanted


def test_every_operation_of_ours_that_is_described_exists() -> None:
    described = {f"iamconsole:{name}" for name in service_model("iamconsole").operation_names}

    assert described == {name for name in NAMES if name.startswith("iamconsole:")}


@pytest.mark.parametrize(
    "name", [name for name in NAMES if not registry[name].action.startswith("iamconsole:")]
)
def test_the_action_is_one_of_awss(name: str) -> None:
    assert catalog().action(registry[name].action) is not None


@pytest.mark.parametrize("name", IAM_NAMES)
def test_an_operation_of_iam_is_governed_by_the_action_of_its_name(name: str) -> None:
    assert registry[name].action == name


@pytest.mark.parametrize("name", IAM_NAMES)
def test_reads_are_those_that_get_and_list(name: str) -> None:
    assert registry[name].reads == name.partition(":")[2].startswith(("Get", "List", "Simulate"))


def given(name: str) -> dict[str, Any]:
    subjects = {
        "iamconsole:CheckAccess": {"user_name": "ana"},
        "iamconsole:GetEffectiveAccess": {"user_name": "ana"},
    }
    return {**required(name), **subjects.get(name, {})}


@pytest.mark.parametrize("name", sorted(set(NAMES) - OF_THE_SESSION - OF_ROOT - OPEN_TO_ALL))
def test_whoever_has_nothing_may_do_nothing_and_leaves_one_event(
    root: Caller, carol: Caller, name: str
) -> None:
    events = Event.objects.count()

    with pytest.raises(AccessDenied):
        performed(name)(carol, **given(name))

    assert Event.objects.count() == events + 1
    assert Event.objects.filter(error_code="AccessDenied").count() == 1


@pytest.mark.parametrize("name", sorted(OF_ROOT))
def test_what_is_for_root_is_refused_to_an_administrator(root: Caller, alice: Caller, name: str) -> None:
    with pytest.raises(ValidationError, match="Only the root user can do this"):
        performed(name)(alice, **given(name))


@pytest.mark.parametrize(
    "name", [name for name in NAMES if registry[name].reads and name not in REFUSED_WHEN_UNKNOWN]
)
def test_a_read_leaves_no_event_whether_it_finds_anything_or_not(root: Caller, name: str) -> None:
    events = Event.objects.count()

    with suppress(ServiceError):
        performed(name)(root, **given(name))

    assert Event.objects.count() == events


# Writes that need a code, a letter or a half session: their own tests look at their events.
ELSEWHERE = {
    "iam:DeleteAccessKey",
    "iam:ChangePassword",
    "iam:DeactivateMFADevice",
    "iam:EnableMFADevice",
    "iam:ResyncMFADevice",
    "iam:UpdateAccessKey",
    "iamconsole:ChangeExpiredPassword",
    "iamconsole:ConfirmEmailChange",
    "iamconsole:ConfirmIdentity",
    "iamconsole:ConsoleLogin",
    "iamconsole:CreateAccount",
    "iamconsole:EnableRootMFADevice",
    "iamconsole:EnrolMFADevice",
    "iamconsole:ImportAccount",
    "iamconsole:RefuseLogin",
    "iamconsole:RemoveRootMFA",
    "iamconsole:RequestPasswordReset",
    "iamconsole:ResetRootPassword",
    "iamconsole:RotateSecrets",
    "iamconsole:SignUp",
}
# Modules whose writes need certificates, keys or a signed request, or always end in the same refusal here.
ELSEWHERE_ALTOGETHER = {
    "operations.delegation_requests",
    "operations.federation",
    "operations.oidc_providers",
    "operations.organizations",
    "operations.outbound_federation",
    "operations.role_templates",
    "operations.saml_providers",
    "operations.server_certificates",
    "operations.service_specific_credentials",
    "operations.signing_certificates",
    "operations.ssh_public_keys",
    "operations.sts",
}
ANA, CASHIERS = {"user_name": "ana"}, {"group_name": "Cashiers"}
COOK, TILL = {"role_name": "Cook"}, {"instance_profile_name": "Till"}
SERIAL, ARN = "arn:aws:iam::{account}:mfa/phone", "arn:aws:iam::{account}:policy/Read"
JOB = [{"Key": "job", "Value": "cashier"}]
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
PASSWORD = "Cinnamon-buns-4"

# Each write once, in an order in which it succeeds.
STORY: list[tuple[str, dict[str, Any]]] = [
    ("iam:CreateAccountAlias", {"account_alias": "coffee-shop"}),
    ("iam:DeleteAccountAlias", {"account_alias": "coffee-shop"}),
    ("iam:UpdateAccountPasswordPolicy", {}),
    ("iam:DeleteAccountPasswordPolicy", {}),
    ("iamconsole:UpdateAccountName", {"account_name": "Tea shop"}),
    ("iamconsole:UpdateSignInSettings", {"mfa_grace_days": 7}),
    ("iamconsole:UpdateSupportPlan", {"support_plan": "business"}),
    ("iam:CreateUser", ANA),
    ("iam:GenerateServiceLastAccessedDetails", {"arn": "arn:aws:iam::{account}:user/ana"}),
    ("iam:GenerateCredentialReport", {}),
    ("iam:PutAccountProperties", {"properties": {"Shop/Team": "Tea"}}),
    ("iam:SetSecurityTokenServicePreferences", {"global_endpoint_token_version": "v2Token"}),
    ("iam:TagUser", {**ANA, "tags": JOB}),
    ("iam:UntagUser", {**ANA, "tag_keys": ["job"]}),
    ("iam:UpdateUser", {**ANA, "new_path": "/shop/"}),
    ("iam:CreateLoginProfile", {**ANA, "password": PASSWORD}),
    ("iam:UpdateLoginProfile", {**ANA, "password_reset_required": True}),
    ("iamconsole:EndUserSessions", ANA),
    ("iam:DeleteLoginProfile", ANA),
    ("iam:CreatePolicy", {"policy_name": "Read", "policy_document": DOCUMENT}),
    ("iam:TagPolicy", {"policy_arn": ARN, "tags": JOB}),
    ("iam:UntagPolicy", {"policy_arn": ARN, "tag_keys": ["job"]}),
    ("iam:CreatePolicyVersion", {"policy_arn": ARN, "policy_document": DOCUMENT}),
    ("iamconsole:RecordVersionReason", {"policy_arn": ARN, "version_id": "v2", "reason": "For the cashiers"}),
    ("iam:SetDefaultPolicyVersion", {"policy_arn": ARN, "version_id": "v2"}),
    ("iam:DeletePolicyVersion", {"policy_arn": ARN, "version_id": "v1"}),
    ("iam:PutUserPermissionsBoundary", {**ANA, "permissions_boundary": ARN}),
    ("iam:DeleteUserPermissionsBoundary", ANA),
    ("iam:DeletePolicy", {"policy_arn": ARN}),
    ("iam:AttachUserPolicy", {**ANA, "policy_arn": READ_ONLY}),
    ("iam:DetachUserPolicy", {**ANA, "policy_arn": READ_ONLY}),
    ("iam:PutUserPolicy", {**ANA, "policy_name": "own", "policy_document": DOCUMENT}),
    ("iam:DeleteUserPolicy", {**ANA, "policy_name": "own"}),
    ("iam:CreateGroup", CASHIERS),
    ("iam:CreateGroup", {"group_name": "Stock"}),
    ("iam:UpdateGroup", {**CASHIERS, "new_path": "/shop/"}),
    ("iam:AttachGroupPolicy", {**CASHIERS, "policy_arn": READ_ONLY}),
    ("iam:DetachGroupPolicy", {**CASHIERS, "policy_arn": READ_ONLY}),
    ("iam:PutGroupPolicy", {**CASHIERS, "policy_name": "own", "policy_document": DOCUMENT}),
    ("iam:DeleteGroupPolicy", {**CASHIERS, "policy_name": "own"}),
    ("iam:AddUserToGroup", {**CASHIERS, **ANA}),
    ("iamconsole:MoveUser", {**ANA, "from_group_name": "Cashiers", "to_group_name": "Stock"}),
    ("iam:RemoveUserFromGroup", {**ANA, "group_name": "Stock"}),
    ("iam:DeleteGroup", CASHIERS),
    ("iam:DeleteUser", ANA),
    ("iam:CreateRole", {**COOK, "assume_role_policy_document": TRUST}),
    ("iam:UpdateRole", {**COOK, "max_session_duration": 7200}),
    ("iam:UpdateRoleDescription", {**COOK, "description": "Bakes"}),
    ("iam:UpdateAssumeRolePolicy", {**COOK, "policy_document": TRUST}),
    ("iam:TagRole", {**COOK, "tags": JOB}),
    ("iam:UntagRole", {**COOK, "tag_keys": ["job"]}),
    ("iam:AttachRolePolicy", {**COOK, "policy_arn": READ_ONLY}),
    ("iam:DetachRolePolicy", {**COOK, "policy_arn": READ_ONLY}),
    ("iam:PutRolePolicy", {**COOK, "policy_name": "own", "policy_document": DOCUMENT}),
    ("iam:DeleteRolePolicy", {**COOK, "policy_name": "own"}),
    ("iam:PutRolePermissionsBoundary", {**COOK, "permissions_boundary": READ_ONLY}),
    ("iam:DeleteRolePermissionsBoundary", COOK),
    ("iam:CreateInstanceProfile", TILL),
    ("iam:TagInstanceProfile", {**TILL, "tags": JOB}),
    ("iam:UntagInstanceProfile", {**TILL, "tag_keys": ["job"]}),
    ("iam:AddRoleToInstanceProfile", {**TILL, **COOK}),
    ("iam:RemoveRoleFromInstanceProfile", {**TILL, **COOK}),
    ("iam:DeleteInstanceProfile", TILL),
    ("iam:DeleteRole", COOK),
    ("iam:CreateServiceLinkedRole", {"aws_service_name": "batch.amazonaws.com"}),
    ("iam:DeleteServiceLinkedRole", {"role_name": "AWSServiceRoleForBatch"}),
    ("iam:CreateVirtualMFADevice", {"virtual_mfa_device_name": "phone"}),
    ("iam:TagMFADevice", {"serial_number": SERIAL, "tags": JOB}),
    ("iam:UntagMFADevice", {"serial_number": SERIAL, "tag_keys": ["job"]}),
    ("iam:DeleteVirtualMFADevice", {"serial_number": SERIAL}),
    ("iam:CreateAccessKey", {}),
    ("iamconsole:SeedUsers", {"users": 10}),
    ("iamconsole:RequestEmailChange", {"email_address": "olga@new.example", "password": ROOT_PASSWORD}),
    ("iamconsole:ChangeRootPassword", {"old_password": ROOT_PASSWORD, "new_password": PASSWORD}),
]
ENDS_THE_SESSION = {"iamconsole:SignOut", "iamconsole:SignOutEverywhere"}


def test_every_write_leaves_one_event_of_its_name(root: Caller) -> None:
    for name, arguments in STORY:
        events = Event.objects.count()
        filled = {
            key: value.replace("{account}", root.account_id) if isinstance(value, str) else value
            for key, value in arguments.items()
        }
        performed(name)(root, **filled)
        newest = Event.objects.order_by("-sequence").first()
        assert newest is not None
        assert (newest.action.partition(":")[2], newest.error_code) == (name.partition(":")[2], "")
        assert Event.objects.count() == events + 1


@pytest.mark.parametrize("name", sorted(ENDS_THE_SESSION))
def test_leaving_is_recorded_too(root: Caller, name: str) -> None:
    performed(name)(root)

    newest = Event.objects.order_by("-sequence").first()
    assert newest is not None
    assert newest.event_name == name.partition(":")[2]


def test_no_write_is_left_out() -> None:
    writes = {
        name
        for name in NAMES
        if not registry[name].reads and registry[name].function.__module__ not in ELSEWHERE_ALTOGETHER
    }

    assert {name for name, _ in STORY} | ELSEWHERE | ENDS_THE_SESSION == writes

"""Requests that AWS decides by rules of their own, beside what the policies say."""

from typing import Final

from policies.engine.arns import split_arn
from policies.engine.patterns import fold
from policies.engine.request import PrincipalKind, Request

# Whatever the policies say, AWS answers who one is to every signed caller, and lets users and root users sign in
# with MFA ("Permissions for GetSessionToken": policies cannot control it).
WHO_ONE_IS: Final = "sts:getcalleridentity"
SIGN_IN: Final = "sts:getsessiontoken"
ALWAYS_ALLOWED: Final = (WHO_ONE_IS, SIGN_IN)

# Nobody changes what belongs to AWS itself.
_CHANGES_OF_POLICIES: Final = frozenset(
    f"iam:{name}"
    for name in (
        "createpolicy",
        "createpolicyversion",
        "deletepolicy",
        "deletepolicyversion",
        "setdefaultpolicyversion",
        "tagpolicy",
        "untagpolicy",
    )
)
_CHANGES_OF_ROLES: Final = frozenset(
    f"iam:{name}"
    for name in (
        "attachrolepolicy",
        "createrole",
        "createservicelinkedrole",
        "deleterole",
        "deleterolepermissionsboundary",
        "deleterolepolicy",
        "deleteservicelinkedrole",
        "detachrolepolicy",
        "passrole",
        "putrolepermissionsboundary",
        "putrolepolicy",
        "tagrole",
        "untagrole",
        "updateassumerolepolicy",
        "updaterole",
        "updateroledescription",
    )
)
_CHANGES_OF_ALIASES: Final = frozenset({"kms:createalias", "kms:deletealias", "kms:updatealias"})


# Every action that `is_out_of_reach` may refuse.
OUT_OF_REACH: Final = _CHANGES_OF_POLICIES | _CHANGES_OF_ROLES | _CHANGES_OF_ALIASES | {"sts:assumerole"}
KEY_ACTIONS: Final = "kms:*"


def is_always_allowed(request: Request) -> bool:
    """Whether this is sts:GetCallerIdentity by a signed caller, or sts:GetSessionToken by a user."""
    if request.folded_action not in ALWAYS_ALLOWED:
        return False
    if request.folded_action == SIGN_IN:
        return request.principal.kind in (PrincipalKind.USER, PrincipalKind.ROOT)
    return request.principal.kind is not PrincipalKind.ANONYMOUS


def is_out_of_reach(request: Request) -> bool:
    """Whether no policy can allow the request.

    AWS managed policies, reserved roles and the aliases of AWS managed keys are changed by AWS alone, and a
    root user cannot assume a role ("Roles may not be assumed by root accounts", STS API reference).
    """
    action = request.folded_action
    return action in OUT_OF_REACH and is_reserved(action, request.resource, request.principal.kind)


def is_reserved(action: str, resource: str, caller: PrincipalKind) -> bool:
    """The same for one of the actions of OUT_OF_REACH, by its folded name."""
    if action in _CHANGES_OF_POLICIES:
        return ":iam::aws:policy/" in resource
    if action in _CHANGES_OF_ROLES:
        return ":role/aws-reserved/" in resource
    if action in _CHANGES_OF_ALIASES:
        return _last_part(resource).startswith("alias/aws/")
    return caller is PrincipalKind.ROOT


def is_trust(action: str, resource: str) -> bool:
    """Whether a resource's policy is asked as a trust policy: a role is to be assumed."""
    return fold(action).startswith("sts:") and is_role(resource)


def is_role(arn: str) -> bool:
    """Whether the ARN is a role's."""
    parts = split_arn(arn)
    return parts is not None and parts[2] == "iam" and parts[5].startswith("role/")


def depends_on_its_own_policy(request: Request) -> bool:
    """Whether policies of identities count only where the resource's policy lets in their account: KMS keys."""
    return request.folded_action.startswith("kms:") and _last_part(request.resource).startswith("key/")


def _last_part(resource: str) -> str:
    parts = split_arn(resource)
    return parts[5] if parts else ""

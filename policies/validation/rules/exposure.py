"""Resources opened to everybody, and leave to open any."""

from collections.abc import Iterator, Mapping
from typing import Final

from policies.engine.patterns import fold
from policies.engine.text import Node
from policies.validation.coverage import is_about_anybody, is_about_everything, is_unconditional
from policies.validation.document import Condition, Document, PolicyType
from policies.validation.findings import Finding, quoted

# Keys that tell who asks, for whom, or from where.
CONFINING: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalservicename",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceip",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "aws:sourcevpc",
        "aws:sourcevpcarn",
        "aws:sourcevpce",
        "aws:userid",
        "aws:username",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "aws:vpcsourceip",
        "kms:calleraccount",
        "kms:viaservice",
        "lambda:eventsourcetoken",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "sts:externalid",
    }
)
CONFINING_PREFIXES: Final = ("aws:principaltag/",)
# Values that everybody has.
ANYTHING: Final = frozenset({"*", "0.0.0.0/0", "::/0"})
# Actions that write the policy of a resource, or share it, with whomever the caller names.
SHARING: Final[Mapping[str, str]] = {
    "backup": "PutBackupVaultAccessPolicy",
    "dynamodb": "PutResourcePolicy",
    "ec2": "ModifySnapshotAttribute",
    "ecr": "PutRegistryPolicy SetRepositoryPolicy",
    "elasticfilesystem": "PutFileSystemPolicy",
    "events": "PutPermission PutResourcePolicy",
    "glacier": "SetVaultAccessPolicy",
    "glue": "PutResourcePolicy",
    "kms": "CreateGrant PutKeyPolicy",
    "lambda": "AddLayerVersionPermission AddPermission PutResourcePolicy",
    "logs": "PutResourcePolicy",
    "redshift": "PutResourcePolicy",
    "s3": "PutAccessPointPolicy PutBucketAcl PutBucketPolicy PutMultiRegionAccessPointPolicy PutObjectAcl",
    "secretsmanager": "PutResourcePolicy",
    "ses": "PutIdentityPolicy",
    "sns": "AddPermission",
    "sqs": "AddPermission",
    "ssm": "ModifyDocumentPermission",
}
SHARING_ACTIONS: Final = frozenset(
    fold(f"{service}:{name}") for service, names in SHARING.items() for name in names.split()
)
MOST_NAMED: Final = 5


def open_to_everybody(document: Document) -> Iterator[Finding]:
    """Allow statements of resource and trust policies for everybody; a lone star in a trust policy is AWS's to tell."""
    if document.policy_type not in (PolicyType.RESOURCE, PolicyType.TRUST):
        return
    for statement in document.statements:
        node = statement.get("Principal")
        if node is None or not statement.allows or not is_about_anybody(statement):
            continue
        if document.policy_type is PolicyType.TRUST and node.value == "*":
            continue
        if not any(map(_confines, document.conditions_of(statement))):
            yield document.finding("CONSOLE_RESOURCE_EXPOSURE", _everybody(document), node)


def _everybody(document: Document) -> str:
    what = (
        "assume the role"
        if document.policy_type is PolicyType.TRUST
        else "do this, without signing in as well"
    )
    return (
        f"Everybody in the world may {what}. Name the accounts, users or roles that are meant, or add a condition "
        "such as one on `aws:PrincipalOrgID`."
    )


def _confines(condition: Condition) -> bool:
    """Whether the condition is met only by a request that carries one of some given values."""
    operator, key = condition.operator, fold(condition.key)
    if not operator.is_known or operator.if_exists or operator.for_all or "Not" in operator.name:
        return False
    is_confining = key in CONFINING or key.startswith(CONFINING_PREFIXES)
    values = {text for _, text in condition.strings}
    return is_confining and operator.name != "Null" and ANYTHING.isdisjoint(values)


def leave_to_share(document: Document) -> Iterator[Finding]:
    """Named actions alone: whoever writes `s3:*` means all that the service can do."""
    if document.policy_type is not PolicyType.IDENTITY:
        return
    for statement in document.statements:
        is_sharing = statement.allows and not SHARING_ACTIONS.isdisjoint(statement.texts("Action"))
        if is_sharing and is_about_everything(statement) and is_unconditional(statement):
            named = [node for node, text in statement.folded("Action") if text in SHARING_ACTIONS]
            yield _sharing(document, named)


def _sharing(document: Document, named: list[Node]) -> Finding:
    shown = ", ".join(quoted(node.value) for node in named[:MOST_NAMED])
    more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
    details = (
        f"On every resource of the account, {shown}{more} can let in anybody, other accounts as well. "
        "Name the resources that are meant."
    )
    return document.finding("CONSOLE_RESOURCE_EXPOSURE", details, *named[:MOST_NAMED])


RULES: Final = (open_to_everybody, leave_to_share)

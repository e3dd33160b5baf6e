"""Denials that nobody who is subject to them could take back."""

from collections.abc import Iterator, Mapping
from typing import Final

from policies.engine.patterns import action_set
from policies.validation.arn import arn_of
from policies.validation.coverage import Budget, is_about_anybody, is_about_everything, is_unconditional
from policies.validation.document import LONGEST_ACTION, Document, PolicyType
from policies.validation.findings import Finding
from policies.validation.statements import Statement

# Ways back for the holder of a policy, wherever it is attached. Without all of them there is none.
OF_POLICIES: Final = frozenset(
    {
        *(
            f"iam:{verb}{holder}policy"
            for verb in ("detach", "delete", "put")
            for holder in ("user", "group", "role")
        ),
        "iam:createpolicyversion",
        "iam:removeuserfromgroup",
        "iam:setdefaultpolicyversion",
    }
)
OF_BOUNDARIES: Final = frozenset(
    {
        *(
            f"iam:{verb}{holder}permissionsboundary"
            for verb in ("delete", "put")
            for holder in ("user", "role")
        ),
        "iam:createpolicyversion",
        "iam:setdefaultpolicyversion",
    }
)
# Ways back from a resource's own policy, by service.
OF_RESOURCES: Final[Mapping[str, frozenset[str]]] = {
    service: frozenset(f"{service}:{name}" for name in names.split())
    for service, names in {
        "dynamodb": "deleteresourcepolicy putresourcepolicy",
        "ecr": "deleterepositorypolicy setrepositorypolicy",
        "kms": "putkeypolicy",
        "lambda": "addpermission removepermission",
        "s3": "deletebucketpolicy putbucketpolicy",
        "secretsmanager": "deleteresourcepolicy putresourcepolicy",
        "sns": "addpermission removepermission settopicattributes",
        "sqs": "addpermission removepermission setqueueattributes",
    }.items()
}
NEEDED: Final[Mapping[PolicyType, tuple[frozenset[str], ...]]] = {
    PolicyType.IDENTITY: (OF_POLICIES,),
    PolicyType.BOUNDARY: (OF_BOUNDARIES,),
    PolicyType.RESOURCE: tuple(OF_RESOURCES.values()),
}
# A policy that IAM would store holds fewer; each is compared with all ways back.
MOST_TEXTS: Final = 1_000


def locked_out(document: Document) -> Iterator[Finding]:
    """The statement that closes the last way back; only denials without conditions close any."""
    needed = NEEDED.get(document.policy_type, ())
    budget, denied = Budget(MOST_TEXTS), frozenset[str]()
    for statement in document.statements if needed else ():
        if (
            statement.allows
            or statement.text("Effect") != "Deny"
            or not _is_for_everyone(document, statement)
        ):
            continue
        denied |= _denied_by(statement, frozenset().union(*needed), budget)
        if any(ways <= denied for ways in needed):
            details = _details(document)
            yield document.finding("CONSOLE_LOCKS_AUTHOR_OUT", details, statement.node)
            return


def _is_for_everyone(document: Document, statement: Statement) -> bool:
    """Whether the denial holds for whoever would undo it, and always."""
    if not is_unconditional(statement):
        return False
    if document.policy_type is PolicyType.RESOURCE:
        return is_about_anybody(statement) and _is_about_the_resource(statement)
    return is_about_everything(statement)


def _is_about_the_resource(statement: Statement) -> bool:
    """Whether the resource itself is meant, and not only what is in it: the objects of a bucket."""
    for _, text in statement.strings("Resource"):
        arn = arn_of(text)
        if text == "*" or (arn and (arn.service != "s3" or "/" not in arn.resource)):
            return True
    return False


def _denied_by(statement: Statement, ways: frozenset[str], budget: Budget) -> frozenset[str]:
    name = "Action" if "Action" in statement else "NotAction"
    texts = [text for _, text in statement.folded(name) if len(text) <= LONGEST_ACTION]
    if not budget.allows(len(texts)):
        return frozenset()
    patterns = action_set(texts)
    return frozenset(way for way in ways if patterns.matches(way) == (name == "Action"))


def _details(document: Document) -> str:
    if document.policy_type is PolicyType.RESOURCE:
        return (
            "This denies everybody, you included, the actions that would change this policy; only the root user of "
            "the account could take it back. Add a condition, or leave somebody out by `NotPrincipal` or the key "
            "`aws:PrincipalArn`."
        )
    return (
        "Whoever this is attached to cannot take it back: every action of IAM that would change or remove it is "
        "denied, always and on everything. Add a condition, or leave those actions out."
    )


RULES: Final = (locked_out,)

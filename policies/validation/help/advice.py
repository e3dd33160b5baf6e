"""Help on what is legal but unwise: roles passed without limit, and words that add nothing."""

from collections.abc import Iterator
from typing import Final

from policies.validation.help.examples import ACCOUNT, BUCKET, OBJECTS, ROLE, Check, one, policy, statement

ON_PASSING: Final = (
    "A role passed to a service lends it the role's permissions. Whoever may pass any role may borrow the "
    "strongest one: name the roles, or limit the service by `iam:PassedToService`."
)
ON_CREATING: Final = (
    "A service-linked role lets a service act in the account. "
    "Name the role, or limit the service by `iam:AWSServiceName`."
)
OTHER_ROLES: Final = f"arn:aws:iam::{ACCOUNT}:role/administrator"
LINKED_ROLE: Final = "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/*"

# The six ways in which a statement can cover an action on too many resources, and the end of each one's code.
COVERINGS: Final = (
    ("NOT_RESOURCE", {"Action": "NAME"}, {"NotResource": OTHER_ROLES}),
    ("STAR_IN_ACTION_AND_NOT_RESOURCE", {"Action": "STAR"}, {"NotResource": OTHER_ROLES}),
    ("NOT_ACTION_AND_NOT_RESOURCE", {"NotAction": "ec2:*"}, {"NotResource": OTHER_ROLES}),
    ("STAR_IN_RESOURCE", {"Action": "NAME"}, {"Resource": "*"}),
    ("STAR_IN_ACTION_AND_RESOURCE", {"Action": "STAR"}, {"Resource": "*"}),
    ("STAR_IN_RESOURCE_AND_NOT_ACTION", {"NotAction": "ec2:*"}, {"Resource": "*"}),
)


def _passing_checks(prefix: str, text: str, action: str, star: str, resource: str) -> Iterator[Check]:
    good = one(Action=action, Resource=resource)
    for ending, actions, resources in COVERINGS:
        written = {
            name: value.replace("NAME", action).replace("STAR", star) for name, value in actions.items()
        }
        bad = policy({"Effect": "Allow", **written, **resources})
        yield Check(f"{prefix}_WITH_{ending}", text, bad, good)


CHECKS: Final = (
    *_passing_checks("PASS_ROLE", ON_PASSING, "iam:PassRole", "iam:Pass*", ROLE),
    *_passing_checks(
        "CREATE_SLR", ON_CREATING, "iam:CreateServiceLinkedRole", "iam:CreateService*", LINKED_ROLE
    ),
    Check(
        "REDUNDANT_ACTION",
        "Another action of the list, with a wildcard, covers this one already.",
        one(Action=["s3:Get*", "s3:GetObject"]),
        one(Action="s3:Get*"),
    ),
    Check(
        "REDUNDANT_RESOURCE",
        "Another resource of the list, with a wildcard, covers this one already.",
        one(Resource=[OBJECTS, f"{BUCKET}/today.json"]),
        one(),
    ),
    Check(
        "REDUNDANT_STATEMENT",
        "Two statements say the same.",
        policy(statement(Sid="One"), statement(Sid="Two")),
        one(Sid="One"),
    ),
)

"""Help on what only this console checks: what a policy opens, and what of it never counts."""

from typing import Final

from policies.validation.help.examples import (
    ACCOUNT,
    BUCKET,
    OBJECTS,
    ROLE,
    Check,
    one,
    policy,
    shared,
    statement,
)

GONE: Final = f"arn:aws:iam::{ACCOUNT}:role/former-barista"
OFFICE: Final = "203.0.113.0/24"
EVERY_KEY: Final = {"Action": "iam:CreateAccessKey"}
OWN_KEYS: Final = f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}"
NO_MFA: Final = {"aws:MultiFactorAuthPresent": "false"}
BEFORE: Final = {"aws:CurrentTime": "2026-01-01T00:00:00Z"}
AFTER: Final = {"aws:CurrentTime": "2026-12-31T00:00:00Z"}

CHECKS: Final = (
    Check(
        "CONSOLE_PRIVILEGE_ESCALATION",
        "Some actions are enough to take more permissions than the policy seems to give: writing policies, making keys "
        "for others, or passing a strong role to a service that runs one's own code. Name the entities that are meant.",
        one(**EVERY_KEY, Resource="*"),
        one(**EVERY_KEY, Resource=OWN_KEYS),
    ),
    Check(
        "CONSOLE_RESOURCE_EXPOSURE",
        "With a star as its principal, a resource is open to everybody in the world. The permission to write policies "
        "of resources, on all of them, lets its holder open any.",
        shared("*"),
        shared("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-coffee1234"}}),
        "resource",
    ),
    Check(
        "CONSOLE_LOCKS_AUTHOR_OUT",
        "A `Deny` wins over every `Allow`. Without conditions, and on everything, it also denies what would take it "
        "back, and somebody else has to help: in the end the root user.",
        one(Effect="Deny", Action="iam:*", Resource="*"),
        one(
            Effect="Deny",
            Action="iam:*",
            Resource="*",
            Condition={"NotIpAddress": {"aws:SourceIp": OFFICE}},
        ),
    ),
    Check(
        "CONSOLE_MFA_NOT_REQUIRED",
        "A request with an access key of a user tells nothing of a second factor: the key `aws:MultiFactorAuthPresent` "
        "is absent, which is not the same as `false`. An operator that ends in `IfExists` is met without the key: a "
        "`Deny` wants that, an `Allow` does not.",
        one(Effect="Deny", Action="iam:*", Resource="*", Condition={"Bool": NO_MFA}),
        one(Effect="Deny", Action="iam:*", Resource="*", Condition={"BoolIfExists": NO_MFA}),
    ),
    Check(
        "CONSOLE_CONDITION_NEVER_MET",
        "All conditions of a statement must hold at once. Where two exclude each other, or a value is none that the "
        "key can have, the statement never counts.",
        one(Condition={"DateLessThan": BEFORE, "DateGreaterThan": AFTER}),
        one(Condition={"DateLessThan": AFTER, "DateGreaterThan": BEFORE}),
    ),
    Check(
        "CONSOLE_ACTION_WITHOUT_RESOURCE",
        "Each action acts on certain types of resources. Beside resources of other types it stands for nothing: "
        "`s3:ListBucket` is asked about the bucket, not about the objects in it.",
        one(Action="s3:ListBucket", Resource=OBJECTS),
        one(Action="s3:ListBucket", Resource=BUCKET),
    ),
    Check(
        "CONSOLE_DELETED_ENTITY",
        "The policy names a user, group, role or policy of your account that is not there. Whoever is made under that "
        "name later would be meant.",
        one(Action="sts:AssumeRole", Resource=GONE),
        one(Action="sts:AssumeRole", Resource=ROLE),
        missing=(GONE,),
    ),
    Check(
        "CONSOLE_DENIED_STATEMENT",
        "A `Deny` without conditions covers all that the statement allows, so the statement never counts.",
        policy(statement(), statement(Effect="Deny", Action="s3:*", Resource=[BUCKET, OBJECTS])),
        policy(statement(), statement(Effect="Deny", Action="s3:DeleteObject")),
    ),
    Check(
        "CONSOLE_SHADOWED_STATEMENT",
        "A wider statement says the same without conditions, so this one changes nothing. If its condition was meant "
        "to limit the access, it does not.",
        policy(statement(Action="s3:Get*"), statement(Condition={"IpAddress": {"aws:SourceIp": OFFICE}})),
        policy(
            statement(Action="s3:Get*"),
            statement(Action="s3:PutObject", Condition={"IpAddress": {"aws:SourceIp": OFFICE}}),
        ),
    ),
)

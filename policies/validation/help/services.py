"""Help on what services know: tags, condition keys of their own, and resource control policies."""

from typing import Final

from policies.validation.help.examples import ACCOUNT, BUCKET, OBJECTS, Check, one, policy, statement

TAGGED: Final = {"StringEquals": {"aws:ResourceTag/shop": "harbour"}}
PREFIX: Final = {"StringEquals": {"s3:prefix": "today/"}}
TAGLESS: Final = "cloudshell:CreateSession"
ON_TAGS: Final = (
    "Requests to some services never tell the tags of their resource, so the condition is never met. "
)
QUEUE: Final = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
BY_TAG: Final = one(Action="sqs:SendMessage", Resource=QUEUE, Condition=TAGGED)
DENIED_BY_TAG: Final = one(Effect="Deny", Action="sqs:SendMessage", Resource=QUEUE, Condition=TAGGED)


def _by_tag(effect: str, **elements: object) -> str:
    return policy({"Effect": effect, **elements, "Resource": "*", "Condition": TAGGED})


def controlled(**elements: object) -> str:
    """A resource control policy of one statement."""
    usual = {"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    return policy(statement(**usual | elements))


RCP: Final = controlled()

CHECKS: Final = (
    Check(
        "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        ON_TAGS + "Such an `Allow` allows nothing.",
        _by_tag("Allow", Action=TAGLESS),
        BY_TAG,
    ),
    Check(
        "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        ON_TAGS + "With `NotAction` nobody sees what such an `Allow` leaves out.",
        _by_tag("Allow", NotAction="iam:*"),
        BY_TAG,
    ),
    Check(
        "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        ON_TAGS + "Such a `Deny` denies nothing.",
        _by_tag("Deny", Action=TAGLESS),
        DENIED_BY_TAG,
    ),
    Check(
        "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
        ON_TAGS + "With `NotAction` nobody sees which holes such a `Deny` leaves.",
        _by_tag("Deny", NotAction="iam:*"),
        DENIED_BY_TAG,
    ),
    Check(
        "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
        "Some keys of a service are set by some of its actions only: `s3:prefix` by those that list.",
        one(Condition=PREFIX),
        one(Action="s3:ListBucket", Resource=BUCKET, Condition=PREFIX),
    ),
    Check(
        "MISSING_ARN_ACCOUNT",
        "The resource belongs to an account, so its ARN names one, or `*` for all.",
        one(Action="sqs:SendMessage", Resource=QUEUE.replace(ACCOUNT, "")),
        one(Action="sqs:SendMessage", Resource=QUEUE),
    ),
    Check(
        "RCP_SYNTAX_ERROR_ALLOW",
        "A resource control policy limits what others grant. It grants nothing itself.",
        controlled(Effect="Allow"),
        RCP,
        "rcp",
    ),
    Check(
        "RCP_SYNTAX_ERROR_PRINCIPAL",
        "A resource control policy is about everybody; choose among them by conditions such as `aws:PrincipalOrgID`.",
        controlled(Principal={"AWS": ACCOUNT}),
        RCP,
        "rcp",
    ),
    Check(
        "RCP_SYNTAX_ERROR_ACTION",
        "Resource control policies count for some services only, so they name them.",
        controlled(Action="*"),
        RCP,
        "rcp",
    ),
    Check(
        "RCP_SYNTAX_ERROR_NOTACTION",
        "A resource control policy names what it denies.",
        controlled(Action=None, NotAction="s3:GetObject", Resource=OBJECTS),
        RCP,
        "rcp",
    ),
    Check(
        "POLICY_SIZE_EXCEEDS_RCP_QUOTA",
        "A resource control policy has at most 5,120 characters.",
        controlled(Resource=[f"{BUCKET}/{number:040}" for number in range(90)]),
        RCP,
        "rcp",
    ),
)

"""Help on actions, ARNs and principals."""

from typing import Final

from policies.validation.help.examples import (
    ACCOUNT,
    BUCKET,
    ROLE,
    Check,
    one,
    policy,
    shared,
    statement,
    trust,
)

GOOD: Final = one()
QUEUE: Final = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"
ROLES_OF_IAM: Final = one(Action="iam:GetRole", Resource=ROLE)
QUEUES: Final = one(Action="sqs:SendMessage", Resource=QUEUE)
SHARED: Final = shared({"AWS": ROLE})
TRUST: Final = trust({"AWS": ROLE})

CHECKS: Final = (
    Check(
        "INVALID_ACTION",
        "The service has no action of this name. An action need not be called as the operation it governs: "
        "listing the objects of a bucket is governed by `s3:ListBucket`.",
        one(Action="s3:ListObject", Resource=BUCKET),
        one(Action="s3:ListBucket", Resource=BUCKET),
    ),
    Check(
        "CONSOLE_RETIRED_ACTION",
        "The service is closed, or the action is gone from it. IAM stores the name all the same, and it does nothing.",
        one(Action=["iotevents:ListInputs", "iot:ListThings"], Resource="*"),
        one(Action="iot:ListThings", Resource="*"),
    ),
    Check(
        "INVALID_SERVICE_IN_ACTION",
        "The part before the colon is no service's prefix, or holds a wildcard.",
        one(Action="lamda:InvokeFunction", Resource="*"),
        one(Action="lambda:InvokeFunction", Resource="*"),
    ),
    Check(
        "UNSUPPORTED_ACTION_IN_POLICY",
        "A trust policy decides who may assume the role; other actions have no place in it.",
        trust({"AWS": ROLE}, Action="ec2:RunInstances"),
        TRUST,
        "trust",
    ),
    Check(
        "INVALID_ARN_PREFIX",
        "A resource is named by its ARN, which begins with `arn:`, or all are meant by `*`.",
        one(Resource="coffee-menu/*"),
        GOOD,
    ),
    Check(
        "MISSING_ARN_FIELD",
        "`arn:partition:service:region:account:resource`: some of the six fields may be empty, but their colons stay.",
        one(Resource="arn:aws:s3::coffee-menu"),
        GOOD,
    ),
    Check(
        "INVALID_PARTITION",
        "The partition is `aws`, or one of AWS's separate clouds such as `aws-cn` and `aws-us-gov`.",
        one(Resource="arn:amazon:s3:::coffee-menu/*"),
        GOOD,
    ),
    Check(
        "INVALID_SERVICE",
        "No service is called so in ARNs or condition keys.",
        one(Action="sqs:SendMessage", Resource=QUEUE.replace("sqs", "squs")),
        QUEUES,
    ),
    Check(
        "INVALID_ARN_SERVICE_CASE",
        "The service in an ARN is written in small letters.",
        one(Action="sqs:SendMessage", Resource=QUEUE.replace("sqs", "SQS")),
        QUEUES,
    ),
    Check(
        "WILDCARD_IN_SERVICE_NAME",
        "A wildcard in the service's name is easily read otherwise than meant: name the service.",
        one(Action="sqs:SendMessage", Resource=QUEUE.replace("sqs", "sq*")),
        QUEUES,
    ),
    Check(
        "INVALID_ARN_REGION",
        "There is no region of this name.",
        one(Action="sqs:SendMessage", Resource=QUEUE.replace("eu-west-1", "eu-wst-1")),
        QUEUES,
    ),
    Check(
        "MISSING_ARN_REGION",
        "The resource lives in a region, so its ARN names one, or `*` for all.",
        one(Action="sqs:SendMessage", Resource=QUEUE.replace("eu-west-1", "")),
        QUEUES,
    ),
    Check(
        "ARN_REGION_NOT_ALLOWED",
        "The resource belongs to no region, so its ARN leaves that field empty.",
        one(Action="iam:GetRole", Resource=ROLE.replace("::", ":eu-west-1:")),
        ROLES_OF_IAM,
    ),
    Check(
        "INVALID_ARN_ACCOUNT",
        "An account has twelve digits; `*` stands for any.",
        one(Action="iam:GetRole", Resource="arn:aws:iam::99:role/barista"),
        ROLES_OF_IAM,
    ),
    Check(
        "ARN_ACCOUNT_NOT_ALLOWED",
        "ARNs of this kind of resource name no account: bucket names, for one, are unique without it.",
        one(Action="s3:ListBucket", Resource=f"arn:aws:s3::{ACCOUNT}:coffee-menu"),
        one(Action="s3:ListBucket", Resource=BUCKET),
    ),
    Check(
        "INVALID_ARN_RESOURCE",
        "The end of the ARN fits none of the kinds of resources that the service has.",
        one(Action="iam:GetRole", Resource=ROLE.replace("role/", "rolle/")),
        ROLES_OF_IAM,
    ),
    Check(
        "UNSUPPORTED_PRINCIPAL",
        "An identity policy is about the identity it is attached to, so it names no principal.",
        shared({"AWS": ROLE}),
        GOOD,
    ),
    Check(
        "SCP_SYNTAX_ERROR_PRINCIPAL",
        "A service control policy is about every principal of its accounts, so it names none.",
        shared("*"),
        GOOD,
        "scp",
    ),
    Check(
        "MISSING_PRINCIPAL",
        "A resource policy or trust policy must say whom it is about.",
        GOOD,
        SHARED,
        "resource",
    ),
    Check(
        "INVALID_PRINCIPAL_FORMAT",
        "A principal is `*`, or an object that says what kind of principal it names.",
        shared(ROLE),
        SHARED,
        "resource",
    ),
    Check(
        "INVALID_PRINCIPAL_KEY",
        "Principals are of the kinds AWS, Federated, Service and CanonicalUser.",
        shared({"Person": ROLE}),
        SHARED,
        "resource",
    ),
    Check(
        "UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
        "A principal is named in full. For a choice of several use `*` with a condition on `aws:PrincipalArn`.",
        shared({"AWS": f"arn:aws:iam::{ACCOUNT}:role/bar*"}),
        shared("*", Condition={"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/bar*"}}),
        "resource",
    ),
    Check(
        "INVALID_ROLE_REFERENCE",
        "A unique id stands where a role was deleted. A new role of the same name has another id.",
        shared({"AWS": "AROAEXAMPLEBARISTA234"}),
        SHARED,
        "resource",
    ),
    Check(
        "INVALID_USER_REFERENCE",
        "A unique id stands where a user was deleted. A new user of the same name has another id.",
        shared({"AWS": "AIDAEXAMPLECASHIER234"}),
        shared({"AWS": f"arn:aws:iam::{ACCOUNT}:user/ana"}),
        "resource",
    ),
    Check(
        "FEDERATED_PRINCIPAL_NOT_SUPPORTED",
        "Identity providers are named in trust policies only.",
        shared({"Federated": "cognito-identity.amazonaws.com"}),
        SHARED,
        "resource",
    ),
    Check(
        "ALLOW_WITH_NOT_PRINCIPAL",
        "Everyone but those listed is allowed: strangers of other accounts, too.",
        policy(statement(NotPrincipal={"AWS": ROLE})),
        SHARED,
        "resource",
    ),
    Check(
        "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL",
        "A service acts for many customers. Without a condition it can be made to act here for a stranger.",
        shared({"Service": "cloudtrail.amazonaws.com"}, Action="s3:PutObject"),
        shared(
            {"Service": "cloudtrail.amazonaws.com"},
            Action="s3:PutObject",
            Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        ),
        "resource",
    ),
    Check(
        "ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL",
        "A trust policy names whom it trusts, not whom it does not.",
        trust(None, NotPrincipal={"AWS": ROLE}),
        TRUST,
        "trust",
    ),
    Check(
        "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE",
        "A trust policy is about its own role, so it names no resource.",
        trust({"AWS": ROLE}, Resource="*"),
        TRUST,
        "trust",
    ),
    Check(
        "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
        'A role that trusts `"*"` can be assumed from any account.',
        trust("*"),
        TRUST,
        "trust",
    ),
)

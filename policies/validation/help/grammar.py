"""Help on the grammar: JSON, elements, Sids, empty lists, sizes."""

from typing import Final

from policies.validation.help.examples import OBJECTS, ROLE, Check, one, policy, shared, statement, trust

GOOD: Final = one()
SHARED: Final = shared({"AWS": ROLE})
TRUST: Final = trust({"AWS": ROLE})

CHECKS: Final = (
    Check(
        "JSON_SYNTAX_ERROR",
        "The text is not JSON, or holds one key twice. The message names the first character that does not fit.",
        GOOD.replace("}", "},", 1),
        GOOD,
    ),
    Check(
        "CONSOLE_UNSUPPORTED_CHARACTER",
        "IAM stores the characters of Latin-1 only: letters, digits, usual signs, Western European accents.",
        one(Sid="Menu", Resource="arn:aws:s3:::menu-\u2615/*").replace("\\u2615", "\u2615"),
        one(Sid="Menu"),
    ),
    Check(
        "CONSOLE_OLD_VERSION",
        "`2008-10-17` is the older policy language, in which variables are plain text. IAM takes `2012-10-17`.",
        policy(statement(), version="2008-10-17"),
        GOOD,
    ),
    Check(
        "DATA_TYPE_MISMATCH",
        "A JSON value of the wrong kind stands here: a number or an object, say, where a string belongs.",
        one(Resource=7),
        GOOD,
    ),
    Check(
        "INVALID_POLICY_ELEMENT",
        "A policy holds `Version`, `Id` and `Statement`; a statement holds `Sid`, `Effect`, `Action`, `Resource`, "
        "`Condition`, in some kinds `Principal`, or their `Not…` forms. Their capitals matter.",
        one(Resource=None, Resources=OBJECTS),
        GOOD,
    ),
    Check(
        "MISSING_STATEMENT",
        "A policy without statements says nothing.",
        policy(),
        GOOD,
    ),
    Check(
        "INVALID_VERSION",
        "`Version` is the version of the language, not of your policy.",
        policy(statement(), version="2026-01-01"),
        GOOD,
    ),
    Check(
        "MISSING_VERSION",
        "Without `Version` the older language of 2008 applies, in which variables are plain text.",
        policy(statement(), version=None),
        GOOD,
    ),
    Check("MISSING_EFFECT", "A statement must say `Allow` or `Deny`.", one(Effect=None), GOOD),
    Check(
        "INVALID_EFFECT", "The effect is `Allow` or `Deny`, in these very letters.", one(Effect="ALLOW"), GOOD
    ),
    Check(
        "MISSING_ACTION", "A statement must name actions, by `Action` or `NotAction`.", one(Action=None), GOOD
    ),
    Check(
        "MISSING_RESOURCE",
        "A statement of an identity policy must name resources, by `Resource` or `NotResource`.",
        one(Resource=None),
        GOOD,
    ),
    Check(
        "UNSUPPORTED_ELEMENT_COMBINATION",
        "An element and its `Not…` form contradict each other in one statement. Use one, or two statements.",
        one(NotAction="s3:PutObject"),
        GOOD,
    ),
    Check(
        "UNSUPPORTED_SID",
        "In IAM a `Sid` takes letters and digits only.",
        one(Sid="read-menu"),
        one(Sid="ReadMenu"),
    ),
    Check(
        "UNIQUE_SIDS_REQUIRED",
        "In IAM no two statements of a policy share a `Sid`.",
        policy(statement(Sid="Menu"), statement(Sid="Menu", Action="s3:PutObject")),
        policy(statement(Sid="Read"), statement(Sid="Write", Action="s3:PutObject")),
    ),
    Check(
        "UNIQUE_SIDS_RECOMMENDED",
        "Two statements with one `Sid` are hard to tell apart in messages and logs.",
        policy(
            statement(Sid="Menu", Principal={"AWS": ROLE}),
            statement(Sid="Menu", Principal={"AWS": ROLE}, Action="s3:PutObject"),
        ),
        policy(
            statement(Sid="Read", Principal={"AWS": ROLE}),
            statement(Sid="Write", Principal={"AWS": ROLE}, Action="s3:PutObject"),
        ),
        "resource",
    ),
    Check("EMPTY_SID_VALUE", "An empty `Sid` names nothing: fill it or leave it out.", one(Sid=""), GOOD),
    Check(
        "EMPTY_ARRAY_ACTION",
        "A statement with an empty list of actions is about nothing.",
        one(Action=[]),
        GOOD,
    ),
    Check(
        "EMPTY_ARRAY_RESOURCE",
        "A statement with an empty list of resources is about nothing.",
        one(Resource=[]),
        GOOD,
    ),
    Check(
        "EMPTY_OBJECT_CONDITION",
        "An empty `Condition` restricts nothing, though it looks as if it did.",
        one(Condition={}),
        GOOD,
    ),
    Check("EMPTY_OBJECT_PRINCIPAL", "An empty `Principal` names nobody.", shared({}), SHARED, "resource"),
    Check(
        "EMPTY_ARRAY_PRINCIPAL",
        "An empty list of principals names nobody.",
        shared({"AWS": []}),
        SHARED,
        "resource",
    ),
    Check(
        "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
        "A managed policy has at most 6,144 characters, white space not counted. Use wildcards, or several policies.",
        one(Resource=[f"arn:aws:s3:::coffee-menu/{number:040}" for number in range(100)]),
        GOOD,
    ),
    Check(
        "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
        "A trust policy has at most 2,048 characters, white space not counted.",
        trust({"AWS": [f"{ROLE}-{number:040}" for number in range(30)]}),
        TRUST,
        "trust",
    ),
    Check(
        "POLICY_SIZE_EXCEEDS_SCP_QUOTA",
        "A service control policy has at most 5,120 characters.",
        one(Resource=[f"arn:aws:s3:::coffee-menu/{number:040}" for number in range(90)]),
        GOOD,
        "scp",
    ),
)

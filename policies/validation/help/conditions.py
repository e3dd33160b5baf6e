"""Help on conditions and variables."""

from typing import Final

from policies.validation.help.examples import ACCOUNT, Check, on_condition, one, policy, statement

TEAM: Final = on_condition("StringEquals", "aws:PrincipalTag/team", "coffee")
OFFICE: Final = on_condition("IpAddress", "aws:SourceIp", "203.0.113.0/24")
UNTIL: Final = on_condition("DateLessThan", "aws:CurrentTime", "2027-01-01T00:00:00Z")
WITH_MFA: Final = on_condition("Bool", "aws:MultiFactorAuthPresent", "true")
FRESH: Final = on_condition("NumericLessThan", "aws:MultiFactorAuthAge", "3600")
HOME: Final = one(Resource="arn:aws:s3:::coffee-menu/${aws:username}/*")
TAGGED: Final = on_condition(
    "ForAllValues:StringEquals", "aws:TagKeys", "team", "shop", Action="s3:PutObjectTagging"
)
PASSED: Final = on_condition(
    "StringEquals", "iam:PassedToService", "ec2.amazonaws.com", Action="iam:PassRole", Resource="*"
)

CHECKS: Final = (
    Check(
        "INVALID_CONDITION_OPERATOR",
        "There is no such operator. The name may begin with `ForAllValues:` or `ForAnyValue:` and end in `IfExists`.",
        on_condition("StrEquals", "aws:PrincipalTag/team", "coffee"),
        TEAM,
    ),
    Check(
        "NULL_WITH_IF_EXISTS",
        "`Null` itself asks whether the key is there.",
        on_condition("NullIfExists", "aws:TokenIssueTime", "true"),
        on_condition("Null", "aws:TokenIssueTime", "true"),
    ),
    Check(
        "NULL_WITH_QUALIFIER",
        "`Null` is about the key as a whole; a qualifier changes nothing.",
        on_condition("ForAllValues:Null", "aws:TokenIssueTime", "true"),
        on_condition("Null", "aws:TokenIssueTime", "true"),
    ),
    Check(
        "INVALID_CONDITION_KEY_FORMAT",
        "A condition key has the form `service:name`.",
        on_condition("StringEquals", "team", "coffee"),
        TEAM,
    ),
    Check(
        "DUPLICATE_KEYS_WITH_DIFFERENT_CASE",
        "Condition keys ignore case, so one key stands here twice.",
        one(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24", "aws:sourceIP": "198.51.100.0/24"}}),
        on_condition("IpAddress", "aws:SourceIp", "203.0.113.0/24", "198.51.100.0/24"),
    ),
    Check(
        "INVALID_GLOBAL_CONDITION_KEY",
        "No global condition key has this name, so the condition is never met.",
        on_condition("IpAddress", "aws:SourceAdress", "203.0.113.0/24"),
        OFFICE,
    ),
    Check(
        "UNSUPPORTED_GLOBAL_CONDITION_KEY",
        "`aws:ARN` is not supported; `aws:PrincipalArn` takes its place.",
        on_condition("ArnEquals", "aws:ARN", f"arn:aws:iam::{ACCOUNT}:user/ana"),
        on_condition("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:user/ana"),
    ),
    Check(
        "DEPRECATED_GLOBAL_CONDITION_KEY",
        "`aws:ARN` is out of use; `aws:PrincipalArn` takes its place.",
        on_condition("ArnEquals", "aws:ARN", f"arn:aws:iam::{ACCOUNT}:user/ana"),
        on_condition("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:user/ana"),
    ),
    Check(
        "INVALID_SERVICE_CONDITION_KEY",
        "The service has no condition key of this name, so the condition is never met.",
        on_condition("StringEquals", "s3:delimeter", "/", Action="s3:ListBucket", Resource="*"),
        on_condition("StringEquals", "s3:delimiter", "/", Action="s3:ListBucket", Resource="*"),
    ),
    Check(
        "MISSING_TAG_KEY_IN_CONDITION",
        "The key must end in the name of the tag it is about.",
        on_condition("StringEquals", "aws:RequestTag/", "coffee"),
        on_condition("StringEquals", "aws:RequestTag/team", "coffee"),
    ),
    Check(
        "MISSING_QUALIFIER",
        "The key holds several values at once; say whether one of them must fit, or all.",
        on_condition("StringEquals", "aws:TagKeys", "team", Action="s3:PutObjectTagging"),
        TAGGED,
    ),
    Check(
        "FORALLVALUES_WITH_SINGLE_VALUED_KEY",
        "`ForAllValues` is also met when the request does not carry the key at all, and so allows too much.",
        on_condition("ForAllValues:StringEquals", "aws:SourceVpc", "vpc-0abc1234"),
        on_condition("StringEquals", "aws:SourceVpc", "vpc-0abc1234"),
    ),
    Check(
        "TYPE_MISMATCH",
        "The operator compares another type of value than the key has.",
        on_condition("NumericEquals", "aws:userid", "1"),
        on_condition("StringEquals", "aws:userid", "AIDAEXAMPLECASHIER234"),
    ),
    Check(
        "TYPE_MISMATCH_BOOLEAN",
        "The operator compares with `true` or `false`.",
        on_condition("Bool", "aws:MultiFactorAuthPresent", "yes"),
        WITH_MFA,
    ),
    Check(
        "TYPE_MISMATCH_DATE",
        "A date is written as in ISO 8601: `2027-01-01T00:00:00Z`.",
        on_condition("DateLessThan", "aws:CurrentTime", "31 December"),
        UNTIL,
    ),
    Check(
        "INVALID_DATE_VALUE",
        "Seconds since 1970 are understood, but nobody can read them.",
        on_condition("DateLessThan", "aws:CurrentTime", "1798761600"),
        UNTIL,
    ),
    Check(
        "TYPE_MISMATCH_NUMBER",
        "The operator compares numbers.",
        on_condition("NumericLessThan", "aws:MultiFactorAuthAge", "an hour"),
        FRESH,
    ),
    Check(
        "TYPE_MISMATCH_IP_RANGE",
        "The operator compares addresses and ranges such as `203.0.113.0/24`; a mask has at most 32 bits (IPv6: 128).",
        on_condition("IpAddress", "aws:SourceIp", "203.0.113.0/40"),
        OFFICE,
    ),
    Check(
        "TYPE_MISMATCH_STRING",
        "`BinaryEquals` compares bytes, written in base64.",
        on_condition("BinaryEquals", "aws:PrincipalTag/badge", "not base64!"),
        on_condition("BinaryEquals", "aws:PrincipalTag/badge", "Y29mZmVl"),
    ),
    Check(
        "INVALID_CONDITION_DATA_TYPE",
        "The values of one key are all strings, all numbers or all Booleans.",
        on_condition("NumericEquals", "s3:max-keys", 10, "20", Action="s3:ListBucket", Resource="*"),
        on_condition("NumericEquals", "s3:max-keys", 10, 20, Action="s3:ListBucket", Resource="*"),
    ),
    Check(
        "INVALID_CONDITION_MULTIPLE_BOOLEAN",
        "A key that is true or false need not be compared with both.",
        on_condition("Bool", "aws:MultiFactorAuthPresent", "true", "false"),
        WITH_MFA,
    ),
    Check(
        "WILDCARD_WITHOUT_LIKE_OPERATOR",
        "`StringEquals` compares letter by letter, stars included; `StringLike` knows wildcards.",
        on_condition("StringEquals", "aws:PrincipalTag/team", "coffee-*"),
        on_condition("StringLike", "aws:PrincipalTag/team", "coffee-*"),
    ),
    Check(
        "INVALID_REGION",
        "There is no region of this name.",
        on_condition("StringEquals", "aws:RequestedRegion", "eu-wst-1"),
        on_condition("StringEquals", "aws:RequestedRegion", "eu-west-1"),
    ),
    Check(
        "INVALID_VPC_FORMAT",
        "A VPC's id is `vpc-` and 8 or 17 characters.",
        on_condition("StringEquals", "aws:SourceVpc", "vpc-1"),
        on_condition("StringEquals", "aws:SourceVpc", "vpc-0abc1234"),
    ),
    Check(
        "INVALID_VPCE_FORMAT",
        "A VPC endpoint's id is `vpce-` and 8 or 17 characters.",
        on_condition("StringEquals", "aws:SourceVpce", "vpc-0abc1234"),
        on_condition("StringEquals", "aws:SourceVpce", "vpce-0abc1234"),
    ),
    Check(
        "INVALID_SERVICE_PRINCIPAL_FORMAT",
        "The key holds the name of a service's principal, such as `ec2.amazonaws.com`.",
        on_condition("StringEquals", "iam:PassedToService", "ec2", Action="iam:PassRole", Resource="*"),
        PASSED,
    ),
    Check(
        "PRIVATE_IP_ADDRESS",
        "Requests reach AWS from public addresses, so a private range never fits.",
        on_condition("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
        OFFICE,
    ),
    Check(
        "PRIVATE_NOT_IP_ADDRESS",
        "Requests reach AWS from public addresses, so all of them are outside a private range.",
        on_condition("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"),
        on_condition("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ),
    Check(
        "PRIVATE_IP_ADDRESS_SUBSET",
        "Some of these ranges are private and never fit.",
        on_condition("IpAddress", "aws:SourceIp", "10.0.0.0/8", "203.0.113.0/24"),
        OFFICE,
    ),
    Check(
        "PRIVATE_NOT_IP_ADDRESS_SUBSET",
        "Some of these ranges are private and exclude nobody.",
        on_condition("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "203.0.113.0/24"),
        on_condition("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"),
    ),
    Check(
        "IMPROVE_IP_RANGE",
        "The address has bits beyond the mask; they do not count and mislead the reader.",
        on_condition("IpAddress", "aws:SourceIp", "203.0.113.77/24"),
        OFFICE,
    ),
    Check(
        "REDUNDANT_CONDITION_VALUE_NUM",
        "The values are alternatives: what is less than 100 is less than 200 as well.",
        on_condition("NumericLessThan", "aws:MultiFactorAuthAge", "1800", "3600"),
        FRESH,
    ),
    Check(
        "EMPTY_ARRAY_CONDITION",
        "A key with no value to compare with is never met.",
        one(Condition={"StringEquals": {"aws:PrincipalTag/team": []}}),
        TEAM,
    ),
    Check(
        "EMPTY_ARRAY_CONDITION_FORALLVALUES",
        "With no value to compare with, the condition is met only when the key is absent.",
        one(Action="s3:PutObjectTagging", Condition={"ForAllValues:StringEquals": {"aws:TagKeys": []}}),
        TAGGED,
    ),
    Check(
        "EMPTY_ARRAY_CONDITION_FORANYVALUE",
        "With no value to compare with, the condition is never met.",
        one(Action="s3:PutObjectTagging", Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": []}}),
        TAGGED,
    ),
    Check(
        "EMPTY_ARRAY_CONDITION_IFEXISTS",
        "With no value to compare with, the condition is met only when the key is absent.",
        one(Condition={"StringEqualsIfExists": {"aws:PrincipalTag/team": []}}),
        TEAM,
    ),
    Check(
        "MISSING_BRACE_IN_VARIABLE",
        "A variable begins with `${` and ends with `}`.",
        one(Resource="arn:aws:s3:::coffee-menu/${aws:username/*"),
        HOME,
    ),
    Check(
        "MISSING_QUOTE_IN_VARIABLE",
        "The default value of a variable stands between single quotes.",
        one(Resource="arn:aws:s3:::coffee-menu/${aws:PrincipalTag/team, none'}/*"),
        one(Resource="arn:aws:s3:::coffee-menu/${aws:PrincipalTag/team, 'none'}/*"),
    ),
    Check(
        "UNSUPPORTED_SPACE_IN_VARIABLE",
        "The key in a variable has no spaces.",
        one(Resource="arn:aws:s3:::coffee-menu/${aws:user name}/*"),
        HOME,
    ),
    Check(
        "EMPTY_VARIABLE", "The variable names no key.", one(Resource="arn:aws:s3:::coffee-menu/${}/*"), HOME
    ),
    Check(
        "VARIABLE_UNSUPPORTED_IN_ELEMENT",
        "Variables are replaced in `Resource` and in conditions, nowhere else.",
        one(Action="s3:${aws:username}"),
        HOME,
    ),
    Check(
        "VARIABLE_UNSUPPORTED_IN_VERSION",
        "Variables came with version `2012-10-17`; before it `${…}` is plain text.",
        policy(statement(Resource="arn:aws:s3:::coffee-menu/${aws:username}/*"), version="2008-10-17"),
        HOME,
    ),
    Check(
        "INVALID_VARIABLE_FOR_OPERATOR",
        "Variables are replaced under String and Arn operators only.",
        on_condition("DateLessThan", "aws:CurrentTime", "${aws:TokenIssueTime}"),
        UNTIL,
    ),
)

"""Help on identity providers, service principals, and conditions that need company."""

from typing import Final

from policies.validation.help.examples import ACCOUNT, BUCKET, ROLE, Check, on_condition, one, shared, trust

GITHUB: Final = "token.actions.githubusercontent.com"
GITHUB_ARN: Final = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}"
SAML_ARN: Final = f"arn:aws:iam::{ACCOUNT}:saml-provider/coffee-staff"
WEB: Final = "sts:AssumeRoleWithWebIdentity"
SAML: Final = "sts:AssumeRoleWithSAML"
CLOUDTRAIL: Final = {"Service": "cloudtrail.amazonaws.com"}
ANYWHERE: Final = {"Service": "rolesanywhere.amazonaws.com"}
ALL_OF_ANYWHERE: Final = ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]
MAIN_BRANCH: Final = "repo:coffee-shop/menu:ref:refs/heads/main"


def _github(operator: str = "StringEquals", **claims: str) -> str:
    condition = {operator: {f"{GITHUB}:{claim}": value for claim, value in claims.items()}}
    return trust({"Federated": GITHUB_ARN}, Action=WEB, Condition=condition if claims else None)


def _google(operator: str) -> str:
    condition = {operator: {"accounts.google.com:aud": "coffee-menu"}}
    return trust({"Federated": "accounts.google.com"}, Action=WEB, Condition=condition)


def _cloudtrail(key: str, value: str) -> str:
    return shared(CLOUDTRAIL, Action="s3:PutObject", Condition={"StringEquals": {key: value}})


GOOD_SAML: Final = trust({"Federated": SAML_ARN}, Action=SAML)
GOOD_GITHUB: Final = _github(aud="sts.amazonaws.com", sub=MAIN_BRANCH)
GOOD_CLOUDTRAIL: Final = _cloudtrail("aws:SourceAccount", ACCOUNT)

CHECKS: Final = (
    Check(
        "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
        "An identity provider is named by its ARN in the account, or by its domain if AWS knows it already.",
        trust({"Federated": "our login"}, Action=SAML),
        GOOD_SAML,
        "trust",
    ),
    Check(
        "MISMATCHED_ACTION_FOR_PRINCIPAL",
        "People of a SAML provider come with `sts:AssumeRoleWithSAML`, those of an OpenID Connect provider with "
        "`sts:AssumeRoleWithWebIdentity`. With the other's action nobody can come.",
        trust({"Federated": SAML_ARN}, Action=WEB),
        GOOD_SAML,
        "trust",
    ),
    Check(
        "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
        "An identity provider knows many people, and applications of others. Say which of them are meant, by a claim.",
        _github(),
        GOOD_GITHUB,
        "trust",
    ),
    Check(
        "MISSING_GITHUB_REPO_CONDITION_KEY",
        "All of GitHub shares one provider. Without a condition on `sub` anybody's repository may assume the role.",
        _github(aud="sts.amazonaws.com"),
        GOOD_GITHUB,
        "trust",
    ),
    Check(
        "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
        "With a star in `sub` every branch may assume the role, pull requests of strangers among them.",
        _github("StringLike", sub="repo:coffee-shop/*"),
        GOOD_GITHUB,
        "trust",
    ),
    Check(
        "CONFIRM_AUDIENCE_CLAIM_TYPE",
        "The claim `aud` is one value with some providers and a list with others; a qualifier is for lists.",
        _google("ForAnyValue:StringEquals"),
        _google("StringEquals"),
        "trust",
    ),
    Check(
        "CONSOLE_INVALID_PRINCIPAL",
        "A role trusts accounts, users, roles and services, each in a form of its own. IAM stores no other.",
        trust({"Service": "ec2"}),
        trust({"Service": "ec2.amazonaws.com"}),
        "trust",
    ),
    Check(
        "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY",
        "Whoever trusts a role trusts all its sessions.",
        trust({"AWS": [ROLE, f"arn:aws:sts::{ACCOUNT}:assumed-role/barista/morning"]}),
        trust({"AWS": ROLE}),
        "trust",
    ),
    Check(
        "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
        "IAM Roles Anywhere sets tags and a source identity on each session, so it needs three actions.",
        trust(ANYWHERE),
        trust(ANYWHERE, Action=ALL_OF_ANYWHERE),
        "trust",
    ),
    Check(
        "MISSING_ACTION_FOR_CONDITION_KEY",
        "The key is set by an action of its own. Without that action the condition is never met.",
        trust({"AWS": ROLE}, Condition={"StringEquals": {"sts:SourceIdentity": "ana"}}),
        trust(
            {"AWS": ROLE},
            Action=["sts:AssumeRole", "sts:SetSourceIdentity"],
            Condition={"StringEquals": {"sts:SourceIdentity": "ana"}},
        ),
        "trust",
    ),
    Check(
        "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
        "A service that calls for itself has no account, no organization and no tags. Ask for whom it calls instead.",
        _cloudtrail("aws:PrincipalOrgID", "o-coffee1234"),
        GOOD_CLOUDTRAIL,
        "resource",
    ),
    Check(
        "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL",
        "Few services set `aws:SourceOwner`; nearly all set `aws:SourceAccount` and `aws:SourceArn`.",
        _cloudtrail("aws:SourceOwner", ACCOUNT),
        GOOD_CLOUDTRAIL,
        "resource",
    ),
    Check(
        "MISSING_PAIRED_CONDITION_KEYS",
        "Private addresses are the same in every network: name the network as well.",
        on_condition("IpAddress", "aws:VpcSourceIp", "10.0.0.0/16"),
        one(
            Condition={
                "IpAddress": {"aws:VpcSourceIp": "10.0.0.0/16"},
                "StringEquals": {"aws:SourceVpc": "vpc-0123456789abcdef0"},
            }
        ),
    ),
    Check(
        "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS",
        "Under `StringLike` a star goes on across the colons of an ARN; the operators for ARNs keep to their parts.",
        on_condition("StringLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*"),
        on_condition("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*"),
    ),
    Check(
        "UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
        "The policy of a bucket is about the bucket and what is in it, and about nothing else.",
        shared({"AWS": ROLE}, Resource=f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders"),
        shared({"AWS": ROLE}),
        "resource",
        "AWS::S3::Bucket",
    ),
    Check(
        "IRRELEVANT_CONDITION_KEY_IN_POLICY",
        "Whose the bucket is, is settled: a condition on it is always met, or never.",
        shared({"AWS": ROLE}, Condition={"StringEquals": {"s3:ResourceAccount": ACCOUNT}}),
        shared({"AWS": ROLE}),
        "resource",
        "AWS::S3::Bucket",
    ),
    Check(
        "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
        "A bucket policy has at most 20,480 characters; other services take less.",
        shared({"AWS": ROLE}, Resource=[f"{BUCKET}/{number:040}" for number in range(320)]),
        shared({"AWS": ROLE}),
        "resource",
    ),
)

from pathlib import Path

import pytest

from policies.catalog import AccessLevel, Catalog, CatalogMissing, catalog


def test_every_service_has_a_name() -> None:
    services = catalog().services()

    assert len(services) > 450
    assert services["s3"] == "Amazon S3"


def test_an_action_is_found_whatever_its_case() -> None:
    action = catalog().action("S3:getobject")

    assert action is not None
    assert (action.name, action.access_level) == ("s3:GetObject", AccessLevel.READ)
    assert "object" in action.resource_types
    assert "s3:ExistingObjectTag/<key>" in action.condition_keys


@pytest.mark.parametrize("name", ["s3:ListObject", "nothing:ListObject", "s3", "", "s3:Get*"])
def test_what_is_no_action_is_not_found(name: str) -> None:
    assert catalog().action(name) is None


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("s3:get*acl", ("s3:GetBucketAcl", "s3:GetObjectAcl", "s3:GetObjectVersionAcl")),
        ("s3:GetObjec?", ("s3:GetObject",)),
        ("s3:GETOBJECT", ("s3:GetObject",)),
        ("s3:Nothing*", ()),
        ("s*:GetObject", ()),
        ("lamda:*", ()),
    ],
)
def test_patterns_cover_the_actions_they_match(pattern: str, names: tuple[str, ...]) -> None:
    assert catalog().actions_matching(pattern) == names
    assert catalog().has_action(pattern) == bool(names)


@pytest.mark.parametrize("pattern", ["*", "*:*"])
def test_a_star_covers_every_action(pattern: str) -> None:
    assert len(catalog().actions_matching(pattern)) > 22_000
    assert catalog().has_action(pattern)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("s3:ListObject", "s3:ListBucket"),
        ("s3:listobjectsv2", "s3:ListBucket"),
        ("s3:GetObjects", "s3:GetObject"),
        ("ec2:DescribeInstance", "ec2:DescribeInstances"),
        ("lamda:InvokeFuntion", "lambda:InvokeFunction"),
        ("s3:Xyzzy", None),
        ("qwertyuiop:GetObject", None),
    ],
)
def test_the_nearest_action_is_the_one_meant(written: str, meant: str | None) -> None:
    assert catalog().nearest_action(written) == meant


def test_a_name_without_a_service_finds_the_best_known_owner_first() -> None:
    assert catalog().actions_named("getobject")[0] == "s3:GetObject"


def test_access_levels_of_patterns_are_those_of_their_actions() -> None:
    assert catalog().access_levels(["s3:ListAllMyBuckets", "s3:GetObject"]) == {
        AccessLevel.LIST,
        AccessLevel.READ,
    }
    assert catalog().access_levels(["iam:TagUser"]) == {AccessLevel.TAGGING}
    assert catalog().access_levels(["*"]) == set(AccessLevel)
    assert catalog().access_levels([]) == set()


@pytest.mark.parametrize(
    ("key", "value_type", "is_multivalued"),
    [
        ("aws:SourceIp", "IPAddress", False),
        ("AWS:sourceip", "IPAddress", False),
        ("aws:TagKeys", "String", True),
        ("aws:RequestTag/team", "String", False),
        ("s3:prefix", "String", False),
        ("s3:ExistingObjectTag/team", "String", False),
        ("saml:aud", "String", False),
    ],
)
def test_condition_keys_have_a_type(key: str, value_type: str, is_multivalued: bool) -> None:
    found = catalog().condition_key(key)

    assert found is not None
    assert (found.value_type, found.is_multivalued) == (value_type, is_multivalued)


@pytest.mark.parametrize("key", ["aws:RequestTag/", "aws:Nothing", "s3:nothing", "nothing:prefix", "prefix"])
def test_what_is_no_condition_key_is_not_found(key: str) -> None:
    assert catalog().condition_key(key) is None


def test_the_console_has_a_service_of_its_own() -> None:
    action = catalog().action("iamconsole:CheckAccess")

    assert action is not None
    assert action.access_level is AccessLevel.READ


@pytest.mark.parametrize("name", ["iam:AcquireRole", "iam:UpdateDelegationRequest"])
def test_local_additions_join_a_service_of_aws(name: str) -> None:
    assert catalog().action(name) is not None
    assert catalog().action("iam:CreateUser") is not None


def test_resource_types_are_found_by_the_service_of_their_arns() -> None:
    kinds = {kind.name: kind for kind in catalog().resource_types("elasticloadbalancing")}

    assert "loadbalancer/app/" in kinds
    assert kinds["loadbalancer/app/"].has_region
    assert catalog().has_arn_service("s3")
    assert not catalog().has_arn_service("S3")


def test_the_data_carry_their_date() -> None:
    assert catalog().date.year >= 2026


def test_a_catalog_that_is_not_compiled_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(CatalogMissing, match=r"manage\.py compile_catalog"):
        Catalog(tmp_path)


def test_a_type_of_two_forms_is_known_by_both() -> None:
    forms = [kind.resource_pattern for kind in catalog().resource_types("lex") if kind.name == "bot"]

    assert [any(form.matches(text) for form in forms) for text in ("bot/B1", "bot:Barista", "boat")] == [
        True,
        True,
        False,
    ]

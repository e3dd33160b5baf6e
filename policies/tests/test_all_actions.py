"""Every action of the catalog in sets."""

import pytest

from policies.all_actions import all_actions, union
from policies.catalog import AccessLevel, catalog

ACCOUNT = "123456789012"


def names(actions: int) -> set[str]:
    return set(all_actions().universe.names_in(actions))


def test_the_cells_hold_each_action_once() -> None:
    actions = all_actions()
    sets = [cell for cells in actions.cells.values() for cell in cells.values()]

    assert sum(one.bit_count() for one in sets) == len(actions.universe.names)
    assert union(sets) == actions.universe.everything


def test_a_cell_holds_the_actions_of_its_level() -> None:
    tagging = names(all_actions().cells["iam"][AccessLevel.TAGGING])

    assert "iam:taguser" in tagging
    assert "iam:createuser" not in tagging


def test_actions_without_resource_types_are_known() -> None:
    unresourced = names(all_actions().universe.unresourced)

    assert "s3:listallmybuckets" in unresourced
    assert "s3:getobject" not in unresourced


def test_a_text_finds_actions_and_whole_services() -> None:
    assert names(all_actions().matching("s3:GetObjectAc")) == {"s3:getobjectacl"}
    assert "sts:assumerole" in names(all_actions().matching("security token"))
    assert all_actions().matching("no such thing") == 0


@pytest.mark.parametrize(
    ("arn", "works", "does_not"),
    [
        ("arn:aws:s3:::receipts", "s3:listbucket", "s3:getobject"),
        ("arn:aws:s3:::receipts/may.csv", "s3:getobject", "s3:listbucket"),
        (f"arn:aws:iam::{ACCOUNT}:user/ana", "iam:taguser", "iam:creategroup"),
        (f"arn:aws:sqs:eu-west-1:{ACCOUNT}:orders", "sqs:sendmessage", "sqs:listqueues"),
    ],
)
def test_a_resource_has_the_actions_of_its_kind(arn: str, works: str, does_not: str) -> None:
    found = names(all_actions().working_on(arn))

    assert works in found
    assert does_not not in found


@pytest.mark.parametrize("arn", ["receipts", "arn:aws:nothing:::receipts", "*"])
def test_nothing_works_on_what_nobody_knows(arn: str) -> None:
    assert all_actions().working_on(arn) == 0


def test_the_sets_are_of_the_catalog_in_use() -> None:
    assert all_actions().catalog is catalog()
    assert all_actions() is all_actions()

from __future__ import annotations

from operations.operation import registry
from scripts.operations_table import COMMAND, TABLE, first_line, registered, row, table


def test_the_table_of_operations_is_up_to_date() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(registered()), f"Run `{COMMAND}`."


def test_every_operation_says_what_it_does() -> None:
    assert [one.name for one in registered() if not first_line(one.function)] == []


def test_a_row_names_the_action_that_allows_the_operation_and_its_level() -> None:
    assert row(registry["iamconsole:CountUsers"]) == (
        "| `iamconsole:CountUsers` | read | `iam:ListUsers` | List | How many users the account has. |"
    )


def test_a_row_names_the_credential_where_no_policy_has_a_say() -> None:
    assert "| write | a session, or a sign-in under way |  |" in row(registry["iamconsole:SignOut"])


def test_a_row_says_what_is_for_root_alone() -> None:
    assert "`iam:EnableMFADevice`, for root alone" in row(registry["iamconsole:EnableRootMFADevice"])

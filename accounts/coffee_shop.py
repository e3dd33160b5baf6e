"""The coffee shop of the story, as data: who works there, in which groups, with which policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

ACCOUNT_NAME = "Coffee shop"
ALIAS = "coffee-shop"
ROOT_EMAIL = "olga@coffee-shop.example"
BUCKET = "arn:aws:s3:::maven-repo-tutorial.asimi.net"
INVENTORY_BUCKET = "arn:aws:s3:::coffee-shop-inventory"
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"  # noqa: S105  the ARN of a policy


@dataclass(frozen=True, slots=True)
class Person:
    user_name: str
    group_name: str
    path: str = "/shop/"
    job: str = "cashier"


PEOPLE = (
    Person("owner-admin", "Administrators", "/", "administrator"),
    Person("ana", "Cashiers"),
    Person("ben", "InventorySpecialists", job="inventory specialist"),
    Person("cleo", "Cashiers"),
)

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Administrators": ("AdministratorAccess",),
    "Cashiers": ("ReceiptsRead", "IAMUserChangePassword"),
    "InventorySpecialists": ("InventoryWrite", "IAMUserChangePassword"),
}

AWS_MANAGED: Mapping[str, str] = {
    "AdministratorAccess": ADMINISTRATOR_ACCESS,
    "IAMUserChangePassword": CHANGE_PASSWORD,
}


def _document(*statements: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


POLICIES: Mapping[str, tuple[str, str]] = {
    "ReceiptsRead": (
        "Cashiers list the receipts and open them.",
        _document(
            {"Sid": "ListReceipts", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": BUCKET},
            {"Sid": "ReadReceipts", "Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"},
        ),
    ),
    "InventoryWrite": (
        "Inventory specialists count, add and remove stock.",
        _document(
            {
                "Sid": "ListInventory",
                "Effect": "Allow",
                "Action": "s3:ListBucket",
                "Resource": INVENTORY_BUCKET,
            },
            {
                "Sid": "KeepInventory",
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                "Resource": f"{INVENTORY_BUCKET}/*",
            },
        ),
    ),
}

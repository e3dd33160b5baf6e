"""Amazon Resource Names of the objects an account holds."""

from __future__ import annotations


def iam_arn(account_id: str, kind: str, path: str, name: str) -> str:
    """`arn:aws:iam::123456789012:user/shop/ana`: the path's leading slash is the one after the kind."""
    return f"arn:aws:iam::{account_id}:{kind}{path}{name}"


def root_arn(account_id: str) -> str:
    return f"arn:aws:iam::{account_id}:root"


def account_arn(account_id: str) -> str:
    """Whatever an account holds; operations on the account as a whole are authorized on `*`, as in AWS."""
    return f"arn:aws:iam::{account_id}:*"


def grouped_account_id(account_id: str) -> str:
    """`4819-2036-5577`: how people read an account id aloud."""
    return f"{account_id[:4]}-{account_id[4:8]}-{account_id[8:]}"

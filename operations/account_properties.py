"""Settings of the whole account that features of IAM read, and which tokens the global endpoint of STS hands out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from accounts.models import Account
from operations.authorization import Context
from operations.call import Call
from operations.errors import InvalidInput
from operations.operation import operation

# AWS documents no number; every request reads the row that holds them.
MOST_PROPERTIES: Final = 50


@operation("iam:GetAccountProperties", reads=True)
def get_account_properties(call: Call) -> Mapping[str, Mapping[str, str]]:
    """All properties of the account, by `Namespace/PropertyName`."""
    properties = Account.objects.values_list("properties", flat=True).get(pk=call.account.pk)
    call.authorize("*", _namespaces(properties))
    return {"Properties": properties}


@operation("iam:PutAccountProperties")
def put_account_properties(call: Call, *, properties: Mapping[str, str]) -> None:
    """Set properties of one namespace; others keep their values.

    AWS knows the properties of its own features, and the type of each. No feature of an installation reads any: what
    is well formed is kept as it is. Raises InvalidInput.
    """
    call.authorize("*", _namespaces(properties))
    _ensure_one_namespace(properties)
    before = call.account.properties
    after = {**before, **properties}
    if len(after) > MOST_PROPERTIES:
        raise InvalidInput(f"An account has at most {MOST_PROPERTIES} properties.", parameter="properties")
    if properties.keys() <= before.keys():
        call.undo_by("iam:PutAccountProperties", properties={key: before[key] for key in properties})
    call.account.properties = after
    call.account.save(update_fields=["properties"])


@operation("iam:SetSecurityTokenServicePreferences")
def set_security_token_service_preferences(call: Call, *, global_endpoint_token_version: str) -> None:
    """Version 1 or version 2 tokens, as GetAccountSummary shows; an installation takes its own in every region."""
    call.authorize("*")
    before = call.account.global_endpoint_token_version
    call.undo_by("iam:SetSecurityTokenServicePreferences", global_endpoint_token_version=before)
    call.account.global_endpoint_token_version = global_endpoint_token_version
    call.account.save(update_fields=["global_endpoint_token_version"])


def _namespaces(keys: Iterable[str]) -> Context:
    """`iam:AccountPropertyNamespaces`: what stands before the slash of each key; absent when there is no key."""
    namespaces = sorted({key.partition("/")[0] for key in keys})
    return {"iam:AccountPropertyNamespaces": namespaces} if namespaces else {}


def _ensure_one_namespace(keys: Iterable[str]) -> None:
    parts = [key.split("/") for key in keys]
    if not parts:
        raise InvalidInput("Name at least one property.", parameter="properties")
    for key, names in zip(keys, parts, strict=True):
        if len(names) != 2 or not all(names):  # noqa: PLR2004  a namespace and a name
            raise InvalidInput(
                f"The property key {key} is invalid. It must have the form Namespace/PropertyName.",
                parameter="properties",
            )
    if len({names[0] for names in parts}) > 1:
        raise InvalidInput("All properties must belong to the same namespace.", parameter="properties")

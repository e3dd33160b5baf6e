"""Role templates, from which services make roles in an account: they come from AWS's services, and none is here."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.arns import iam_arn
from operations.call import Call
from operations.errors import NoSuchEntity
from operations.operation import operation


@operation("iam:AcquireRole")
def acquire_role(
    call: Call,
    *,
    template_arn: str,
    template_minor_version: int | None = None,
    replacement_values: Mapping[str, Mapping[str, object]] | None = None,
) -> None:
    """Make the role of a template; raises NoSuchEntity, for there is no template."""
    call.authorize(iam_arn(call.account.id, "role", "/", "*"))
    raise _missing(template_arn)


@operation("iam:GetRoleTemplateVersion", reads=True)
def get_role_template_version(call: Call, *, template_arn: str, minor_version: int | None = None) -> None:
    """One version of a template; raises NoSuchEntity."""
    call.authorize(template_arn)
    raise _missing(template_arn)


def _missing(template_arn: str) -> NoSuchEntity:
    return NoSuchEntity(
        f"Role template {template_arn} cannot be found: templates come from AWS's own services.",
        parameter="template_arn",
    )

"""Outbound federation: an account as an identity provider for others. It would vouch in AWS's name, so it is off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from operations.call import Call
from operations.errors import AccessDenied, FeatureDisabled, OutboundWebIdentityFederationDisabled
from operations.operation import operation
from operations.tags import Tag, tag_conditions

# "If not specified, the default duration is 300 seconds" (GetWebIdentityToken).
DEFAULT_SECONDS = 300
OFF = "Outbound web identity federation is not available in this installation."


@operation("iam:EnableOutboundWebIdentityFederation")
def enable_outbound_web_identity_federation(call: Call) -> None:
    """Switch it on; raises AccessDenied: nobody outside knows this installation as an issuer."""
    call.authorize("*")
    raise AccessDenied(OFF)


@operation("iam:DisableOutboundWebIdentityFederation")
def disable_outbound_web_identity_federation(call: Call) -> None:
    """Switch it off; raises FeatureDisabled, for it is."""
    _refuse(call)


@operation("iam:GetOutboundWebIdentityFederationInfo", reads=True)
def get_outbound_web_identity_federation_info(call: Call) -> None:
    """Whether it is on, and the issuer's address; raises FeatureDisabled."""
    _refuse(call)


@operation("sts:GetWebIdentityToken", keeps_revision=True)
def get_web_identity_token(
    call: Call,
    *,
    audience: Sequence[str],
    signing_algorithm: str,
    duration_seconds: int | None = None,
    tags: Sequence[Tag] = (),
) -> None:
    """A token for others; raises OutboundWebIdentityFederationDisabled. Tags need sts:TagGetWebIdentityToken too."""
    conditions = {
        "sts:IdentityTokenAudience": list(audience),
        "sts:SigningAlgorithm": signing_algorithm,
        "sts:DurationSeconds": str(duration_seconds or DEFAULT_SECONDS),
        **tag_conditions(tags),
    }
    call.authorize("*", conditions)
    if tags:
        call.authorize("*", tag_conditions(tags), action="sts:TagGetWebIdentityToken")
    raise OutboundWebIdentityFederationDisabled(OFF)


def _refuse(call: Call) -> NoReturn:
    call.authorize("*")
    raise FeatureDisabled(OFF)

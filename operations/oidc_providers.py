"""OpenID Connect providers: whose tokens an account believes, and for which audiences. Nothing is ever fetched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from accounts.models import OIDCProvider
from accounts.names import name_key
from operations.call import Call
from operations.errors import EntityAlreadyExists, InvalidInput, LimitExceeded, ValidationError
from operations.key_sets import parse_json_web_key_set
from operations.operation import operation
from operations.paging import Page
from operations.quotas import ensure_room, quota
from operations.tags import Tag, checked, merged, tag_conditions, without

SCHEME: Final = "https://"
INVALID_URL: Final = "Invalid Open ID Connect Provider URL"
# A host and a path, as far as they can stand in an ARN: no port, no query, no wildcard.
ADDRESS: Final = re.compile(
    r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?:/[A-Za-z0-9._~!$&'()+,;=:@%/-]*)?"
)
THUMBPRINT: Final = re.compile(r"[0-9A-Fa-f]{40}")


@operation("iam:CreateOpenIDConnectProvider")
def create_open_id_connect_provider(
    call: Call,
    *,
    url: str,
    client_id_list: Sequence[str] = (),
    thumbprint_list: Sequence[str] = (),
    tags: Sequence[Tag] = (),
) -> OIDCProvider:
    """Register a provider by its address; the keys of its tokens are given by `PutOpenIDConnectProviderKeys`.

    Raises ValidationError and InvalidInput (address, thumbprints), EntityAlreadyExists and LimitExceeded. Tags need
    iam:TagOpenIDConnectProvider as well.
    """
    name = url.removeprefix(SCHEME)
    arn = OIDCProvider.arn_of(call.account.id, name)
    call.authorize(arn, tag_conditions(tags))
    if tags:
        call.authorize(arn, tag_conditions(tags), action="iam:TagOpenIDConnectProvider")
    _check_url(url)
    _ensure_free(call, url)
    ensure_room(call.account.oidcproviders.all(), "OIDC_PROVIDERS", "OpenIDConnectProvidersPerAccount")
    provider = call.account.oidcproviders.create(
        name=name,
        name_key=name_key(name),
        create_date=call.now,
        client_id_list=_client_ids(client_id_list),
        thumbprint_list=_thumbprints(thumbprint_list),
        tags=checked(tags),
    )
    call.respond(openIDConnectProviderArn=arn)
    call.undo_by("iam:DeleteOpenIDConnectProvider", open_id_connect_provider_arn=arn)
    return provider


@operation("iam:GetOpenIDConnectProvider", reads=True)
def get_open_id_connect_provider(call: Call, *, open_id_connect_provider_arn: str) -> OIDCProvider:
    """One provider with its client ids and thumbprints."""
    return call.access(OIDCProvider, open_id_connect_provider_arn)


@operation("iam:ListOpenIDConnectProviders", reads=True)
def list_open_id_connect_providers(call: Call) -> list[OIDCProvider]:
    """All providers of the account, in the order of their addresses."""
    call.authorize(OIDCProvider.arn_of(call.account.id, "*"))
    return list(call.account.oidcproviders.defer("signing_keys"))


@operation("iam:AddClientIDToOpenIDConnectProvider")
def add_client_id_to_open_id_connect_provider(
    call: Call, *, open_id_connect_provider_arn: str, client_id: str
) -> None:
    """Believe tokens for one audience more; one that is there already changes nothing. Raises LimitExceeded."""
    provider = call.access(OIDCProvider, open_id_connect_provider_arn)
    if client_id in provider.client_id_list:
        return
    provider.client_id_list = _client_ids([*provider.client_id_list, client_id])
    provider.save(update_fields=["client_id_list"])
    call.undo_by(
        "iam:RemoveClientIDFromOpenIDConnectProvider",
        open_id_connect_provider_arn=provider.arn,
        client_id=client_id,
    )


@operation("iam:RemoveClientIDFromOpenIDConnectProvider")
def remove_client_id_from_open_id_connect_provider(
    call: Call, *, open_id_connect_provider_arn: str, client_id: str
) -> None:
    """Believe no token for this audience any more; one that is not there changes nothing."""
    provider = call.access(OIDCProvider, open_id_connect_provider_arn)
    if client_id not in provider.client_id_list:
        return
    provider.client_id_list = [one for one in provider.client_id_list if one != client_id]
    provider.save(update_fields=["client_id_list"])
    call.undo_by(
        "iam:AddClientIDToOpenIDConnectProvider",
        open_id_connect_provider_arn=provider.arn,
        client_id=client_id,
    )


@operation("iam:UpdateOpenIDConnectProviderThumbprint")
def update_open_id_connect_provider_thumbprint(
    call: Call, *, open_id_connect_provider_arn: str, thumbprint_list: Sequence[str]
) -> None:
    """Replace all thumbprints. They are kept as AWS keeps them, and no connection is made that they could secure."""
    provider = call.access(OIDCProvider, open_id_connect_provider_arn)
    call.undo_by(
        "iam:UpdateOpenIDConnectProviderThumbprint",
        open_id_connect_provider_arn=provider.arn,
        thumbprint_list=provider.thumbprint_list,
    )
    provider.thumbprint_list = _thumbprints(thumbprint_list)
    provider.save(update_fields=["thumbprint_list"])


@operation("iamconsole:PutOpenIDConnectProviderKeys", action="iam:UpdateOpenIDConnectProviderThumbprint")
def put_open_id_connect_provider_keys(
    call: Call, *, open_id_connect_provider_arn: str, json_web_key_set: str
) -> int:
    """Replace the keys that verify the provider's tokens; how many there are. Raises InvalidInput.

    AWS fetches the set from the provider, secured by the thumbprints. Here whoever may change those gives the keys.
    """
    provider = call.access(OIDCProvider, open_id_connect_provider_arn)
    provider.signing_keys = parse_json_web_key_set(json_web_key_set)
    provider.save(update_fields=["signing_keys"])
    key_ids = [key.get("kid") for key in provider.signing_keys["keys"]]
    call.respond(keyIds=key_ids)
    return len(key_ids)


@operation("iam:DeleteOpenIDConnectProvider")
def delete_open_id_connect_provider(call: Call, *, open_id_connect_provider_arn: str) -> None:
    """Delete a provider; one that is not there is no error, as AWS documents it."""
    if OIDCProvider.find(call.account, open_id_connect_provider_arn) is None:
        call.authorize(open_id_connect_provider_arn)
        return
    provider = call.access(OIDCProvider, open_id_connect_provider_arn)
    call.deleted(provider.snapshot())
    provider.delete()


@operation("iam:TagOpenIDConnectProvider")
def tag_open_id_connect_provider(
    call: Call, *, open_id_connect_provider_arn: str, tags: Sequence[Tag]
) -> None:
    """Add tags to a provider; a key that is there already gets the new value. Raises LimitExceeded."""
    provider = call.access(OIDCProvider, open_id_connect_provider_arn, tag_conditions(tags))
    provider.tags = merged(provider.tags, tags)
    provider.save(update_fields=["tags"])


@operation("iam:UntagOpenIDConnectProvider")
def untag_open_id_connect_provider(
    call: Call, *, open_id_connect_provider_arn: str, tag_keys: Sequence[str]
) -> None:
    """Take tags from a provider; keys that are not there do not matter."""
    provider = call.access(OIDCProvider, open_id_connect_provider_arn, {"aws:TagKeys": list(tag_keys)})
    provider.tags = without(provider.tags, tag_keys)
    provider.save(update_fields=["tags"])


@operation("iam:ListOpenIDConnectProviderTags", reads=True)
def list_open_id_connect_provider_tags(
    call: Call, *, open_id_connect_provider_arn: str, marker: str | None = None, max_items: int | None = None
) -> Page[dict[str, str]]:
    """All tags of a provider: fifty always fit one page."""
    return Page(call.access(OIDCProvider, open_id_connect_provider_arn).tags)


def _check_url(url: str) -> None:
    """An address with a host, by https, and without a port or a query."""
    scheme, _, rest = url.partition("://")
    if not scheme or not rest or rest.startswith("/"):
        raise ValidationError(INVALID_URL, parameter="url")
    if not url.startswith(SCHEME):
        raise InvalidInput(f"{INVALID_URL}. The URL must begin with https://.", parameter="url")
    if not ADDRESS.fullmatch(url):
        raise InvalidInput(f"{INVALID_URL}.", parameter="url")


def _ensure_free(call: Call, url: str) -> None:
    if call.account.oidcproviders.filter(name_key=name_key(url.removeprefix(SCHEME))).exists():
        raise EntityAlreadyExists(f"Provider with url {url} already exists.", parameter="url")


def _client_ids(given: Sequence[str]) -> list[str]:
    """Each once, in their order."""
    limit, client_ids = quota("CLIENT_IDS_PER_OIDC_PROVIDER"), list(dict.fromkeys(given))
    if len(client_ids) > limit:
        raise LimitExceeded(f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {limit}")
    return client_ids


def _thumbprints(given: Sequence[str]) -> list[str]:
    """The SHA-1 of a certificate in hexadecimal digits, which AWS keeps in small letters."""
    limit, thumbprints = quota("THUMBPRINTS_PER_OIDC_PROVIDER"), [one.lower() for one in given]
    if len(thumbprints) > limit:
        raise InvalidInput(
            f"Thumbprint list must contain fewer than {limit} entries.", parameter="thumbprint_list"
        )
    if not all(map(THUMBPRINT.fullmatch, thumbprints)):
        raise InvalidInput("Thumbprint must be exactly 40 hexadecimal digits.", parameter="thumbprint_list")
    return thumbprints

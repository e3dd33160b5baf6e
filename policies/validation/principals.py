"""Whom a trust policy may name: the forms that IAM takes, by the type of the principal."""

import re
from typing import Final

PROVIDER_ARN: Final = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:(saml|oidc)-provider/(\S+)")
DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/[A-Za-z0-9._/-]*)?")
# Principals by their type that no row of a user or a role stands behind.
_UNNAMED: Final = {
    "AWS": re.compile(r"\*|\d{12}|arn:[a-z-]+:(iam::\d{12}:root|sts::\d{12}:federated-user/\S+)"),
    "Federated": re.compile(f"{PROVIDER_ARN.pattern}|{DOMAIN.pattern}"),
    "Service": re.compile(r"([a-z0-9_-]+\.)+(amazonaws\.com(\.cn)?|aws\.internal)"),
}
_NAMED: Final = re.compile(
    r"arn:[a-z-]+:(iam::\d{12}:(user|role)/\S+|sts::\d{12}:assumed-role/[^/\s]+/[^/\s]+)"
)
NO_PROVIDER: Final = "Federated principals must be valid domain names or SAML metadata ARNs"


def names_an_identity(kind: str, text: str) -> bool:
    """Whether this is the ARN of a user, a role or a role's session."""
    return kind == "AWS" and _NAMED.fullmatch(text) is not None


def is_principal(kind: str, text: str) -> bool:
    """Whether the text has a form that IAM takes for a principal of the type."""
    unnamed = _UNNAMED.get(kind)
    return names_an_identity(kind, text) or (unnamed is not None and unnamed.fullmatch(text) is not None)


def refusal_of_principal(kind: str, text: str) -> str:
    """The words with which IAM refuses a principal."""
    return NO_PROVIDER if kind == "Federated" else f'Invalid principal in policy: "{kind.upper()}":"{text}"'

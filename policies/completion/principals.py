"""Principal: its keys, services, accounts and identity providers."""

from collections.abc import Iterable, Iterator
from typing import Final

from policies.completion.questions import Question
from policies.completion.resources import completed, known_fields
from policies.completion.service_principals import SERVICE_PRINCIPALS
from policies.completion.suggestions import Suggestion, fitting
from policies.validation import PolicyType

_KEYS: Final = {
    "AWS": "Accounts, users and roles, by ARN or account id.",
    "Service": "AWS services, by their principal: lambda.amazonaws.com.",
    "Federated": "Identity providers: OpenID Connect and SAML.",
    "CanonicalUser": "An account by its canonical id, as Amazon S3 knows it.",
}
# Identity providers take roles on and do nothing else; canonical ids are of Amazon S3 alone.
_KEYS_OF: Final = {
    PolicyType.TRUST: ("AWS", "Service", "Federated"),
    PolicyType.RESOURCE: ("AWS", "Service", "CanonicalUser"),
    PolicyType.RESOURCE_CONTROL: ("AWS",),
}
_EVERYBODY: Final = Suggestion("*", "principal", "everybody", "Everybody, of every account.", stays=True)
_ARNS: Final = {
    "AWS": (
        ("arn:${Partition}:iam::${Account}:root", "an account", "All that the account's own policies allow."),
        ("arn:${Partition}:iam::${Account}:role/${RoleName}", "a role", "Whoever has taken the role on."),
        ("arn:${Partition}:iam::${Account}:user/${UserName}", "a user", "One user of the account."),
    ),
    "Federated": (
        (
            "arn:${Partition}:iam::${Account}:oidc-provider/${Host}",
            "OpenID Connect",
            "Users of the provider.",
        ),
        ("arn:${Partition}:iam::${Account}:saml-provider/${Name}", "SAML", "Users of the provider."),
    ),
}
# AWS knows these providers without their being registered in the account.
_KNOWN_PROVIDERS: Final = (
    ("cognito-identity.amazonaws.com", "Amazon Cognito"),
    ("accounts.google.com", "Google"),
    ("graph.facebook.com", "Facebook"),
    ("www.amazon.com", "Login with Amazon"),
)


def principal_keys(question: Question) -> list[Suggestion]:
    names = _KEYS_OF.get(question.policy_type, ())
    present = question.place.objects[-1].names
    absent = (Suggestion(name, "element", "", _KEYS[name]) for name in names if name not in present)
    return fitting(absent, question.typed)


def everybody(question: Question) -> list[Suggestion]:
    """`"Principal": "*"`, which a trust policy does not take."""
    takes_all = question.policy_type in (PolicyType.RESOURCE, PolicyType.RESOURCE_CONTROL)
    return [_EVERYBODY] if takes_all and question.typed in ("", "*") else []


def principals(question: Question) -> list[Suggestion]:
    key = question.place.names[2]
    if question.policy_type is PolicyType.RESOURCE_CONTROL:
        return everybody(question) if key == "AWS" else []
    if key not in _KEYS_OF.get(question.policy_type, ()):
        return []
    if key == "Service":
        return service_principals(question)
    named = [one for one in _named(question, key) if one.text not in question.written]
    return [*named, *(everybody(question) if key == "AWS" else [])]


def _named(question: Question, key: str) -> Iterator[Suggestion]:
    known = known_fields(question)
    for pattern, detail, doc in _ARNS.get(key, ()):
        if text := completed(pattern, question.typed, known):
            yield Suggestion(text, "principal", detail, doc)
    if key == "Federated":
        others = (Suggestion(name, "principal", detail, "") for name, detail in _KNOWN_PROVIDERS)
        yield from fitting(others, question.typed)


def service_principals(question: Question) -> list[Suggestion]:
    services = question.catalog.services()
    absent: Iterable[Suggestion] = (
        Suggestion(name, "principal", services.get(name.partition(".")[0], ""))
        for name in SERVICE_PRINCIPALS
        if name not in question.written
    )
    return fitting(absent, question.typed)

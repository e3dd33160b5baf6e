"""Condition keys: those that the statement's actions and their resources set, then the global ones."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from policies.catalog import ConditionKey
from policies.completion.operators import fits
from policies.completion.places import Box
from policies.completion.questions import Question, strings
from policies.completion.suggestions import Suggestion, fitting
from policies.engine.patterns import fold
from policies.validation import PolicyType
from policies.validation.operators import operator

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}|<([^>]*)>")
# Every request could have these, but only where an action is made for tags.
_OF_TAGGING: Final = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")
_PROVIDER: Final = re.compile(r"arn:[^:]*:iam::[^:]*:(?:oidc-provider/(.+)|saml-provider/.*)")
_LONGEST_OPERATOR: Final = 64


def condition_keys(question: Question) -> list[Suggestion]:
    written = question.place.names[2]
    asked = operator(written) if len(written) <= _LONGEST_OPERATOR else None
    present = {fold(name) for name in question.place.objects[-1].names}
    keys = [
        key
        for key in _keys(question)
        if fold(key.name) not in present and (asked is None or not asked.is_known or fits(asked, key))
    ]
    return fitting(map(_suggestion, keys), question.typed)


def _suggestion(key: ConditionKey) -> Suggestion:
    """Names within a name read `{TagKey}`, a form that no policy could have by mistake."""
    text = _PLACEHOLDER.sub(lambda found: f"{{{found[1] or found[2]}}}", key.name)
    type_name = f"{key.value_type}, several" if key.is_multivalued else key.value_type
    return Suggestion(text, "key", type_name, key.description)


def _keys(question: Question) -> Iterator[ConditionKey]:
    """Each once: claims of tokens, the keys of the actions, the global ones."""
    names = [*_of_actions(question), *_global(question)]
    known = [*_of_tokens(question), *map(question.catalog.condition_key, names)]
    yield from {fold(key.name): key for key in known if key}.values()


def _of_actions(question: Question) -> list[str]:
    counted: Counter[str] = Counter()
    for action in question.actions:
        of_types = (key for kind in question.resource_types(action) for key in kind.condition_keys)
        counted.update({*action.condition_keys, *of_types})
    names = [name for name in counted if _is_claimed(question, name)]
    return sorted(names, key=lambda name: (name.startswith("aws:"), -counted[name], name))


def _is_claimed(question: Question, name: str) -> bool:
    """In a trust policy, claims of identity providers are of use for the providers that it names."""
    prefix = name.partition(":")[0]
    is_claim = prefix == "saml" or "." in prefix
    return question.policy_type is not PolicyType.TRUST or not is_claim or prefix in _providers(question)


def _providers(question: Question) -> frozenset[str]:
    """The hosts of the federated principals; `saml` for every SAML provider."""
    element = question.statement.get("Principal")
    named = element.get("Federated") if isinstance(element, Box) else None
    found = ((name, _PROVIDER.fullmatch(name)) for name in strings(named))
    return frozenset((arn[1] or "saml") if arn else name for name, arn in found)


def _of_tokens(question: Question) -> Iterator[ConditionKey]:
    """What every OpenID Connect token says, whether or not AWS lists the keys of its provider."""
    if question.policy_type is not PolicyType.TRUST:
        return
    for host in sorted(_providers(question) - {"saml"}):
        yield ConditionKey(f"{host}:aud", "String", "For whom the provider issued the token.")
        yield ConditionKey(f"{host}:sub", "String", "Whom the provider's token is about.")


def _global(question: Question) -> list[str]:
    """Keys about tags are left to the actions that set them, as far as the actions are known."""
    names = question.catalog.global_condition_keys.names
    if not question.actions:
        return list(names)
    return [name for name in names if not fold(name).startswith(_OF_TAGGING)]

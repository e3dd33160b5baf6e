"""What the difference between two texts of a policy means for whoever has it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, TypeAlias

from operations.effects import MOST_QUESTIONS, Effects, effects_of, requests_of_anybody
from operations.holdings import STORED_LENGTH
from policies.engine import Effect, Kind, PolicyError, Source, Statement, parse_policy
from policies.engine import Policy as Document
from policies.views.deciding import written

# None for a text that is no policy.
Sources: TypeAlias = Sequence[Source] | None

# What a policy is called in its own comparison: nothing shows the name.
THIS: Final = "this policy"
ALL_BUT: Final = "everybody but those in NotPrincipal"


def effects_between(
    account_id: str, old: str, new: str, *, most_questions: int = MOST_QUESTIONS
) -> Effects | None:
    """What somebody with this policy alone would lose and gain; None when one of the texts is no policy.

    An `old` of "" is a policy that is not there yet.
    """
    return _between(account_id, sources_of(old), sources_of(new), most_questions)


def denials_between(account_id: str, old: str, new: str, *, most_questions: int) -> Effects | None:
    """What the denials take away from now on (`gained`) and no more (`lost`), as if each of them were an Allow.

    What a Deny covers is taken away whatever other policies allow, which no comparison of what one policy allows shows.
    """
    before, after = (_turned(sources_of(text)) for text in (old, new))
    return _between(account_id, before, after, most_questions)


def _between(account_id: str, before: Sources, after: Sources, most_questions: int) -> Effects | None:
    if before is None or after is None:
        return None
    asking = requests_of_anybody(account_id, [*before, *after])
    return effects_of(before, after, asking, most_questions=most_questions)


def _turned(sources: Sources) -> Sources:
    """The policies with their denials alone, and these allowing what they deny."""
    return sources and [replace(source, document=_allowing(source.document)) for source in sources]


def _allowing(document: Document) -> Document:
    denying = [one for one in document.statements if one.effect is Effect.DENY]
    turned = tuple(replace(one, effect=Effect.ALLOW) for one in denying)
    return Document(document.version, document.id, turned)


def sources_of(text: str) -> Sources:
    """The text as the engine takes it: nothing for "", None for what is no policy."""
    if not text:
        return ()
    try:
        return (Source(Kind.IDENTITY, THIS, "", parse_policy(text, maximum_length=STORED_LENGTH)),)
    except PolicyError:
        return None


def denies_alike(old: str, new: str) -> bool:
    """Whether both texts deny the same, by what their statements say."""
    return _denials(old) == _denials(new)


class Trusted(NamedTuple):
    """Somebody whom a trust policy lets do something to its role; the conditions as one text, "" for none."""

    principal: str
    action: str
    conditions: str


def trusted_by(text: str) -> frozenset[Trusted] | None:
    """Each pair of a principal and an action that a trust policy allows; None for what is no policy.

    Names are compared as they are written: whom an account lets through, its trust policy does not say.
    """
    sources = sources_of(text)
    if sources is None:
        return None
    statements = [statement for source in sources for statement in source.document.statements]
    return frozenset(one for statement in statements for one in _trusted(statement))


def _trusted(statement: Statement) -> Iterator[Trusted]:
    if statement.effect is not Effect.ALLOW:
        return
    conditions = (
        json.dumps(written(statement).get("Condition", ""), sort_keys=True) if statement.conditions else ""
    )
    named = statement.principals.written if statement.principals else [("", ALL_BUT)]
    for _, principal in named:
        for action in statement.actions or (f"* except {', '.join(statement.not_actions or ())}",):
            yield Trusted(principal, action, conditions)


def _denials(text: str) -> set[str]:
    return {told for source in sources_of(text) or () for told in _denials_of(source.document)}


def _denials_of(document: Document) -> set[str]:
    """Each in one spelling, without its name."""
    denying = [written(statement) for statement in document.statements if statement.effect is Effect.DENY]
    return {json.dumps({**one, "Sid": ""}, sort_keys=True) for one in denying}

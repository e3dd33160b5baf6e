"""Resource and NotResource: the ARNs of the types of resources that the statement's actions work on."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from policies.catalog import ResourceType
from policies.completion.questions import Question
from policies.completion.suggestions import Suggestion

_PLACEHOLDER: Final = re.compile(r"\$\{([^}]*)\}")
_FIELDS: Final = 6
_REGION_FIELD: Final = 3


def resources(question: Question) -> list[Suggestion]:
    return [*_patterns(question), *_everything(question)]


def _patterns(question: Question) -> Iterator[Suggestion]:
    seen = set(question.written)
    region = _region_of(question)
    # The general before the special: a bucket, then its objects.
    for prefix, kind in sorted(_types(question), key=lambda row: len(row[1].arn)):
        text = completed(kind.arn, question.typed, known_fields(question, region))
        if text and text not in seen:
            seen.add(text)
            yield Suggestion(text, "resource", kind.name, f"A resource of the type {kind.name} ({prefix}).")


def _types(question: Question) -> Iterator[tuple[str, ResourceType]]:
    """Of the actions; where these are unknown, of the service that the ARN names."""
    for action in question.actions:
        prefix = action.name.partition(":")[0]
        yield from ((prefix, kind) for kind in question.resource_types(action))
    fields = question.typed.split(":", _FIELDS - 1)
    is_known = len(fields) > _REGION_FIELD and question.catalog.has_arn_service(fields[2])
    if is_known and not question.actions:
        yield from ((fields[2], kind) for kind in question.catalog.resource_types(fields[2]))


def _everything(question: Question) -> Iterator[Suggestion]:
    if question.typed not in ("", "*") or "*" in question.written:
        return
    takes_none = question.actions and not any(action.resource_types for action in question.actions)
    doc = "These actions work on no resource that could be named." if takes_none else "Every resource."
    yield Suggestion("*", "wildcard", "all resources", doc, stays=True)


def known_fields(question: Question, region: str | None = None) -> dict[str, str]:
    """What fills the fields of every ARN: the account is the author's, the partition is AWS's public one."""
    known = {"Partition": "aws", "Account": question.account_id, "Region": region}
    return {name: value for name, value in known.items() if value}


def _region_of(question: Question) -> str | None:
    """The region that another resource of the statement names."""
    arns = [*question.of_statement("Resource"), *question.of_statement("NotResource")]
    regions = (fields[_REGION_FIELD] for arn in arns if len(fields := arn.split(":", _FIELDS - 1)) == _FIELDS)
    return next((region for region in regions if region in question.catalog.regions), None)


def completed(pattern: str, typed: str, known: Mapping[str, str]) -> str | None:
    """The pattern as far as it agrees with what is typed, which is kept; None when it does not.

    A placeholder takes what is typed up to the text that follows it. What stays open reads `{BucketName}`: in that
    form it is no policy variable.
    """
    parts = _PLACEHOLDER.split(pattern)
    literals, names = parts[::2], parts[1::2]
    done, rest = "", typed
    for place, literal in enumerate(literals):
        if not rest:
            return done + _open(literals[place:], names[place:], known)
        if not (literal.startswith(rest) or rest.startswith(literal)):
            return None
        done, rest = done + literal, rest[len(literal) :]
        if place < len(names):
            end = _end_of_value(rest, literals[place + 1])
            value, rest = rest[:end], rest[end:]
            if ":" in value and literals[place + 1].startswith(":"):
                return None
            done += value if rest else _filled(names[place], value, known)
    return done if not rest else None


def _end_of_value(rest: str, following: str) -> int:
    """Where the text that follows a placeholder begins in what is typed, perhaps with its first characters only."""
    if not following:
        return len(rest)
    end = rest.find(following)
    parts = (length for length in range(len(following) - 1, 0, -1) if rest.endswith(following[:length]))
    return end if end >= 0 else len(rest) - next(parts, 0)


def _open(literals: list[str], names: list[str], known: Mapping[str, str]) -> str:
    filled = [literal + _filled(name, "", known) for literal, name in zip(literals, names, strict=False)]
    return "".join(filled) + (literals[-1] if len(literals) > len(names) else "")


def _filled(name: str, value: str, known: Mapping[str, str]) -> str:
    """What is typed for a placeholder, completed by what is known of it; its name when that is neither."""
    meant = known.get(name, "")
    return meant if meant.startswith(value) and meant else value or f"{{{name}}}"

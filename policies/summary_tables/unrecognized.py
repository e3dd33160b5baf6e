"""What a policy names that the catalog does not know: services, actions, resources of no known kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from policies.engine.arns import split_arn
from policies.engine.patterns import fold
from policies.engine.resources import ALL_RESOURCES
from policies.summary_tables.reading import Reading


@dataclass(frozen=True, slots=True)
class Unrecognized:
    """The texts as written, each once, in the order of the document."""

    services: Sequence[str]
    actions: Sequence[str]
    resources: Sequence[str]

    def __bool__(self) -> bool:
        return bool(self.services or self.actions or self.resources)

    def of_service(self, prefix: str) -> Unrecognized:
        """What of it belongs to one service, which is known itself."""
        actions = [text for text in self.actions if fold(text.partition(":")[0]) == prefix]
        arns = [(text, split_arn(text)) for text in self.resources]
        return Unrecognized((), actions, [text for text, fields in arns if fields and fields[2] == prefix])


def unrecognized(reading: Reading) -> Unrecognized:
    services: dict[str, None] = {}
    actions: dict[str, None] = {}
    for text in _action_texts(reading):
        prefix = text.partition(":")[0]
        if not reading.catalog.has_service(prefix) and text not in ("*", "*:*"):
            services[prefix] = None
        elif not reading.sets.universe.matching(text):
            actions[text] = None
    return Unrecognized(tuple(services), tuple(actions), tuple(dict.fromkeys(_strange_resources(reading))))


def _action_texts(reading: Reading) -> Iterator[str]:
    for statement in reading.policy.statements:
        yield from statement.actions or statement.not_actions or ()


def _strange_resources(reading: Reading) -> Iterator[str]:
    for statement in reading.policy.statements:
        for text in statement.resources or statement.not_resources or ():
            if text != ALL_RESOURCES and not reading.resources.kinds(text, statement.version):
                yield text

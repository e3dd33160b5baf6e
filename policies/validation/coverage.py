"""What a statement covers, as far as its own texts say so; sets of texts that cover others."""

from collections.abc import Iterable
from typing import Final, NamedTuple, Self

from policies.engine.text import Members
from policies.validation.statements import Statement, members_of, strings

ANYBODY: Final = "*"
# How large a set of beginnings may be: each text is compared with all of them.
MOST_STEMS: Final = 100


class Budget:
    """The work that a rule may spend on one document, so that a hostile one cannot hold up the others."""

    def __init__(self, amount: int) -> None:
        self._left = amount

    def allows(self, cost: int) -> bool:
        """Whether that much is left; it is spent by asking."""
        self._left -= cost
        return self._left >= 0

    @property
    def is_spent(self) -> bool:
        return self._left < 0


class Texts(NamedTuple):
    """The values of an element: all of them, and the beginnings of those whose only wildcard is a final star.

    Other wildcards cover what is written like them and nothing else, so `covers` may be too modest, never too bold.
    """

    whole: frozenset[str]
    stems: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[str], wild: Iterable[str] | None = None) -> Self:
        """The set of these texts; of too many beginnings none counts. `wild` are those with a wildcard, where known."""
        whole = frozenset(texts)
        # The star stands after a service's colon, or alone: `iam*` covers nothing at all.
        open_ended = stems_of(whole if wild is None else wild)
        stems = tuple([stem for stem in open_ended if ":" in stem or not stem])
        return cls(whole, stems if len(stems) <= MOST_STEMS else ())

    def cover(self, others: "Texts") -> bool:
        """Whether each of the others, which are not none, is covered."""
        rest = others.whole - self.whole
        return bool(others.whole) and (not rest or all(text.startswith(self.stems) for text in rest))


def stems_of(texts: Iterable[str]) -> list[str]:
    """What stands before the star of those texts whose only wildcard is a final star."""
    return [text[:-1] for text in texts if text.find("*") == len(text) - 1 >= 0 and "?" not in text]


def is_unconditional(statement: Statement) -> bool:
    node = statement.get("Condition")
    return node is None or node.value == Members()


def is_about_everything(statement: Statement) -> bool:
    """Whether the statement names `*` as its resource."""
    return any(text == "*" for _, text in statement.strings("Resource"))


def names_every_action(statement: Statement) -> bool:
    return any(text in ("*", "*:*") for _, text in statement.strings("Action"))


def is_about_anybody(statement: Statement) -> bool:
    """Whether the statement's Principal is everybody: `*`, or a `*` among the principals of AWS."""
    node = statement.get("Principal")
    if node is None:
        return False
    if node.value == ANYBODY:
        return True
    named = (strings(member.value) for member in members_of(node) if member.name == "AWS")
    return any(text == ANYBODY for pairs in named for _, text in pairs)

"""Conditions that no request meets: their values are none the key ever has, or two of them exclude each other."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import combinations
from math import inf
from typing import Final, NamedTuple

from policies.engine.patterns import Pattern, fold
from policies.validation.arn import beginning
from policies.validation.coverage import Budget
from policies.validation.document import Condition, Document
from policies.validation.findings import Finding, quoted
from policies.validation.rules.condition_values import scalars
from policies.validation.statements import Statement

# So many conditions on one key are compared with each other, and so many values in all.
MOST_OF_ONE_KEY: Final = 6
MOST_COMPARISONS: Final = 10_000
LONGEST_VALUE: Final = 2_048
ARN_KEYS: Final = frozenset({"aws:principalarn", "aws:sourcearn", "iam:permissionsboundary", "iam:policyarn"})
ACCOUNT_KEYS: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:resourceaccount",
        "aws:sourceaccount",
        "kms:calleraccount",
        "s3:resourceaccount",
    }
)
EQUALITIES: Final = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "Bool"}
)
# Under these `*` and `?` stand for other characters.
LIKE: Final = frozenset({"StringLike", "StringNotLike", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"})
_ACCOUNT: Final = re.compile(r"[0-9]{12}")


def impossible_values(document: Document) -> Iterator[Finding]:
    """An account where an ARN is wanted, and the reverse: common slips, and nothing ever fits."""
    if document.condition_keys.isdisjoint(ARN_KEYS | ACCOUNT_KEYS):
        return
    for condition in document.conditions:
        key = fold(condition.key)
        if key in ARN_KEYS:
            wanted, may_be = "an ARN, which begins with `arn:`", _may_be_arn
        elif key in ACCOUNT_KEYS:
            wanted, may_be = "an account's 12 digits", _may_be_account
        else:
            continue
        texts = (
            _texts(condition) if _needs_the_key(condition) and condition.operator.name in EQUALITIES else None
        )
        if texts and not any(may_be(text, condition.operator.name) for text in texts):
            details = (
                f"{quoted(condition.key)} is always {wanted}; {quoted(texts[0])} is none, so the statement "
                f"{_verb(condition.statement)} nothing. Correct the value."
            )
            yield document.finding("CONSOLE_CONDITION_NEVER_MET", details, condition.value_node)


def _may_be_arn(text: str, operator: str) -> bool:
    start = beginning(text) if operator in LIKE else text
    return text.startswith("arn:") or (start != text and "arn:".startswith(start))


def _may_be_account(text: str, operator: str) -> bool:
    return bool(_ACCOUNT.fullmatch(text)) or (operator in LIKE and beginning(text) != text)


def contradictions(document: Document) -> Iterator[Finding]:
    budget = Budget(MOST_COMPARISONS)
    for statement in document.statements:
        if len(statement.condition_blocks) > 1:
            for first, second in _excluding(document.conditions_of(statement), budget):
                yield _contradiction(document, first, second)


def _excluding(conditions: list[Condition], budget: Budget) -> Iterator[tuple[Condition, Condition]]:
    """The first two conditions on each key that exclude each other."""
    by_key: dict[str, list[Condition]] = {}
    for condition in conditions:
        by_key.setdefault(fold(condition.key), []).append(condition)
    for same in by_key.values():
        pairs = combinations(same[:MOST_OF_ONE_KEY], 2) if len(same) > 1 else ()
        found = next((pair for pair in pairs if _exclude(*pair, budget)), None)
        if found:
            yield found


def _exclude(first: Condition, second: Condition, budget: Budget) -> bool:
    """Whether no request meets both. One of them has to need the key: both others are met without it."""
    one, other = _texts(first), _texts(second)
    if not one or not other or not budget.allows(len(one) + len(other)):
        return False
    if "Null" in (first.operator.name, second.operator.name):
        return _null_excludes(first, one, second, other) or _null_excludes(second, other, first, one)
    pair = (first, second)
    if not any(map(_needs_the_key, pair)) or any(condition.operator.qualifier for condition in pair):
        return False
    return any(exclude(first, one, second, other, budget) for exclude in _EXCLUSIONS)


def _null_excludes(null: Condition, said: list[str], other: Condition, values: list[str]) -> bool:
    """Whether the key must be absent for one condition and there for the other."""
    if null.operator.name != "Null" or {fold(text) for text in said} != {"true"}:
        return False
    if other.operator.name == "Null":
        return {fold(text) for text in values} == {"false"}
    return _needs_the_key(other)


def _disjoint(first: Condition, one: list[str], second: Condition, other: list[str], budget: Budget) -> bool:
    """Whether no text is among the values of both; without regard to case, which at worst says too little."""
    if not EQUALITIES.issuperset((first.operator.name, second.operator.name)):
        return False
    mine = _Values.of(first, one)
    theirs = _Values.of(second, other)
    if mine.plain & theirs.plain or not budget.allows(mine.comparisons(theirs)):
        return False
    return not (mine.may_match(theirs) or theirs.may_match(mine))


def _all_left_out(
    first: Condition, one: list[str], second: Condition, other: list[str], budget: Budget
) -> bool:
    """Whether one condition asks for values of which the other, a negated one, leaves out every one."""
    pairs = ((first, one, second, other), (second, other, first, one))
    return any(_leaves_out(*pair, budget) for pair in pairs)


def _leaves_out(
    asking: Condition, wanted: list[str], negated: Condition, refused: list[str], budget: Budget
) -> bool:
    """Whether the negated condition refuses each of the wanted values, read as exactly as IAM reads them."""
    name = negated.operator.name
    if name not in _NEGATED or asking.operator.name not in EQUALITIES or not _needs_the_key(asking):
        return False
    ignores_case = name == "StringNotEqualsIgnoreCase"
    if asking.operator.name == "StringEqualsIgnoreCase" and not ignores_case:
        return False
    read = fold if ignores_case else str
    left_out = set(map(read, refused))
    rest = [text for text in wanted if read(text) not in left_out]
    if _is_open(asking, wanted):
        return not rest and name in LIKE and asking.operator.value_type == negated.operator.value_type
    # The patterns of ARNs are compared part by part, which is not done here.
    if name != "StringNotLike" or not budget.allows(len(rest) * len(refused)):
        return not rest
    patterns = [Pattern.spelled(text) for text in refused]
    return all(any(pattern.matches(text) for pattern in patterns) for text in rest)


def _is_open(condition: Condition, texts: list[str]) -> bool:
    """Whether wildcards among the texts stand for more than themselves."""
    return condition.operator.name in LIKE and any("*" in text or "?" in text for text in texts)


def _empty_range(first: Condition, one: list[str], second: Condition, other: list[str], _: Budget) -> bool:
    kinds = {first.operator.value_type, second.operator.value_type}
    if kinds not in ({"Numeric"}, {"Date"}):
        return False
    read = _number if kinds == {"Numeric"} else _moment
    mine, theirs = _range(first, one, read), _range(second, other, read)
    return mine is not None and theirs is not None and mine.misses(theirs)


class _Values(NamedTuple):
    """Values in small letters: plain ones, and patterns with their literal beginnings."""

    plain: frozenset[str]
    patterns: tuple[str, ...]

    @classmethod
    def of(cls, condition: Condition, texts: list[str]) -> "_Values":
        folded = frozenset(map(fold, texts))
        if condition.operator.name not in LIKE:
            return cls(folded, ())
        patterns = tuple(text for text in folded if "*" in text or "?" in text)
        return cls(folded.difference(patterns), patterns)

    def comparisons(self, other: "_Values") -> int:
        return len(self.patterns) * len(other.plain | set(other.patterns)) + len(other.patterns) * len(
            self.plain
        )

    def may_match(self, other: "_Values") -> bool:
        """Whether a pattern of these may fit what the other asks for; of two patterns their beginnings decide."""
        for text in self.patterns:
            pattern, start = Pattern.spelled(text), beginning(text)
            if any(pattern.matches(plain) for plain in other.plain):
                return True
            starts = map(beginning, other.patterns)
            if any(start.startswith(theirs) or theirs.startswith(start) for theirs in starts):
                return True
        return False


class _Range(NamedTuple):
    """Numbers from `low` to `high`; the ends belong to it unless they are `open`."""

    low: float
    high: float
    is_open: bool

    def misses(self, other: "_Range") -> bool:
        low, high = max(self.low, other.low), min(self.high, other.high)
        return low > high or (low == high and (self._leaves_out(low) or other._leaves_out(low)))

    def _leaves_out(self, number: float) -> bool:
        return self.is_open and number in (self.low, self.high)


def _range(condition: Condition, texts: list[str], read: Callable[[str], float | None]) -> _Range | None:
    """What the condition leaves; values are alternatives, so the most generous one counts."""
    numbers = [number for text in texts if (number := read(text)) is not None]
    comparison = condition.operator.name.removeprefix("Numeric").removeprefix("Date")
    if len(numbers) < len(texts) or comparison == "NotEquals":
        return None
    is_open = not comparison.endswith("Equals")
    if comparison.startswith("LessThan"):
        return _Range(-inf, max(numbers), is_open)
    if comparison.startswith("GreaterThan"):
        return _Range(min(numbers), inf, is_open)
    return _Range(min(numbers), max(numbers), is_open=False)


def _number(text: str) -> float | None:
    try:
        return float(text) if text.isascii() and "n" not in text.lower() else None
    except ValueError:
        return None


def _moment(text: str) -> float | None:
    """Seconds since 1970 of a date, or of a number that counts them."""
    if "-" not in text[1:] and len(text) != len("2026"):
        return _number(text)
    try:
        moment = datetime.fromisoformat(f"{text}-01-01"[:10] if len(text) < len("2026-01-01") else text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def _needs_the_key(condition: Condition) -> bool:
    """Whether a request without the key does not meet the condition."""
    operator = condition.operator
    is_met_without = (
        operator.if_exists or operator.for_all or "Not" in operator.name or operator.name == "Null"
    )
    return operator.is_known and not is_met_without


def _texts(condition: Condition) -> list[str] | None:
    """The values as texts, when all of them are fixed and known; None else."""
    texts = [text for _, text in scalars(condition) if len(text) <= LONGEST_VALUE]
    is_whole = condition.operator.is_known and len(texts) == len(condition.value_node.items)
    return texts if is_whole else None


def _contradiction(document: Document, first: Condition, second: Condition) -> Finding:
    operators = " and ".join(quoted(one.operator_node.value) for one in (first, second))
    details = (
        f"Nothing meets both conditions on {quoted(first.key)}, under {operators}, so the statement "
        f"{_verb(first.statement)} nothing. All conditions of a statement must hold: correct one of them, or make two "
        "statements."
    )
    return document.finding("CONSOLE_CONDITION_NEVER_MET", details, second.key_node, first.key_node)


def _verb(statement: Statement) -> str:
    return "allows" if statement.allows else "denies"


_NEGATED: Final = frozenset(
    {"StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "ArnNotEquals", "ArnNotLike"}
)
_EXCLUSIONS: Final = (_disjoint, _all_left_out, _empty_range)
RULES: Final = (impossible_values, contradictions)

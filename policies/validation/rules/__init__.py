"""The rules, one small function each: a document in, findings out. A new rule joins its module's RULES."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from policies.validation.document import Document
from policies.validation.findings import Finding
from policies.validation.rules import (
    actions,
    addresses,
    arns,
    condition_keys,
    condition_values,
    conditions,
    elements,
    empties,
    principals,
    redundancy,
    security,
    sids,
    sizes,
    types,
    variables,
)

Rule: TypeAlias = Callable[[Document], Iterator[Finding]]

RULES: Final[tuple[Rule, ...]] = (
    *types.RULES,
    *elements.RULES,
    *sids.RULES,
    *empties.RULES,
    *principals.RULES,
    *actions.RULES,
    *arns.RULES,
    *variables.RULES,
    *conditions.RULES,
    *condition_keys.RULES,
    *condition_values.RULES,
    *addresses.RULES,
    *security.RULES,
    *redundancy.RULES,
    *sizes.RULES,
)

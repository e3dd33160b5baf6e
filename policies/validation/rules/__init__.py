"""The rules, one small function each: a document in, findings out. A new rule joins its module's RULES."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from policies.validation.document import Document
from policies.validation.findings import Finding
from policies.validation.rules import (
    actions,
    addresses,
    applicability,
    arns,
    companions,
    condition_keys,
    condition_values,
    conditions,
    contradictions,
    elements,
    empties,
    escalation,
    exposure,
    federation,
    lockout,
    principals,
    redundancy,
    references,
    resource_control,
    resource_types,
    security,
    service_principals,
    shadows,
    sids,
    sizes,
    tag_support,
    types,
    unmatchable,
    variables,
)

Rule: TypeAlias = Callable[[Document], Iterator[Finding]]

RULES: Final[tuple[Rule, ...]] = (
    *types.RULES,
    *elements.RULES,
    *sids.RULES,
    *empties.RULES,
    *principals.RULES,
    *federation.RULES,
    *service_principals.RULES,
    *resource_control.RULES,
    *actions.RULES,
    *arns.RULES,
    *resource_types.RULES,
    *variables.RULES,
    *conditions.RULES,
    *condition_keys.RULES,
    *condition_values.RULES,
    *addresses.RULES,
    *applicability.RULES,
    *companions.RULES,
    *tag_support.RULES,
    *security.RULES,
    *redundancy.RULES,
    *escalation.RULES,
    *exposure.RULES,
    *contradictions.RULES,
    *unmatchable.RULES,
    *shadows.RULES,
    *lockout.RULES,
    *references.RULES,
    *sizes.RULES,
)

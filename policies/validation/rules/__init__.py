"""The rules, one small function each: a document in, findings out. A new rule joins its module's RULES."""

from collections.abc import Callable, Iterator
from functools import cache
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
    second_factors,
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
from policies.validation.rules.plain import is_plain

Rule: TypeAlias = Callable[[Document], Iterator[Finding]]

# In the order in which findings at one place are told.
_MODULES: Final = (
    types,
    elements,
    sids,
    empties,
    principals,
    federation,
    service_principals,
    resource_control,
    actions,
    arns,
    resource_types,
    variables,
    conditions,
    condition_keys,
    condition_values,
    addresses,
    applicability,
    companions,
    tag_support,
    security,
    redundancy,
    escalation,
    exposure,
    contradictions,
    unmatchable,
    shadows,
    lockout,
    second_factors,
    references,
    sizes,
)
# What these say is about one thing, which most documents have none of.
_OF_CONDITIONS: Final = (
    addresses,
    applicability,
    condition_keys,
    condition_values,
    conditions,
    contradictions,
    second_factors,
    tag_support,
)
_OF_PRINCIPALS: Final = (federation, principals, resource_control, resource_types, service_principals)
_OF_VARIABLES: Final = (variables,)
_OF_FORM: Final = (types, elements, sids, empties)


def rules_for(document: Document) -> tuple[Rule, ...]:
    """The rules that may have something to say of the document, in their order."""
    if is_plain(document):
        # Then it names no principal, and its conditions hold something.
        return _rules(
            has_conditions=bool(document.conditions),
            has_principals=False,
            has_variables=document.may_hold_variables,
            is_plain=True,
        )
    return _rules(
        has_conditions=document.has_conditions,
        has_principals=document.policy_type.names_principals or document.has_principals,
        has_variables=document.may_hold_variables,
        is_plain=False,
    )


@cache
def _rules(
    *, has_conditions: bool, has_principals: bool, has_variables: bool, is_plain: bool
) -> tuple[Rule, ...]:
    silent = (
        *(() if has_conditions else _OF_CONDITIONS),
        *(() if has_principals else _OF_PRINCIPALS),
        *(() if has_variables else _OF_VARIABLES),
        *(_OF_FORM if is_plain else ()),
    )
    return tuple(rule for module in _MODULES if module not in silent for rule in module.RULES)


RULES: Final = _rules(has_conditions=True, has_principals=True, has_variables=True, is_plain=False)

"""The context keys that policies refer to: what a simulation of them wants values for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from operations.call import Call
from operations.entities import holder_at
from operations.operation import operation
from operations.policy_inputs import given_policies, stored_policies
from policies.engine import Kind, Policy, Statement
from policies.engine.patterns import fold

# The name in `${aws:username}` and in `${aws:PrincipalTag/team, 'none'}`, in its own letters.
_NAME = re.compile(r"\$\{([^{},]+)")


@operation("iam:GetContextKeysForCustomPolicy", reads=True)
def get_context_keys_for_custom_policy(call: Call, *, policy_input_list: Sequence[str]) -> list[str]:
    """The keys in these documents, each once; raises InvalidInput for what is no policy."""
    call.authorize("*")
    inputs = given_policies(Kind.IDENTITY, policy_input_list, "PolicyInputList")
    return keys_in(one.source.document for one in inputs)


@operation("iam:GetContextKeysForPrincipalPolicy", reads=True)
def get_context_keys_for_principal_policy(
    call: Call, *, policy_source_arn: str, policy_input_list: Sequence[str] = ()
) -> list[str]:
    """The keys in all policies of a user, a group or a role, its boundary too, and in these documents.

    Raises NoSuchEntity and InvalidInput.
    """
    holder = holder_at(call, policy_source_arn, parameter="policy_source_arn")
    given = given_policies(Kind.IDENTITY, policy_input_list, "PolicyInputList")
    return keys_in(one.source.document for one in (*stored_policies(holder), *given))


def keys_in(documents: Iterable[Policy]) -> list[str]:
    """Condition keys and variables as they are first written: their case tells no two apart."""
    names: dict[str, str] = {}
    for document in documents:
        for name in (name for statement in document.statements for name in _written(statement)):
            names.setdefault(fold(name), name)
    return list(names.values())


def _written(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        yield condition.key
    variables = {variable.key for variable in statement.variables}
    for text in _texts(statement) if variables else ():
        yield from (name for name in map(str.strip, _NAME.findall(text)) if fold(name) in variables)


def _texts(statement: Statement) -> Iterator[str]:
    yield from statement.resources or statement.not_resources or ()
    for condition in statement.conditions:
        if condition.takes_variables:
            yield from condition.values

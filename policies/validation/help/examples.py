"""How the example policies of the help pages are put together."""

import json
from dataclasses import dataclass
from typing import Final, TypeAlias

from policies.validation.codes import FINDING_TYPES, FindingType

Elements: TypeAlias = dict[str, object]

BUCKET: Final = "arn:aws:s3:::coffee-menu"
OBJECTS: Final = "arn:aws:s3:::coffee-menu/*"
ACCOUNT: Final = "111122223333"
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/barista"
NAMES: Final = (
    {name: name for name in ("ARN", "IP", "JSON", "MFA", "OIDC", "RCP", "SCP", "SLR", "VPC", "VPCE")}
    | {"SID": "Sid", "SIDS": "Sids", "NUM": "number", "IFEXISTS": "IfExists", "NOTPRINCIPAL": "NotPrincipal"}
    | {"GITHUB": "GitHub", "NOTACTION": "NotAction", "NOTRESOURCE": "NotResource"}
    | {"FORALLVALUES": "ForAllValues", "FORANYVALUE": "ForAnyValue"}
)


# What the example policies of each type are called.
KINDS: Final = {
    "identity": "identity policies",
    "boundary": "permissions boundaries",
    "resource": "resource policies",
    "trust": "trust policies",
    "scp": "service control policies",
    "rcp": "resource control policies",
}


@dataclass(frozen=True, slots=True)
class Check:
    """What a check says, and one policy that is reported beside one that is not.

    `missing` are the entities that do not exist in the account of the examples.
    """

    code: str
    text: str
    bad: str
    good: str
    policy_type: str = "identity"
    resource_type: str | None = None
    missing: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        words = self.code.removeprefix("CONSOLE_").replace("SLR", "SERVICE_LINKED_ROLE").split("_")
        title = " ".join(NAMES.get(word, word.lower()) for word in words)
        return title[0].upper() + title[1:]

    @property
    def kind(self) -> str:
        """What the two examples are, in words."""
        words = KINDS[self.policy_type]
        return f"{words} (`{self.resource_type}`)" if self.resource_type else words

    @property
    def finding_type(self) -> FindingType:
        return FINDING_TYPES[self.code]


def policy(*statements: object, version: object = "2012-10-17", **elements: object) -> str:
    """A policy's text; an element given as None is left out."""
    document = {"Version": version, **elements, "Statement": list(statements)}
    return json.dumps(_present(document), indent=4)


def statement(**elements: object) -> Elements:
    """Leave to read the menu, but for the elements given; None leaves one out."""
    usual: Elements = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": OBJECTS}
    return _present(usual | elements)


def one(**elements: object) -> str:
    """A policy of one statement."""
    return policy(statement(**elements))


def on_condition(operator: str, key: str, *values: object, **elements: object) -> str:
    """A policy of one statement with one condition; a single value stands without brackets."""
    value = values[0] if len(values) == 1 else list(values)
    return one(Condition={operator: {key: value}}, **elements)


def shared(principal: object, **elements: object) -> str:
    """A resource policy of one statement."""
    return one(Principal=principal, **elements)


def trust(principal: object, **elements: object) -> str:
    """A trust policy of one statement."""
    return policy(
        _present({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"} | elements)
    )


def _present(elements: Elements) -> Elements:
    return {name: value for name, value in elements.items() if value is not None}

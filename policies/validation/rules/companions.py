"""What belongs together: keys that are safe only with others, and actions that a key or a principal needs."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from policies.engine.patterns import fold
from policies.engine.text import Node
from policies.validation.document import Document, PolicyType
from policies.validation.findings import Finding, quoted
from policies.validation.rules.principals import named

# A private address says little without the network that it is an address of.
PAIRS: Final[Mapping[str, tuple[str, ...]]] = {
    "aws:vpcsourceip": ("aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"),
    "aws:ec2instancesourceprivateipv4": ("aws:Ec2InstanceSourceVpc",),
}
# Keys that only the action beside them sets.
SETTERS: Final[Mapping[str, str]] = {
    "sts:sourceidentity": "sts:SetSourceIdentity",
    "sts:transitivetagkeys": "sts:TagSession",
}
ROLES_ANYWHERE: Final = "rolesanywhere.amazonaws.com"
ROLES_ANYWHERE_ACTIONS: Final = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


def pairs(document: Document) -> Iterator[Finding]:
    if document.condition_keys.isdisjoint(PAIRS):
        return
    for statement in document.statements:
        keys = document.keys_of(statement) if statement.condition_blocks else {}
        for key, partners in PAIRS.items():
            if key in keys and not any(fold(partner) in keys for partner in partners):
                wanted = " or ".join(f"`{partner}`" for partner in partners)
                details = (
                    f"Private addresses repeat in every network, so {quoted(keys[key].key)} is safe only with "
                    f"a condition on {wanted} beside it."
                )
                yield document.finding("MISSING_PAIRED_CONDITION_KEYS", details, keys[key].key_node)


def missing_actions(document: Document) -> Iterator[Finding]:
    if document.condition_keys.isdisjoint(SETTERS):
        return
    for statement in document.statements:
        written = statement.strings("Action") if statement.condition_blocks else []
        if not any(fold(text).startswith("sts:") for _, text in written):
            continue
        keys = document.keys_of(statement)
        for key, action in SETTERS.items():
            if key in keys and not _grants(written, action):
                details = f"Only `{action}` sets {quoted(keys[key].key)}; add it to the statement's actions."
                yield document.finding("MISSING_ACTION_FOR_CONDITION_KEY", details, keys[key].key_node)


def roles_anywhere(document: Document) -> Iterator[Finding]:
    if document.policy_type is not PolicyType.TRUST:
        return
    for statement, node, text in named(document, "Service"):
        if text.lower() != ROLES_ANYWHERE or not statement.allows:
            continue
        written = statement.strings("Action")
        missing = [action for action in ROLES_ANYWHERE_ACTIONS if not _grants(written, action)]
        if missing:
            wanted = " and ".join(f"`{action}`" for action in missing)
            details = f"IAM Roles Anywhere cannot use the role without {wanted}; add what is missing."
            yield document.finding("MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", details, node)


def _grants(written: Collection[tuple[Node, str]], action: str) -> bool:
    """Whether one of the texts covers an action of STS: by name, or by a star at the end."""
    wanted = fold(action)
    texts = [fold(text) for _, text in written]
    return any(text == wanted or (text.endswith("*") and wanted.startswith(text[:-1])) for text in texts)


RULES: Final = (pairs, missing_actions, roles_anywhere)

"""A slow, obvious twin of the engine, written from the rules alone: plain dicts, recursion, no compilation."""

from typing import Any, NamedTuple

from policies.engine.tests.reference_conditions import Document, all_conditions, listed
from policies.engine.tests.reference_patterns import Item, Values, fill, glob, spell, split_outside_braces


class Question(NamedTuple):
    """A request in plain words; `caller` is an ARN, a host name or `*`, `owner` the resource's account."""

    caller: str
    issuer: str
    action: str
    resource: str
    owner: str
    context: Values


ORDER = ["scp", "rcp", "vpc_endpoint", "resource", "identity", "permissions_boundary", "session"]
LAYERS = {
    "identity": "identity",
    "group": "identity",
    "grant": "identity",
    "boundary": "permissions_boundary",
    "session": "session",
    "resource": "resource",
    "trust": "resource",
    "scp": "scp",
    "rcp": "rcp",
    "vpc_endpoint": "vpc_endpoint",
}
NAMING = ("resource", "trust", "vpc_endpoint")
# Some of what AWS keeps to itself: the action and the text that its resources hold.
RESERVED = {
    "iam:CreatePolicyVersion": ":aws:policy/",
    "kms:DeleteAlias": ":alias/aws/",
    "iam:PassRole": "/aws-reserved/",
}


def answer(question: Question, attached: list[tuple[str, Document]]) -> tuple[str, str | None]:
    """The outcome and the layer that refused; an scp or rcp is written with its level, as `scp@root`."""
    if question.action.lower() == "sts:getcalleridentity" and question.caller != "*":
        return "allowed", None
    is_user = ":user/" in question.caller or question.caller.endswith(":root")
    if question.action == "sts:GetSessionToken" and is_user:
        return "allowed", None
    policies = [
        (kind, document) for kind, document in attached if binds(kind.partition("@")[0], question.caller)
    ]
    bounded = any(kind == "boundary" for kind, _ in policies)
    for layer in ORDER:
        for kind, document in policies:
            if layer_of(kind) == layer and says("Deny", question, kind, document, bounded):
                return "explicitDeny", layer
    for layer in ORDER:
        if not passes(layer, question, policies):
            return "implicitDeny", layer
    return "allowed", None


def layer_of(kind: str) -> str:
    return LAYERS[kind.partition("@")[0]]


def binds(kind: str, caller: str) -> bool:
    if ":role/aws-service-role/" in caller:
        return kind not in ("scp", "rcp")
    return kind != "scp" or caller.startswith("arn:")


def account_of(arn: str) -> str:
    return arn.split(":")[4] if arn.startswith("arn:") else ""


def passes(layer: str, question: Question, policies: list[tuple[str, Document]]) -> bool:
    chosen = [(kind, document) for kind, document in policies if layer_of(kind) == layer]
    allows = {kind: False for kind, _ in chosen}
    for kind, document in chosen:
        allows[kind] = says("Allow", question, kind, document, False) or allows[kind]
    here = account_of(question.caller) == question.owner
    if layer in ("scp", "rcp", "vpc_endpoint"):
        return all(allows.values())
    if layer == "resource":
        is_key = question.action.startswith("kms:") and ":key/" in question.resource
        is_free = here and not is_key and "trust" not in allows
        return (any(allows.values()) or is_free) and not is_reserved(question)
    return is_spared(layer, question, policies) or (
        (not chosen or any(allows.values()))
        if layer != "identity"
        else any(allows.values()) and not is_without_session(question, policies)
    )


def is_spared(layer: str, question: Question, policies: list[tuple[str, Document]]) -> bool:
    ways = set().union(*(granted(question, kind, document) for kind, document in policies))
    if account_of(question.caller) == question.owner:
        if ways & {"user", "session"} or (layer != "session" and "anyone" in ways):
            return True
        if layer == "identity" and ways & {"role", "issuer"}:
            return True
    return layer == "identity" and (not account_of(question.caller) or question.caller.endswith(":root"))


def is_without_session(question: Question, policies: list[tuple[str, Document]]) -> bool:
    return ":federated-user/" in question.caller and not any(kind == "session" for kind, _ in policies)


def is_reserved(question: Question) -> bool:
    if question.action == "sts:AssumeRole":
        return question.caller.endswith(":root")
    return question.action in RESERVED and RESERVED[question.action] in question.resource


def granted(question: Question, kind: str, document: Document) -> set[str]:
    """How the Allow statements of a resource or trust policy name the caller."""
    if kind not in ("resource", "trust"):
        return set()
    found: set[str] = set()
    for statement in listed(document["Statement"]):
        if statement["Effect"] == "Allow" and about(question, kind, document, statement):
            found |= ways_of(statement, question, False)
    return found


def says(effect: str, question: Question, kind: str, document: Document, bounded: bool) -> bool:
    for statement in listed(document["Statement"]):
        if statement["Effect"] != effect or not about(question, kind, document, statement):
            continue
        is_open = kind == "vpc_endpoint" and not {"Principal", "NotPrincipal"} & statement.keys()
        if kind not in NAMING or is_open or ways_of(statement, question, bounded):
            return True
    return False


def ways_of(statement: Document, question: Question, bounded: bool) -> set[str]:
    if "Principal" in statement:
        return ways(statement["Principal"], question)
    if "NotPrincipal" not in statement:
        return set()
    if bounded and statement["Effect"] == "Deny":
        return {"anyone"}
    named = ways(statement["NotPrincipal"], question)
    account = account_of(question.caller)
    own = {"role"} if ":role/" in question.caller else {"user", "session"}
    own = {"account"} if question.caller.endswith(":root") else own & named
    spared = "anyone" in named or (not account and named) or (account and own and "account" in named)
    return set() if spared else {"anyone"}


def ways(element: Any, question: Question) -> set[str]:
    principals = {"AWS": element} if isinstance(element, str) else element
    found = set()
    for text in listed(principals.get("AWS", [])):
        found.add(way(text, question.caller, question.issuer))
    for text in listed(principals.get("Service", [])):
        found.add("service" if text == question.caller and text != "*" else "")
    return found - {""}


def way(text: str, caller: str, issuer: str) -> str:
    account = account_of(caller)
    if text == "*":
        return "anyone"
    if account and text in (account, f"arn:aws:iam::{account}:root"):
        return "account"
    if text == caller and ":role/" not in caller:
        return "user" if ":user/" in caller else "session"
    if account_of(text) == account and ":role/" in text:
        role = caller.split("/")[1] if ":assumed-role/" in caller else caller.rsplit("/", maxsplit=1)[-1]
        return "role" if ":user/" not in caller and text.rsplit("/", maxsplit=1)[-1] == role else ""
    return "issuer" if ":federated-user/" in caller and text == issuer else ""


def about(question: Question, kind: str, document: Document, statement: Document) -> bool:
    version = document.get("Version", "2008-10-17")
    context = {key.lower(): values for key, values in question.context.items()}
    try:
        conditions = all_conditions(statement, version, context)
        resource = resource_fits(question.resource, kind, statement, version, context)
    except KeyError:
        return False
    return action_fits(question.action, statement) and resource and conditions


def action_fits(action: str, statement: Document) -> bool:
    patterns = listed(statement["Action"] if "Action" in statement else statement["NotAction"])
    return any(one_action_fits(action.lower(), pattern.lower()) for pattern in patterns) == (
        "Action" in statement
    )


def one_action_fits(action: str, pattern: str) -> bool:
    if pattern in ("*", "*:*"):
        return True
    service, _, name = pattern.partition(":")
    return (
        bool(name)
        and service == action.split(":", maxsplit=1)[0]
        and glob(spell(name), action.partition(":")[2])
    )


def resource_fits(resource: str, kind: str, statement: Document, version: str, context: Values) -> bool:
    element = next((name for name in ("Resource", "NotResource") if name in statement), None)
    if element is None:
        return kind == "trust" or statement["Effect"] == "Deny"
    fits = [one_resource_fits(resource, kind, text, version, context) for text in listed(statement[element])]
    return any(fits) == (element == "Resource")


def one_resource_fits(resource: str, kind: str, text: str, version: str, context: Values) -> bool:
    # A variable without value stops the statement, whatever the resource.
    fill(spell(text, version), context)
    if text == "*" or not resource.startswith("arn:"):
        return text == "*"
    segments = split_outside_braces(text, version)
    if len(segments) == 6:
        return segments_fit(resource, segments, version, context)
    padded = [*segments, "*"]
    return completed(kind, text) and any(
        segments_fit(resource, each, version, context) for each in (segments, padded)
    )


def segments_fit(resource: str, segments: list[str], version: str, context: Values) -> bool:
    """Wildcards of the sixth segment stand for anything, those before for no colon, but for a last star."""
    spelled: list[Item] = []
    for place, segment in enumerate(segments):
        items = fill(spell(segment, version), context)
        if place < 5:
            if any(":" in text for kind, text in items if kind == "char"):
                return False
            last = items and items[-1] == ("wild", "*")
            items = tuple(("within" if kind == "wild" else kind, text) for kind, text in items)
            items = (*items[:-1], ("wild", "*")) if last else items
        spelled += [("char", ":")] * (place > 0) + list(items)
    return glob(spelled, resource)


def completed(kind: str, text: str) -> bool:
    if kind in NAMING:
        return "*" in text or "?" in text
    return text.endswith("*") if kind.startswith("scp") else not kind.startswith("rcp")

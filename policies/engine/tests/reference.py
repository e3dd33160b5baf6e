"""A slow, obvious twin of the engine, written from the rules alone: plain dicts, recursion, no compilation."""

import base64
import ipaddress
import re
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

Document = dict[str, Any]
Item = tuple[str, str]
Values = dict[str, list[str]]


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


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


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
    parts = [fill(spell(part, version), context) for part in split_outside_braces(text, version)]
    if text == "*" or not resource.startswith("arn:"):
        return text == "*"
    if len(parts) < 6 and not completed(kind, text):
        return False
    return all(glob(part, found) for part, found in zip(parts, resource.split(":", 5), strict=False))


def completed(kind: str, text: str) -> bool:
    if kind in NAMING:
        return "*" in text or "?" in text
    return text.endswith("*") if kind.startswith("scp") else not kind.startswith("rcp")


def split_outside_braces(text: str, version: str) -> list[str]:
    if version != "2012-10-17":
        return text.split(":", 5)
    kept = re.sub(r"\$\{[^}]*\}", lambda found: found[0].replace(":", "\0"), text)
    return [part.replace("\0", ":") for part in kept.split(":", 5)]


def spell(text: str, version: str = "") -> list[Item]:
    """A pattern as a list of (kind, text): char, wild or variable."""
    found = (
        re.finditer(r"\$\{([^}]*)\}|.", text, re.DOTALL)
        if version == "2012-10-17"
        else re.finditer(r"().", text)
    )
    items: list[Item] = []
    for match in found:
        inside = match[1] or ""
        if inside in ("*", "?", "$"):
            items.append(("char", inside))
        elif inside:
            items.append(("variable", inside))
        else:
            items.append(("wild" if match[0] in "*?" else "char", match[0]))
    return items


def fill(items: list[Item], context: Values) -> tuple[Item, ...]:
    """The items with values for variables; KeyError for one without value and default."""
    filled: list[Item] = []
    for kind, text in items:
        if kind == "variable":
            key, _, default = text.partition(",")
            values = context.get(key.strip().lower(), [])
            if len(values) != 1 and not default:
                raise KeyError(key)
            value = values[0] if len(values) == 1 else default.strip()[1:-1]
            filled.extend(("char", character) for character in value)
        else:
            filled.append((kind, text))
    return tuple(filled)


@cache
def _glob(items: tuple[Item, ...], text: str) -> bool:
    if not items:
        return not text
    kind, wanted = items[0]
    if (kind, wanted) == ("wild", "*"):
        return _glob(items[1:], text) or (bool(text) and _glob(items, text[1:]))
    fits = bool(text) and (kind == "wild" or wanted == text[0])
    return fits and _glob(items[1:], text[1:])


def glob(items: list[Item] | tuple[Item, ...], text: str) -> bool:
    return _glob(tuple(items), text)


def all_conditions(statement: Document, version: str, context: Values) -> bool:
    results = [
        condition_holds(operator, key.lower(), [plain(value) for value in listed(values)], version, context)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    ]
    unknown = statement["Effect"] == "Deny"
    return all(unknown if result is None else result for result in results)


def plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def condition_holds(operator: str, key: str, wanted: list[str], version: str, context: Values) -> bool | None:
    qualifier, _, name = operator.rpartition(":")
    given = context.get(key, [])
    if name == "Null":
        return ("false" if given else "true") in [value.lower() for value in wanted]
    if_exists = name.endswith("IfExists")
    base = name.removesuffix("IfExists")
    negated = "Not" in base
    positive = base.replace("Not", "")
    if positive not in COMPARISONS or qualifier not in ("", "ForAllValues", "ForAnyValue"):
        return None
    if positive.startswith(("String", "Arn", "Bool")):
        for value in wanted:
            fill(spell(value, version), context)
    if not given:
        return if_exists or qualifier == "ForAllValues" or (negated and not qualifier)
    if not qualifier and len(given) > 1:
        return False
    passed = [value_passes(positive, negated, value, wanted, (version, context)) for value in given]
    return any(passed) if qualifier == "ForAnyValue" else all(passed)


def value_passes(base: str, negated: bool, given: str, wanted: list[str], place: tuple[str, Values]) -> bool:
    results = [COMPARISONS[base](given, value, *place) for value in wanted]
    return all(result is False for result in results) if negated else any(results)


def text_of(value: str, version: str, context: Values) -> str:
    return "".join(text for _, text in fill(spell(value, version), context))


def arn_fits(given: str, value: str, version: str, context: Values) -> bool | None:
    parts = split_outside_braces(value, version)
    if len(parts) < 6 or not given.startswith("arn:") or given.count(":") < 5:
        return None
    pairs = zip(parts, given.split(":", 5), strict=True)
    return all(glob(fill(spell(part, version), context), found) for part, found in pairs)


def address_fits(given: str, value: str, _version: str, _context: Values) -> bool | None:
    try:
        return ipaddress.ip_address(given) in ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None


def as_number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


def as_date(text: str) -> float | None:
    if (number := as_number(text)) is not None:
        return number / 1000 if abs(number) >= 1e11 else number
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def same_bytes(given: str, value: str, _version: str, _context: Values) -> bool:
    return base64.b64decode(given) == base64.b64decode(value)


def order(read: Any, compare: Any) -> Any:
    def fits(given: str, value: str, _version: str, _context: Values) -> bool | None:
        left, right = read(given), read(value)
        return None if left is None or right is None else compare(left, right)

    return fits


COMPARISONS: dict[str, Any] = {
    "StringEquals": lambda given, value, *place: given == text_of(value, *place),
    "StringEqualsIgnoreCase": lambda given, value, *place: given.lower() == text_of(value, *place).lower(),
    "StringLike": lambda given, value, version, context: glob(fill(spell(value, version), context), given),
    "Bool": lambda given, value, *place: given.lower() == text_of(value, *place).lower(),
    "BinaryEquals": same_bytes,
    "ArnEquals": arn_fits,
    "ArnLike": arn_fits,
    "IpAddress": address_fits,
}
for _family, _read in (("Numeric", as_number), ("Date", as_date)):
    COMPARISONS[_family + "Equals"] = order(_read, lambda left, right: left == right)
    COMPARISONS[_family + "LessThan"] = order(_read, lambda left, right: left < right)
    COMPARISONS[_family + "LessThanEquals"] = order(_read, lambda left, right: left <= right)
    COMPARISONS[_family + "GreaterThan"] = order(_read, lambda left, right: left > right)
    COMPARISONS[_family + "GreaterThanEquals"] = order(_read, lambda left, right: left >= right)

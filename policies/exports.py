"""A policy as others write it down: a CloudFormation template, in JSON or in YAML, and a Terraform resource.

Each keeps the document: parsed back it is the same, and where the form allows it is the very text that was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

TEMPLATE_VERSION: Final = "2010-09-09"
INDENT: Final = "  "
_LETTERS: Final = re.compile(r"[A-Za-z0-9]+")
# Names that YAML takes for text without quotes, and those of them that it does not.
_PLAIN_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_YAML_WORDS: Final = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
# JSON leaves these in a string as they are; YAML takes no control characters, and some of these for line ends.
_UNSEEN: Final = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_CONTROL: Final = re.compile(r"[\x00-\x1f]")
# What a heredoc does not surely keep.
_UNSAFE: Final = re.compile(r"[\x00-\x08\x0b-\x1f]")
_MARKER: Final = re.compile(r"([$%]+)\{")


@dataclass(frozen=True, slots=True)
class Exported:
    """A policy to be written down. `holder_kind` is user, group or role for an inline policy, else "".

    An empty name is one that nobody has typed yet.
    """

    document: str
    name: str = ""
    path: str = ""
    description: str = ""
    holder_kind: str = ""
    holder: str = ""

    @property
    def properties(self) -> dict[str, str]:
        """What CloudFormation is told beside the document."""
        if self.holder_kind:
            return {"PolicyName": self.name, f"{self.holder_kind.capitalize()}Name": self.holder}
        told = {"ManagedPolicyName": self.name, "Path": self.path, "Description": self.description}
        return {key: value for key, value in told.items() if value}

    @property
    def type(self) -> str:
        return f"AWS::IAM::{self.holder_kind.capitalize() or 'Managed'}Policy"


class _Number(str):
    """A number as the document spells it."""

    __slots__ = ()


def cloudformation_json(policy: Exported) -> str:
    """The document stands in the template as it was written, moved to the right."""
    properties = [f'"{key}": {_dumped(value)}' for key, value in _properties(policy).items()]
    moved = policy.document.strip().replace("\n", "\n" + INDENT * 4)
    lines = ",\n".join(INDENT * 4 + line for line in (*properties, f'"PolicyDocument": {moved}'))
    parameters = f'  "Parameters": {_dumped(_parameters(policy))},\n' if _parameters(policy) else ""
    return (
        f'{{\n  "AWSTemplateFormatVersion": "{TEMPLATE_VERSION}",\n{parameters}'
        f'  "Resources": {{\n    "{logical_id(policy.name)}": {{\n      "Type": "{policy.type}",\n'
        f'      "Properties": {{\n{lines}\n      }}\n    }}\n  }}\n}}\n'
    )


def cloudformation_yaml(policy: Exported) -> str:
    """Every text in quotes, which JSON and YAML share: no date, no Boolean and no variable is read into it."""
    document = json.loads(policy.document, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
    properties = {**_properties(policy), "PolicyDocument": document}
    resource = {"Type": policy.type, "Properties": properties}
    template: dict[str, Any] = {"AWSTemplateFormatVersion": TEMPLATE_VERSION}
    if parameters := _parameters(policy):
        template["Parameters"] = parameters
    template["Resources"] = {logical_id(policy.name): resource}
    return "\n".join(_block(template, 0)) + "\n"


def terraform(policy: Exported) -> str:
    """The document in a heredoc, letter by letter; what Terraform would read as a template is escaped."""
    kind = f"aws_iam_{policy.holder_kind}_policy" if policy.holder_kind else "aws_iam_policy"
    told = {"name": policy.name, policy.holder_kind: policy.holder}
    if not policy.holder_kind:
        told = {"name": policy.name, "path": policy.path, "description": policy.description}
    width = max(len(key) for key in (*told, "policy"))
    lines = [f"  {key:{width}} = {terraform_string(value)}" for key, value in told.items() if value]
    lines.append(f"  {'policy':{width}} = {_terraform_document(policy.document)}")
    body = "\n".join(lines)
    return f'resource "{kind}" "{label(policy.name)}" {{\n{body}\n}}\n'


def logical_id(name: str) -> str:
    """The name as CloudFormation lets a resource be called: letters and digits."""
    letters = "".join(_LETTERS.findall(name))
    return letters if letters[:1].isalpha() else f"Policy{letters}"


def label(name: str) -> str:
    """The name as Terraform lets a resource be called: `ReceiptsRead` becomes receipts_read."""
    words = "_".join(_LETTERS.findall(name))
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()
    return parted if parted[:1].isalpha() else f"policy_{parted}".rstrip("_")


def terraform_string(text: str) -> str:
    """A text in Terraform's quotes."""
    return '"' + _untemplated(_escaped(text)) + '"'


def _escaped(text: str) -> str:
    spelled = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", spelled.replace("\t", "\\t"))


def _terraform_document(text: str) -> str:
    """A heredoc ends in a line end that is not the document's; carriage returns are safe in quotes alone."""
    if _UNSAFE.search(text):
        return terraform_string(text)
    end = _delimiter(text)
    return f'trimsuffix(<<{end}\n{_untemplated(text)}\n{end}\n  , "\\n")'


def _delimiter(text: str) -> str:
    lines = {line.strip() for line in text.splitlines()}
    end, number = "POLICY", 1
    while end in lines:
        end, number = f"POLICY{number}", number + 1
    return end


def _untemplated(text: str) -> str:
    """`${` is `$${` to Terraform. Each further sign before it is an interpolation of its own, so none is doubtful."""

    def spelled(found: re.Match[str]) -> str:
        signs = found[1]
        return "".join(f'${{"{sign}"}}' for sign in signs[:-1]) + signs[-1] * 2 + "{"

    return _MARKER.sub(spelled, text)


def _properties(policy: Exported) -> Mapping[str, object]:
    """A name that a template cannot do without, and that nobody has typed, is a parameter."""
    return {key: value or {"Ref": key} for key, value in policy.properties.items()}


def _parameters(policy: Exported) -> dict[str, object]:
    return {key: {"Type": "String"} for key, value in policy.properties.items() if not value}


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _block(value: Mapping[str, Any] | Sequence[Any], depth: int) -> Iterator[str]:
    """The lines of a mapping or a list, each at its depth."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(f"{INDENT * depth}{_key(key)}:", item, depth)
        return
    for item in value:
        if isinstance(item, Mapping) and item:
            first, *others = _block(item, depth + 1)
            yield f"{INDENT * depth}- {first.lstrip()}"
            yield from others
        else:
            yield from _entry(f"{INDENT * depth}-", item, depth)


def _entry(head: str, item: object, depth: int) -> Iterator[str]:
    if isinstance(item, dict | list) and item:
        yield head
        yield from _block(item, depth + 1)
    else:
        yield f"{head} {_scalar(item)}"


def _key(key: str) -> str:
    is_plain = _PLAIN_KEY.fullmatch(key) and key.lower() not in _YAML_WORDS
    return key if is_plain else _scalar(key)


def _scalar(value: object) -> str:
    """Text in quotes; numbers, Booleans and what is empty as JSON has them."""
    if isinstance(value, _Number):
        return str(value)
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", _dumped(value))

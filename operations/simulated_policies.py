"""The policies of a simulation: those somebody has, with some left out and some read in another wording."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.models import Group, Role
from operations.call import Call
from operations.errors import MalformedPolicyDocument
from operations.holdings import INLINE, Held, Holder, rows_of, sources_of_rows
from operations.user_details import may_read
from policies.engine import Kind, PolicyError, Source, parse_policy, position
from policies.engine import Policy as Document
from policies.models import Policy, PolicyText

KEY_LENGTH = 12


@dataclass(frozen=True, slots=True)
class SimulatedPolicy:
    """One policy of whoever is asked about. `text` is the stored one, or None where the caller may not read it;
    `draft` is the wording that counts in its place, "" without one.
    """

    key: str
    source: Source
    text: str | None
    draft: str = ""
    is_excluded: bool = False

    @property
    def wording(self) -> str:
        """What it says in this simulation, as far as the caller may know."""
        return self.draft or self.text or ""


def policies_to_simulate(
    call: Call, holder: Holder, *, excluded: Sequence[str], drafts: Mapping[str, str]
) -> tuple[SimulatedPolicy, ...]:
    """The policies of the holder, boundary first. A draft equal to the stored text is none."""
    rows = rows_of(holder)
    sources = sources_of_rows(rows)
    texts = _texts(call, holder, rows)
    return tuple(
        _simulated(source, texts.get(held), excluded, drafts)
        for source, (_, held) in zip(sources, rows, strict=True)
    )


def key_of(source: Source) -> str:
    """Names a policy of its holder in an address. It stays the same whatever else is attached or removed."""
    told = f"{source.kind} {source.arn} {source.name}"
    return hashlib.sha256(told.encode()).hexdigest()[:KEY_LENGTH]


def trial_source(kind: Kind, name: str, text: str, parameter: str) -> Source:
    """A text that is stored nowhere, as the engine takes it; raises MalformedPolicyDocument with the place."""
    return Source(kind, name, "", _parsed(text, parameter))


def fault_in(text: str) -> str:
    """What keeps a text from being a policy, and where; "" when nothing does."""
    try:
        parse_policy(text)
    except PolicyError as error:
        line, column = position(text, error.start)
        return f"Line {line}, column {column + 1}: {error.message}"
    return ""


def _parsed(text: str, parameter: str) -> Document:
    if fault := fault_in(text):
        raise MalformedPolicyDocument(fault, parameter=parameter)
    return parse_policy(text)


def _simulated(
    source: Source, text: str | None, excluded: Sequence[str], drafts: Mapping[str, str]
) -> SimulatedPolicy:
    key = key_of(source)
    draft = drafts.get(key, "")
    if not draft or text is None or draft == text.replace("\r\n", "\n"):
        return SimulatedPolicy(key, source, text, "", key in excluded)
    changed = Source(source.kind, source.name, source.arn, _parsed(draft, "edited_policies"))
    return SimulatedPolicy(key, changed, text, draft, key in excluded)


def _texts(call: Call, holder: Holder, rows: Sequence[tuple[Kind, Held]]) -> dict[Held, str]:
    """The texts that the caller may read."""
    owners = _owners(call, holder, [held for _, held in rows])
    readable = [held for held, (action, owner) in owners.items() if may_read(call, action, owner)]
    texts = PolicyText.objects.in_bulk({held.text_hash for held in readable})
    return {held: texts[held.text_hash].document for held in readable}


def _owners(call: Call, holder: Holder, rows: Sequence[Held]) -> dict[Held, tuple[str, Holder | Policy]]:
    """What each text is read from, and the action that reads it."""
    policies, groups = _managed(call, rows), _groups(call, holder, rows)
    found: dict[Held, tuple[str, Holder | Policy]] = {}
    for held in rows:
        if held.owner != INLINE:
            found[held] = ("iam:GetPolicyVersion", policies[held.owner, held.policy_name])
        elif held.group_name:
            found[held] = ("iam:GetGroupPolicy", groups[held.group_name])
        else:
            reads = "iam:GetRolePolicy" if isinstance(holder, Role) else "iam:GetUserPolicy"
            found[held] = (reads, holder)
    return found


def _managed(call: Call, rows: Sequence[Held]) -> dict[tuple[str | None, str], Policy]:
    names = {held.policy_name.lower() for held in rows if held.owner != INLINE}
    policies = Policy.objects.visible_to(call.account.id).filter(name_key__in=names)
    return {(policy.account_id, policy.policy_name): policy for policy in policies}


def _groups(call: Call, holder: Holder, rows: Sequence[Held]) -> dict[str, Group]:
    if isinstance(holder, Group):
        return {holder.group_name: holder}
    names = {held.group_name for held in rows if held.group_name and held.owner == INLINE}
    groups = call.account.groups.filter(group_name__in=names) if names else ()
    return {group.group_name: group for group in groups}

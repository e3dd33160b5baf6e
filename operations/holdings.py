"""What one holder's own policies are to the engine, for questions about states that are not: who would be where."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import Group
from operations.authorization import documents
from policies.engine import Kind, Source
from policies.models import Policy, PolicyVersion


def sources_of_group(group: Group) -> tuple[Source, ...]:
    """The policies that everybody in the group has through it, named as they are for its users."""
    versions = PolicyVersion.objects.filter(policy__attachments__group=group, is_default=True)
    rows = [(v.policy.policy_name, v.policy.arn, v.text_id) for v in versions.select_related("policy")]
    rows += [(inline.policy_name, "", inline.text_id) for inline in group.inline_policies.all()]
    texts = documents(text for _, _, text in rows)
    return tuple(
        Source(Kind.GROUP, f"{name} (group {group.group_name})", arn, texts[text]) for name, arn, text in rows
    )


def sources_of_policies(policies: Sequence[Policy]) -> tuple[Source, ...]:
    """Managed policies as they would count once attached to a user."""
    versions = PolicyVersion.objects.filter(policy__in=policies, is_default=True).select_related("policy")
    texts = documents(version.text_id for version in versions)
    return tuple(
        Source(Kind.IDENTITY, version.policy.policy_name, version.policy.arn, texts[version.text_id])
        for version in versions
    )

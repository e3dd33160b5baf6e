"""Changes of permissions looked at before they are made: who is affected, and what each of them loses and gains.

Nothing is written. The holdings of everybody concerned are read, changed on paper, and both states put to the engine.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.models import User
from operations.access import request_for, signed_in_as
from operations.call import Call
from operations.effects import Effects, effects_of, requests_of_anybody
from operations.everybody import Holdings, Sources, holdings_of
from operations.operation import operation
from operations.paper import Changes, Items, Paper
from policies.engine import Source

# Of more users than these, it is only said that there are more.
MOST_USERS = 2_000
# So many different mixtures of policies are compared; each takes some milliseconds.
MOST_COMPARED = 25
MOST_NAMED = 3


NO_EFFECTS = Effects((), (), ())


@dataclass(frozen=True, slots=True)
class Affected:
    """Users to whom the change means the same."""

    user_names: Sequence[str]
    effects: Effects

    @property
    def more(self) -> int:
        """Those beyond the first three, who are named."""
        return len(self.user_names) - MOST_NAMED


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would do, most users first. For `unaffected` ones it does nothing; `others` were not looked at."""

    affected: Sequence[Affected]
    unaffected: int = 0
    others: int = 0
    # What the change does to a user whom it alone is about, also when it does nothing.
    effects: Effects = NO_EFFECTS

    @property
    def count(self) -> int:
        """Who gains or loses something."""
        return sum(len(one.user_names) for one in self.affected)


@operation("iamconsole:PreviewChanges", action="iam:GetAccountAuthorizationDetails", reads=True)
def preview_changes(
    call: Call,
    *,
    joins: Items = (),
    leaves: Items = (),
    attaches: Items = (),
    detaches: Items = (),
    boundaries: Items = (),
    inline_policies: Items = (),
    policy_documents: Items = (),
    deleted_groups: Items = (),
) -> Preview:
    """What these changes, made together, would make users lose and gain. Nothing is changed.

    Users join and leave groups; policies are attached to users and groups and detached; boundaries are set, or
    lifted where no policy is named; inline policies are written, or deleted where no text is given; managed
    policies get another text in force, or go; groups go with all they have. A user's own permissions may be
    looked at by whoever may read the user, the groups and the policies; what concerns everybody in a group or
    with a policy needs the right to read the whole account. Raises NoSuchEntity, ValidationError and
    MalformedPolicyDocument.
    """
    changes = Changes(
        joins, leaves, attaches, detaches, boundaries, inline_policies, policy_documents, deleted_groups
    )
    changes.ensure_complete()
    if changes.is_about_many or not changes.are_any:
        call.authorize("*")
    paper = Paper(call, changes)
    users = paper.concerned(call.account.users.all())
    before = holdings_of(call.account, users[:MOST_USERS], paper.joined(call.account.groups.all()))
    others = users.count() - MOST_USERS if len(before.users) == MOST_USERS else 0
    return _compared(call, before, paper.changed(before), others=others)


def effects_on(call: Call, user: User, before: Sequence[Source], after: Sequence[Source]) -> Effects:
    """What a user loses, gains and keeps by holding other policies."""
    return effects_of(before, after, request_for(call, signed_in_as(call, user)))


def _compared(call: Call, before: Holdings, after: Holdings, *, others: int) -> Preview:
    if len(before.users) == 1 and not others:
        ((user_id, user),) = before.users.items()
        effects = effects_on(call, user, before.of(user_id), after.of(user_id))
        affected = [Affected([user.user_name], effects)] if effects.lost or effects.gained else []
        return Preview(affected, 1 - len(affected), effects=effects)
    mixtures = sorted(_mixtures(before, after).values(), key=lambda users: -len(users))
    told: dict[tuple[object, object], list[Affected]] = defaultdict(list)
    for users in mixtures[:MOST_COMPARED]:
        old, new = before.of(users[0].pk), after.of(users[0].pk)
        effects = effects_of(old, new, requests_of_anybody(call.account.id, [*old, *new]))
        told[effects.lost, effects.gained].append(Affected([user.user_name for user in users], effects))
    affected = [_together(same) for (lost, gained), same in told.items() if lost or gained]
    touched = sum(len(one.user_names) for one in affected)
    unseen = sum(map(len, mixtures[MOST_COMPARED:]))
    return Preview(affected, len(before.users) - touched - unseen, others + unseen)


def _mixtures(before: Holdings, after: Holdings) -> Mapping[object, list[User]]:
    """Users by what they hold before and after, but for those who would hold what they hold."""
    found: dict[object, list[User]] = defaultdict(list)
    for user_id, user in before.users.items():
        old, new = _identities(before.of(user_id)), _identities(after.of(user_id))
        if old != new:
            found[old, new].append(user)
    return found


def _identities(sources: Sources) -> tuple[int, ...]:
    return tuple(map(id, sources))


def _together(same: Sequence[Affected]) -> Affected:
    names = [name for affected in same for name in affected.user_names]
    return Affected(names, same[0].effects)

"""What changes: what whoever has the policy gains and loses by the text in the editor, against the one in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from iamconsole.reading import attempt
from operations.caller import Caller
from operations.effects import Change
from operations.errors import AccessDenied
from operations.touched import Touched
from policies.views.addresses import address
from policies.views.checks import typed_text
from policies.views.meaning import Trusted, denials_between, denies_alike, effects_between, trusted_by
from policies.views.subjects import InForce, Subject, subject_of

# So many gains and losses are listed, and so many questions put to the engine: it answers while one types.
MOST_LISTED: Final = 8
MOST_QUESTIONS: Final = 1_000
MOST_NAMED: Final = 3
NEEDS_BOTH: Final = "Whoever is trusted in another account needs that account's leave as well."


@dataclass(frozen=True, slots=True)
class Row:
    """One gain or loss: what of, where, and in a sentence for whom. `count` actions stand behind a wildcard.

    `word` says in one word what a sign shows: Gained, Lost, Denied or Denied no more.
    """

    is_gain: bool
    word: str
    what: str
    where: str
    told: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Whom:
    """Those who have the policy, in words. Without the right to see them, `touched` is None."""

    touched: Touched | None

    @property
    def words(self) -> str:
        """`7 users and 1 role`; "" when nobody has it."""
        if self.touched is None:
            return "everybody who has it"
        return _listed([*self._people(self.touched), _counted(self.touched.role_count, "role")])

    @property
    def through(self) -> str:
        """`Cashiers, Baristas and 4 more groups`."""
        names = list(self.touched.group_names) if self.touched else []
        more = _counted(len(names) - MOST_NAMED, "more group")
        return _listed([*names[:MOST_NAMED], more])

    @property
    def sentence(self) -> str:
        """`7 users, through Cashiers`, and whose boundary it is."""
        if self.touched is None or self.touched.is_nobody:
            return "Nobody has it yet."
        through = self.through
        if self.words:
            has = f"{self.words}, through {through}" if through else self.words
        else:
            has = f"Nobody is in {through} yet" if through else "Nobody has it as permissions"
        bounded = _counted(self.touched.bounded_count, "user or role", "users and roles")
        return f"{has}; boundary of {bounded}" if bounded else has

    @staticmethod
    def _people(touched: Touched) -> list[str]:
        unread = _counted(touched.unread_group_count, "group")
        return [_counted(touched.user_count, "user"), f"the members of {unread}" if unread else ""]


@dataclass(frozen=True, slots=True)
class WhatChanges:
    """The difference as the editor shows it, losses first: they hurt somebody today.

    Not `is_policy` when one of the texts is none; `foot` says who has it.
    """

    against: str
    foot: str
    rows: Sequence[Row] = ()
    is_policy: bool = True
    is_complete: bool = True
    denies_alike: bool = True
    url: str = ""
    refusal: AccessDenied | None = None

    @property
    def shown(self) -> Sequence[Row]:
        return self.rows[:MOST_LISTED]

    @property
    def hidden_count(self) -> int:
        return max(0, len(self.rows) - MOST_LISTED)

    @property
    def is_none(self) -> bool:
        """Whether it is known that nothing changes."""
        return self.is_policy and self.is_complete and self.denies_alike and not self.rows


def what_changes(caller: Caller, subject: Subject, present: InForce, text: str) -> WhatChanges:
    """Of a text against the one in force."""
    if subject.is_trust:
        return _of_trust(present, text)
    touched, refusal = attempt(lambda: subject.touched(caller))
    whom = Whom(touched)
    url = subject.url if touched is None or not touched.is_nobody else ""
    texts = caller.account_id, present.text, text
    effects = effects_between(*texts, most_questions=MOST_QUESTIONS)
    denials = denials_between(*texts, most_questions=MOST_QUESTIONS)
    if effects is None or denials is None or not text:
        return WhatChanges(present.name, whom.sentence, is_policy=False, url=url, refusal=refusal)
    return WhatChanges(
        against=present.name,
        foot=whom.sentence,
        rows=[
            *(_row(change, whom, is_gain=False) for change in effects.lost),
            *(_denial_row(change, whom, is_gain=False) for change in denials.gained),
            *(_row(change, whom, is_gain=True) for change in effects.gained),
            *(_denial_row(change, whom, is_gain=True) for change in denials.lost),
        ],
        is_complete=effects.is_complete and denials.is_complete,
        url=url,
        refusal=refusal,
    )


def _row(change: Change, whom: Whom, *, is_gain: bool) -> Row:
    them = whom.words or "whoever gets it"
    if change.is_partial:
        was = "Was allowed under conditions only. Wider" if is_gain else "Is left under conditions. Narrower"
        told = f"{was} for {them}."
    else:
        told = f"{'Gained' if is_gain else 'Lost'} by {them}{_conditions(change)}."
    word = "Gained" if is_gain else "Lost"
    return Row(is_gain, word, change.action, change.resource, told, change.count)


def _denial_row(change: Change, whom: Whom, *, is_gain: bool) -> Row:
    """Of a denial the end is the gain."""
    them = whom.words or "whoever gets it"
    if change.is_partial:
        told = f"Denied in {'fewer' if is_gain else 'more'} cases than before, for {them}."
    else:
        now, then = ("Denied no more", "") if is_gain else ("Denied from now on", ", whatever else allows it")
        told = f"{now} for {them}{_conditions(change)}{then}."
    word = "Denied no more" if is_gain else "Denied"
    return Row(is_gain, word, change.action, change.resource, told, change.count)


def _conditions(change: Change) -> str:
    return ", under conditions" if change.conditional else ""


def _of_trust(present: InForce, text: str) -> WhatChanges:
    """Who may assume the role from now on, and who no more."""
    before, after = trusted_by(present.text), trusted_by(text)
    if before is None or after is None or not text:
        return WhatChanges(present.name, NEEDS_BOTH, is_policy=False)
    rows = [
        *(_trust_row(one, "Is trusted no more", is_gain=False) for one in sorted(before - after)),
        *(_trust_row(one, "Is trusted from now on", is_gain=True) for one in sorted(after - before)),
    ]
    return WhatChanges(present.name, NEEDS_BOTH, rows, denies_alike=denies_alike(present.text, text))


def _trust_row(one: Trusted, told: str, *, is_gain: bool) -> Row:
    word = "Gained" if is_gain else "Lost"
    return Row(
        is_gain, word, one.principal, one.action, f"{told}{', under conditions' if one.conditions else ''}."
    )


def changes_url(subject: Subject) -> str:
    return address("policy-changes", **subject.query)


@require_POST
def policy_changes(request: ConsoleRequest) -> HttpResponse:
    """The panel while the text is being typed: a request of its own, for it takes longer than the findings."""
    text = typed_text(request)
    caller, subject = request.caller, subject_of(request)
    changes = what_changes(caller, subject, subject.in_force(caller), text)
    return page(request, "policies/_what_changes.html", {"changes": changes})


def _counted(count: int, one: str, many: str = "") -> str:
    """`1 user`, `7 users`; "" for none."""
    if count <= 0:
        return ""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def _listed(parts: Sequence[str]) -> str:
    """The parts that say something, with an "and" before the last."""
    *head, last = [part for part in parts if part] or [""]
    return f"{', '.join(head)} and {last}" if head else last

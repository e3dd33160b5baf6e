"""Try a request: what the engine would say with the text in the editor in force, beside what it says today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, TypeAlias

from django import forms
from django.http import HttpResponse, QueryDict
from django.views.decorators.http import require_POST

from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from operations.access import ContextEntry
from operations.caller import Caller
from operations.errors import MalformedPolicyDocument, ServiceError
from operations.simulation import Result, Simulation, simulate_policies
from policies.engine import Kind
from policies.forms import CASE, action_field, holder_field, resource_field
from policies.views.addresses import address
from policies.views.drafts import typed
from policies.views.simulator_answer import Answer
from policies.views.simulator_form import KEY_NAMES
from policies.views.subjects import Subject, subject_of

Simulate: TypeAlias = Callable[..., Simulation]
KINDS: Final = (("user", "A user"), ("group", "A user group"), ("role", "A role"))
MFA: Final = "aws:MultiFactorAuthPresent"
MOST_KEYS: Final = 20
LINE_RULE: Final = "Write one a line, as in `aws:SourceIp = 203.0.113.7`; several values with commas between."


class TryForm(forms.Form):
    """Who, what, on what and how: the names begin with `try-`, since the form stands within the editor's."""

    prefix = "try"
    # The form around it goes on without a question.
    use_required_attribute = False
    kind = forms.ChoiceField(label="As", choices=KINDS)
    name = holder_field("Name")
    action_name = action_field("s3:GetObject")
    resource_arn = resource_field("An ARN; empty for actions without a resource.")
    mfa = forms.BooleanField(label="Signed in with MFA", required=False)
    keys = forms.CharField(
        label="Condition keys",
        required=False,
        max_length=4_000,
        help_text=LINE_RULE,
        widget=forms.Textarea({"rows": 2, "placeholder": "aws:SourceIp = 203.0.113.7", **CASE}),
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["name"].help_text = "Empty: somebody who has this policy and nothing else."

    def clean_keys(self) -> list[ContextEntry]:
        lines = [line.strip() for line in self.cleaned_data["keys"].splitlines() if line.strip()]
        entries = [_entry(line) for line in lines]
        if None in entries or len(entries) > MOST_KEYS:
            raise forms.ValidationError(LINE_RULE)
        return [entry for entry in entries if entry]

    @property
    def holder(self) -> dict[str, str]:
        """Whom a simulation is about, as its parameter: none for somebody with this policy alone."""
        given = self.cleaned_data
        return {f"{given['kind']}_name": given["name"]} if given["name"] else {}

    @property
    def question(self) -> dict[str, Any]:
        """The parameters of a simulation, but for the policies."""
        given = self.cleaned_data
        mfa = {"ContextKeyName": MFA, "ContextKeyValues": [str(given["mfa"]).lower()]}
        return {
            "action_names": [given["action_name"]],
            "resource_arn": given["resource_arn"] or None,
            # Of two values for one key the later one counts.
            "context_entries": [mfa, *given["keys"]],
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """A question and, once it was asked, the answer with the text; `today` is that without it, where there is one.

    `refusal` says why there is no answer. `is_on_top` when whoever is asked about has not got the policy as yet.
    """

    form: TryForm = field(default_factory=TryForm)
    answer: Answer | None = None
    today: Result | None = None
    refusal: str = ""
    is_on_top: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether saving would turn the answer round."""
        if self.answer is None or self.today is None:
            return False
        return self.answer.result.decision.is_allowed != self.today.decision.is_allowed


def untried(subject: Subject, given: QueryDict) -> Trial:
    """The question unanswered: as it was filled in before something else was pressed, or about one's own policy."""
    typed_in = {name: given[f"try-{name}"] for name in TryForm.base_fields if f"try-{name}" in given}
    holder = next(((kind, name) for kind, name in subject.query.items() if kind in dict(KINDS)), ("user", ""))
    return Trial(TryForm(initial=typed_in or dict(zip(("kind", "name"), holder, strict=True))))


def tried(caller: Caller, form: TryForm, subject: Subject, text: str) -> Trial:
    """The answer to a form that was sent."""
    if not form.is_valid():
        return Trial(form)
    simulate = partial(simulate_policies, caller, **form.question)
    try:
        if form.holder:
            return _of_holder(form, partial(simulate, **form.holder), subject, text)
        return _of_anybody(form, simulate, subject.in_force(caller).text, text)
    except MalformedPolicyDocument as error:
        return Trial(form, refusal=f"The text is no policy yet. {error.message}")
    except ServiceError as error:
        return Trial(form, refusal=error.message)


def try_url(subject: Subject) -> str:
    return address("policy-try", **subject.query)


@require_POST
def policy_try(request: ConsoleRequest) -> HttpResponse:
    """The answer alone, for a page whose text goes on being written."""
    form, text = TryForm(request.POST), typed(request).document
    trial = tried(request.caller, form, subject_of(request), text)
    return page(request, "policies/_try_answer.html", {"trial": trial})


def _of_holder(form: TryForm, simulate: Simulate, subject: Subject, text: str) -> Trial:
    """With all that somebody has: the text in the place of the stored one, or on top of what has not got it yet."""
    before = simulate()
    keys = [policy.key for policy in before.policies if subject.is_stored(policy.source)]
    if not keys:
        after = simulate(policy_document=text)
        return Trial(form, _answer(after, text), before.results[0], is_on_top=True)
    after = simulate(edited_policies=[{"PolicyKey": key, "PolicyDocument": text} for key in keys])
    return Trial(form, _answer(after, text), before.results[0])


def _of_anybody(form: TryForm, simulate: Simulate, present: str, text: str) -> Trial:
    after = simulate(policy_document=text)
    today = simulate(policy_document=present).results[0] if present else None
    return Trial(form, _answer(after, text), today)


def _answer(simulation: Simulation, text: str) -> Answer:
    return Answer(simulation.results[0], simulation.policies, {Kind.IDENTITY: text})


def _entry(line: str) -> ContextEntry | None:
    """`key = value, value` as the operations take it; None for what is no such line."""
    key, equals, values = (part.strip() for part in line.partition("="))
    given = [value.strip() for value in values.split(",") if value.strip()]
    if not equals or not given or len(key) not in KEY_NAMES:
        return None
    return {"ContextKeyName": key, "ContextKeyValues": given}

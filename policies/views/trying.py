"""Try a request: what the engine would say with the text in the editor in force, beside what it says today."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from accounts.signin.middleware import ConsoleRequest
from iamconsole.pages import page
from operations.caller import Caller
from operations.errors import MalformedPolicyDocument, ServiceError
from operations.simulation import Result, Simulation, simulate_policies
from policies.engine import Kind
from policies.forms import CASE, action_field, holder_field, resource_field
from policies.views.addresses import address
from policies.views.drafts import typed
from policies.views.simulator_answer import Answer
from policies.views.subjects import Subject, subject_of

Simulate: TypeAlias = Callable[..., Simulation]


class TryForm(forms.Form):
    """Who, what, on what and how: the names begin with `try-`, since the form stands within the editor's."""

    prefix = "try"
    # The form around it goes on without a question.
    use_required_attribute = False
    user_name = holder_field("User name")
    action_name = action_field("s3:GetObject")
    resource_arn = resource_field("An ARN; empty for actions without a resource.")
    mfa = forms.BooleanField(label="Signed in with MFA", required=False)
    source_ip = forms.GenericIPAddressField(
        label="From the IP address",
        required=False,
        widget=forms.TextInput({"placeholder": "203.0.113.7", **CASE}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, user_name: str = "") -> None:
        super().__init__(data, initial={"user_name": user_name})
        self.fields["user_name"].help_text = "Empty: somebody who has this policy and nothing else."

    @property
    def question(self) -> dict[str, Any]:
        """The parameters of a simulation, but for the policies."""
        given = self.cleaned_data
        entries = {"aws:MultiFactorAuthPresent": str(given["mfa"]).lower()}
        if given["source_ip"]:
            entries["aws:SourceIp"] = given["source_ip"]
        return {
            "action_names": [given["action_name"]],
            "resource_arn": given["resource_arn"] or None,
            "context_entries": [
                {"ContextKeyName": key, "ContextKeyValues": [value]} for key, value in entries.items()
            ],
        }


@dataclass(frozen=True, slots=True)
class Trial:
    """A question and, once it was asked, the answer with the text; `today` is that without it, where there is one.

    `refusal` says why there is no answer.
    """

    form: TryForm = field(default_factory=TryForm)
    answer: Answer | None = None
    today: Result | None = None
    refusal: str = ""

    @property
    def is_changed(self) -> bool:
        """Whether saving would turn the answer round."""
        if self.answer is None or self.today is None:
            return False
        return self.answer.result.decision.is_allowed != self.today.decision.is_allowed


def untried(subject: Subject) -> Trial:
    """The question as it stands at first: about the user whose policy it is, where it is one's."""
    return Trial(TryForm(user_name=subject.query.get("user", "")))


def tried(caller: Caller, form: TryForm, subject: Subject, text: str) -> Trial:
    """The answer to a form that was sent."""
    if not form.is_valid():
        return Trial(form)
    simulate = partial(simulate_policies, caller, **form.question)
    try:
        if user_name := form.cleaned_data["user_name"]:
            after, before = _of_user(partial(simulate, user_name=user_name), subject, text)
        else:
            after, before = _of_anybody(simulate, subject.in_force(caller).text, text)
    except MalformedPolicyDocument as error:
        return Trial(form, refusal=f"The text is no policy yet. {error.message}")
    except ServiceError as error:
        return Trial(form, refusal=error.message)
    answer = Answer(after.results[0], after.policies, {Kind.IDENTITY: text})
    return Trial(form, answer, before.results[0] if before else None)


def try_url(subject: Subject) -> str:
    return address("policy-try", **subject.query)


@require_POST
def policy_try(request: ConsoleRequest) -> HttpResponse:
    """The answer alone, for a page whose text goes on being written."""
    form, text = TryForm(request.POST), typed(request).document
    trial = tried(request.caller, form, subject_of(request), text)
    return page(request, "policies/_try_answer.html", {"trial": trial})


def _of_user(simulate: Simulate, subject: Subject, text: str) -> tuple[Simulation, Simulation | None]:
    """With all that the user has: the text in the place of the stored one, or on top where the user has not got it."""
    before = simulate()
    edits = [
        {"PolicyKey": policy.key, "PolicyDocument": text}
        for policy in before.policies
        if subject.is_stored(policy.source)
    ]
    after = simulate(edited_policies=edits) if edits else simulate(policy_document=text)
    return after, before


def _of_anybody(simulate: Simulate, present: str, text: str) -> tuple[Simulation, Simulation | None]:
    return simulate(policy_document=text), simulate(policy_document=present) if present else None

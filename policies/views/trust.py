"""The trust policy of a role: who may assume it. Edited in two steps like an inline policy."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accounts.signin.flow import PAGE_METHODS, form_status, see_other
from accounts.signin.middleware import ConsoleRequest
from iamconsole.abilities import Abilities
from iamconsole.cli import command
from iamconsole.pages import flash, page, refused
from iamconsole.reading import attempt
from operations.caller import Caller
from operations.errors import ConcurrentModification, ServiceError
from operations.inline_policies import list_role_policies
from operations.operation import act
from operations.roles import DescribedRole, get_role, update_assume_role_policy
from policies.forms import UnchangedForm
from policies.models import PolicyText
from policies.views import drafts
from policies.views.addresses import POLICIES, Crumbs, address, crumbs
from policies.views.changes import what_changes
from policies.views.checks import checks_of
from policies.views.document_step import Task, document_step
from policies.views.subjects import PRESENT_TEXT, InForce, TrustPolicy

TRUST = "trust"


@require_http_methods(PAGE_METHODS)
def trust_policy(request: ConsoleRequest) -> HttpResponse:
    """Trust policies have no versions: the hash of the text in force takes their place."""
    role = _role(request)
    text = role.assume_role_policy_document
    task = Task(
        title=f"Trust policy of {role.role_name}",
        text="Step 1 of 2: say who may assume the role. Saving replaces the present text; open sessions go on.",
        kind=TRUST,
        crumbs=_crumbs(role.role_name),
        present=text,
        base_version_id=_base(role),
        subject=TrustPolicy(role.role_name),
        in_force=InForce(text, PRESENT_TEXT),
        cancel_url=POLICIES,
        review_url=address("trust-policy-review", role=role.role_name),
        conflict="Somebody changed this trust policy while you were typing.",
        related=_inline_policies(request.caller, role.role_name),
        warning=_warning(request.caller, role),
    )
    return document_step(request, task)


@require_http_methods(PAGE_METHODS)
def trust_policy_review(request: ConsoleRequest) -> HttpResponse:
    role, draft = _role(request), drafts.find(request)
    editor_url = address("trust-policy", role=role.role_name, draft=drafts.token_of(request))
    if draft is None:
        return drafts.missing(request, address("trust-policy", role=role.role_name))
    form = UnchangedForm(request.POST or None)
    context = _review(request.caller, role, draft.document) | {"form": form, "back_url": editor_url}
    if form.is_valid():
        try:
            _replace(request, role.role_name, draft)
        except drafts.AlreadySaved:
            return drafts.already_saved(request)
        except ConcurrentModification:
            # The editor shows both texts.
            return see_other(editor_url)
        except ServiceError as error:
            return refused(request, error, template="policies/trust_review.html", context=context, form=form)
        flash(request, "ok", f"The trust policy of `{role.role_name}` was saved.")
        return see_other(POLICIES)
    return page(request, "policies/trust_review.html", context, status=form_status(form))


def _review(caller: Caller, role: DescribedRole, document: str) -> dict[str, object]:
    present = InForce(role.assume_role_policy_document, PRESENT_TEXT)
    saving = {"role_name": role.role_name, "policy_document": document}
    return {
        "role": role,
        "checks": checks_of(caller, document, TRUST),
        "changes": what_changes(caller, TrustPolicy(role.role_name), present, document),
        "cli": [command("Save the trust policy", "iam:UpdateAssumeRolePolicy", **saving)],
        "cancel_url": POLICIES,
        "crumbs": _crumbs(role.role_name),
    }


def _replace(request: ConsoleRequest, role_name: str, draft: drafts.Draft) -> None:
    """Under the account's lock, so that nobody can save between the look at the present text and the write."""
    with act(request.caller, "EditTrustPolicy"):
        drafts.ensure_unsaved(request)
        if _base(get_role(request.caller, role_name=role_name)) != draft.base_version_id:
            raise ConcurrentModification(f"Somebody changed the trust policy of {role_name}.")
        update_assume_role_policy(request.caller, role_name=role_name, policy_document=draft.document)
        drafts.finish(request, POLICIES)


def _role(request: ConsoleRequest) -> DescribedRole:
    return get_role(request.caller, role_name=request.GET.get("role", ""))


def _base(role: DescribedRole) -> str:
    return PolicyText.hash_of(role.assume_role_policy_document)[: drafts.LONGEST_BASE]


def _warning(caller: Caller, role: DescribedRole) -> str:
    if role.is_service_linked:
        return "This role belongs to a service of AWS, which alone changes it."
    arn = Role.arn_of(caller.account_id, role.role_name, role.path)
    return Abilities(caller, arn, role.tags).reason("iam:UpdateAssumeRolePolicy")


def _inline_policies(caller: Caller, role_name: str) -> list[tuple[str, str]]:
    """Where those that the visitor may list are edited, and another one is added."""
    found, _ = attempt(lambda: list_role_policies(caller, role_name=role_name))
    named = [inline.policy_name for inline in found.items] if found else []
    edited = [
        (f"Inline policy {name}", address("inline-policy-edit", role=role_name, policy=name))
        for name in named
    ]
    return [*edited, ("Add an inline policy", address("inline-policy-create", role=role_name))]


def _crumbs(role_name: str) -> Crumbs:
    return crumbs((f"Trust policy of {role_name}", ""))

from django.urls import path

from policies.views.access import action_suggestions, check_access_page, policy_check_access
from policies.views.activity import policy_from_activity
from policies.views.attaching import attach_policy, detach_policy
from policies.views.changes import policy_changes
from policies.views.check_document import check_document_page
from policies.views.checks import policy_findings
from policies.views.choices import policy_choices, policy_choices_of
from policies.views.completion import policy_completion
from policies.views.creation import create_policy_document, create_policy_review
from policies.views.deletion import delete_policy
from policies.views.details import policy, policy_entities
from policies.views.editing import edit_policy, edit_policy_review
from policies.views.formatting import policy_format
from policies.views.importing import import_policies
from policies.views.inline import (
    inline_policy_create,
    inline_policy_create_review,
    inline_policy_delete,
    inline_policy_edit,
    inline_policy_edit_review,
)
from policies.views.list import act_on_policy, policies
from policies.views.simulator import simulator
from policies.views.summaries import policy_summary_page
from policies.views.tags import edit_policy_tags, policy_tags
from policies.views.templates import policy_template, policy_templates
from policies.views.trust import trust_policy, trust_policy_review
from policies.views.trying import policy_try
from policies.views.versions import (
    compare_policy_versions,
    delete_version,
    policy_version,
    policy_versions,
    set_default_version,
)
from policies.views.visual import policy_visual
from policies.views.who_can import who_can

urlpatterns = [
    path("policies/", policies, name="policies"),
    path("policies/act/", act_on_policy, name="act-on-policy"),
    path("policies/create/", create_policy_document, name="create-policy-document"),
    path("policies/create/review/", create_policy_review, name="create-policy-review"),
    path("policies/import/", import_policies, name="import-policies"),
    path("policies/templates/", policy_templates, name="policy-templates"),
    path("policies/templates/<slug:slug>/", policy_template, name="policy-template"),
    path("policies/choices/", policy_choices, name="policy-choices"),
    path("policies/choices/<slug:prefix>/", policy_choices_of, name="policy-choices-of"),
    path("policies/activity/", policy_from_activity, name="policy-from-activity"),
    path("policies/findings/", policy_findings, name="policy-findings"),
    path("policies/try/", policy_try, name="policy-try"),
    path("policies/format/", policy_format, name="policy-format"),
    path("policies/check/", check_document_page, name="check-document"),
    path("roles/trust/", trust_policy, name="trust-policy"),
    path("roles/trust/review/", trust_policy_review, name="trust-policy-review"),
    path("policies/changes/", policy_changes, name="policy-changes"),
    path("policies/completion/", policy_completion, name="policy-completion"),
    path("policies/visual/", policy_visual, name="policy-visual"),
    path("policies/view/", policy, name="policy"),
    path("policies/view/summary/", policy_summary_page, name="policy-summary"),
    path("policies/view/entities/", policy_entities, name="policy-entities"),
    path("policies/view/tags/", policy_tags, name="policy-tags"),
    path("policies/view/tags/edit/", edit_policy_tags, name="edit-policy-tags"),
    path("policies/view/check-access/", policy_check_access, name="policy-check-access"),
    path("policies/view/versions/", policy_versions, name="policy-versions"),
    path("policies/view/version/", policy_version, name="policy-version"),
    path("policies/view/versions/compare/", compare_policy_versions, name="compare-policy-versions"),
    path("policies/view/versions/default/", set_default_version, name="set-default-policy-version"),
    path("policies/view/versions/delete/", delete_version, name="delete-policy-version"),
    path("policies/edit/", edit_policy, name="edit-policy"),
    path("policies/edit/review/", edit_policy_review, name="edit-policy-review"),
    path("policies/delete/", delete_policy, name="delete-policy"),
    path("policies/attach/", attach_policy, name="attach-policy"),
    path("policies/detach/", detach_policy, name="detach-policy"),
    path("inline-policies/create/", inline_policy_create, name="inline-policy-create"),
    path("inline-policies/create/review/", inline_policy_create_review, name="inline-policy-create-review"),
    path("inline-policies/edit/", inline_policy_edit, name="inline-policy-edit"),
    path("inline-policies/edit/review/", inline_policy_edit_review, name="inline-policy-edit-review"),
    path("inline-policies/delete/", inline_policy_delete, name="inline-policy-delete"),
    path("who-can/", who_can, name="who-can"),
    path("simulator/", simulator, name="simulator"),
    path("check-access/", check_access_page, name="check-access"),
    path("check-access/actions/", action_suggestions, name="action-suggestions"),
]

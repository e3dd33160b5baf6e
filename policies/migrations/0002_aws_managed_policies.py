"""The policies AWS manages, from the compiled catalog: after `migrate` an installation is complete."""

from __future__ import annotations

import hashlib

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from policies.managed import managed_policies


def load(apps: StateApps, _: BaseDatabaseSchemaEditor) -> None:
    """Texts, policies and their one version, in three bulk inserts."""
    text, policy, version = (
        apps.get_model("policies", name) for name in ("PolicyText", "Policy", "PolicyVersion")
    )
    managed = list(managed_policies())
    texts = {hashlib.sha256(one.document.encode()).hexdigest(): one.document for one in managed}
    text.objects.bulk_create(text(sha256=key, document=document) for key, document in texts.items())
    rows = policy.objects.bulk_create(
        policy(
            policy_id=one.policy_id,
            policy_name=one.policy_name,
            name_key=one.policy_name.lower(),
            path=one.path,
            create_date=one.create_date,
            update_date=one.update_date,
            last_version=int(one.default_version_id[1:]),
        )
        for one in managed
    )
    version.objects.bulk_create(
        version(
            policy=row,
            number=row.last_version,
            text_id=hashlib.sha256(one.document.encode()).hexdigest(),
            create_date=one.update_date,
            is_default=True,
        )
        for row, one in zip(rows, managed, strict=True)
    )


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]

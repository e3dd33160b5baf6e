"""The revision of an account becomes a random token: a count would come back with a restored backup."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts.models.account import new_revision


def draw(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    accounts = apps.get_model("accounts", "Account").objects
    for account_id in accounts.values_list("pk", flat=True):
        accounts.filter(pk=account_id).update(revision=new_revision())


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_initial")]

    operations = [
        migrations.AlterField("account", "revision", models.CharField(max_length=32, default=new_revision)),
        migrations.RunPython(draw, migrations.RunPython.noop),
    ]

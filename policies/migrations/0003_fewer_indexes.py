import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_fewer_indexes"),
        ("policies", "0002_aws_managed_policies"),
    ]

    operations = [
        migrations.AlterField(
            model_name="policy",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="policies",
                to="accounts.account",
            ),
        ),
        migrations.AlterField(
            model_name="policyversion",
            name="policy",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="versions",
                to="policies.policy",
            ),
        ),
    ]

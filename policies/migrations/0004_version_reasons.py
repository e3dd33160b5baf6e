from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("policies", "0003_fewer_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="policyversion",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=256),
        ),
    ]

import django.db.models.deletion
import django.db.models.functions.datetime
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('workflow', '0001_initial'),
        ('workflow', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='workflow.case')),
                ('code', models.CharField(max_length=60)),
                ('about', models.CharField(max_length=160)),
                ('raised_on', models.DateField()),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['case', 'code', 'about'], name='notices_by_code_and_subject')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='workflow.professional')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='workflow.case')),
                ('notice', models.ForeignKey(blank=True, help_text='Empty: an alert.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='notifications.notice')),
                ('code', models.CharField(max_length=60)),
                ('about', models.CharField(max_length=160)),
                ('is_urgent', models.BooleanField(default=False)),
                ('written_on', models.DateField()),
                ('message_id', models.CharField(blank=True, max_length=200)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('server_said', models.CharField(blank=True, max_length=300)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('queued', 'Waiting to be sent'), ('sent', 'Handed to the mail server'), ('failed', 'Could not be delivered')], default='queued', max_length=50)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('state', 'queued')), fields=['recipient'], name='waiting_notifications'), models.Index(fields=['recipient', '-id'], name='notifications_of_a_person')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalNotice',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workflow.professional')),
                ('history_role', models.CharField(blank=True, max_length=30)),
                ('history_agency', models.CharField(blank=True, max_length=60)),
                ('history_policy', models.CharField(blank=True, max_length=40)),
                ('history_entry', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workflow.entry')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('code', models.CharField(max_length=60)),
                ('about', models.CharField(max_length=160)),
                ('raised_on', models.DateField()),
                ('case', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workflow.case')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical notice',
                'verbose_name_plural': 'historical notices',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalNotification',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workflow.professional')),
                ('history_role', models.CharField(blank=True, max_length=30)),
                ('history_agency', models.CharField(blank=True, max_length=60)),
                ('history_policy', models.CharField(blank=True, max_length=40)),
                ('history_entry', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workflow.entry')),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('version', models.PositiveIntegerField(default=0, editable=False)),
                ('code', models.CharField(max_length=60)),
                ('about', models.CharField(max_length=160)),
                ('is_urgent', models.BooleanField(default=False)),
                ('written_on', models.DateField()),
                ('message_id', models.CharField(blank=True, max_length=200)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('server_said', models.CharField(blank=True, max_length=300)),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('queued', 'Waiting to be sent'), ('sent', 'Handed to the mail server'), ('failed', 'Could not be delivered')], default='queued', max_length=50)),
                ('recipient', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workflow.professional')),
                ('case', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workflow.case')),
                ('notice', models.ForeignKey(blank=True, db_constraint=False, help_text='Empty: an alert.', null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='notifications.notice')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical notification',
                'verbose_name_plural': 'historical notifications',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]

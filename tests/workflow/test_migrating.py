"""Many new tables in one step of a migration: there afterwards, and gone again on the way back."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from workflow.migrating import Together

OURS = ("workflow", "notifications", "plans", "escalation", "meetings")


def two_tables():
    one = migrations.CreateModel(name="One", fields=[("id", models.AutoField(primary_key=True))])
    to_one = ("one", models.ForeignKey("scratch.One", models.CASCADE))
    other = migrations.CreateModel(name="Other", fields=[("id", models.AutoField(primary_key=True)), to_one])
    return Together([one, other])


@pytest.mark.django_db(transaction=True)
def test_the_tables_come_and_go():
    before, after, together = ProjectState(), ProjectState(), two_tables()
    together.state_forwards("scratch", after)
    names = {"scratch_one", "scratch_other"}
    with connection.schema_editor() as editor:
        together.database_forwards("scratch", editor, before, after)
    assert names <= set(connection.introspection.table_names())
    with connection.schema_editor() as editor:
        together.database_backwards("scratch", editor, after, before)
    assert not names & set(connection.introspection.table_names())


def test_what_was_drawn_of_the_earlier_state_is_drawn_anew_once():
    state = ProjectState()
    assert state.apps.get_models() == []
    two_tables().state_forwards("scratch", state)
    assert "apps" not in state.__dict__
    assert [model.__name__ for model in state.apps.get_models()] == ["One", "Other"]


def test_our_own_tables_come_after_those_of_packages_that_point_to_a_user():
    loader = MigrationLoader(None)
    for app in OURS:
        before = {key[0] for key in loader.graph.forwards_plan((app, "0001_first_version"))}
        assert {"account", "mfa", "viewflow"} <= before, app

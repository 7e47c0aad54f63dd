"""On PostgreSQL the database itself refuses what leaves no history; the application's role may take nothing away."""

from contextlib import contextmanager

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing, noon
from tests.under_the_net import as_the_application, make_the_application
from tests.unguarded import no_guards
from workflow import deadlines, guards
from workflow.database_roles import Kind, grants
from workflow.models import Deadline, Entry, Family, Read, Role, Seal
from workflow.reads import read
from workflow.scope import by_the_service

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has neither guards nor roles"),
]


@pytest.fixture
def deadline():
    found = a_deadline(a_case(a_partnership()))
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("SET CONSTRAINTS ALL DEFERRED")
    return found


@contextmanager
def refused(why):
    """The transaction would fail at its end."""
    with pytest.raises(IntegrityError, match=why), transaction.atomic():
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_every_record_and_everything_written_once_is_guarded():
    assert guards.missing() == []
    assert len(list(guards.wanted())) > 3 * 50


def test_a_guard_switched_off_is_missed(deadline):
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE workflow_deadline DISABLE TRIGGER needs_history")
    assert guards.missing() == [("workflow_deadline", "needs_history")]


def test_what_an_act_saves_passes(deadline):
    with doing(deadline.case):
        for day in (13, 14):
            deadlines.move(deadline, deadline.due_on.replace(day=day), on=A_WEDNESDAY, because=f"the {day}th suits all")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            deadlines.move(deadline, deadline.due_on.replace(day=15), on=A_WEDNESDAY, because="or rather not")
            raise ZeroDivisionError
    run("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_update_of_many_rows_is_refused(deadline):
    with refused("a change without history"):
        Deadline._base_manager.update(title="another")


def test_an_update_of_many_rows_that_counts_on_is_refused_too(deadline):
    with refused("a change without history"):
        Deadline._base_manager.filter(pk=deadline.pk).update(title="another", version=deadline.version + 1)


def test_a_bulk_update_is_refused(deadline):
    deadline.title, deadline.version = "another", deadline.version + 1
    with refused("a change without history"):
        Deadline._base_manager.bulk_update([deadline], ["title", "version"])


def test_a_bulk_insert_is_refused():
    with refused("a change without history"):
        Family._base_manager.bulk_create([Family(name="Reed", version=1)])


def test_raw_sql_is_refused(deadline):
    with refused("a change without history"):
        run("UPDATE workflow_deadline SET due_on = due_on + 1 WHERE id = %s", deadline.pk)
    with refused("nothing is deleted"):
        run("DELETE FROM workflow_deadline WHERE id = %s", deadline.pk)
    with refused("TRUNCATE is not allowed"):
        run("TRUNCATE workflow_deadline CASCADE")


def test_a_history_row_that_says_something_else_does_not_help(deadline):
    with refused("a change without history"):
        run("UPDATE workflow_deadline SET title = 'another', version = version + 1 WHERE id = %s", deadline.pk)
        past = deadline.history.model
        columns = [each.column for each in past._meta.concrete_fields if each.column != "history_id"]
        taken = ", ".join("version + 1" if each == "version" else f'"{each}"' for each in columns)
        named = ", ".join(f'"{each}"' for each in columns)
        run(f"INSERT INTO {past._meta.db_table} ({named}) SELECT {taken} FROM {past._meta.db_table}")


@pytest.mark.parametrize("table", ["workflow_historicaldeadline", "workflow_entry", "workflow_seal", "workflow_read"])
@pytest.mark.parametrize("how", ["UPDATE {} SET {key} = {key}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_was_written_stays_even_for_the_owner(deadline, table, how):
    with refused("what was written stays"):
        run(how.format(table, key="history_id" if "historical" in table else "id"))


# Roles


@pytest.fixture
def as_app():
    """Acts as the application's role; back to the owner at the end."""
    make_the_application()
    with as_the_application(), by_the_service():
        yield


def test_the_application_does_its_work(as_app):
    people = a_partnership()
    case = a_case(people)
    found = a_deadline(case)
    with doing(case):
        deadlines.move(found, found.due_on.replace(day=13), on=A_WEDNESDAY, because="the 13th suits all")
    read(case, by=people[Role.AUDITOR], kind=Read.Kind.VIEW, at=noon(A_WEDNESDAY), about="case")
    run("SET CONSTRAINTS ALL IMMEDIATE")
    assert Seal.objects.count() == Entry.objects.count()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE workflow_historicaldeadline SET title = 'another'",
        "DELETE FROM workflow_historicaldeadline",
        "TRUNCATE workflow_historicaldeadline",
        "UPDATE workflow_entry SET reason = 'another'",
        "DELETE FROM workflow_seal",
        "DELETE FROM workflow_read",
        "TRUNCATE workflow_read",
        "DELETE FROM workflow_deadline",
        "ALTER TABLE workflow_historicaldeadline DISABLE TRIGGER ALL",
        "ALTER TABLE workflow_deadline DISABLE TRIGGER needs_history",
        "DROP TRIGGER is_written_once ON workflow_entry",
        "DROP TABLE workflow_entry CASCADE",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION throughline_is_kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TABLE public.elsewhere (id int)",
    ],
)
def test_the_application_may_take_nothing_away_and_switch_nothing_off(as_app, sql):
    with pytest.raises(ProgrammingError, match="permission denied|must be owner"), transaction.atomic():
        run(sql)


def test_a_report_reads_and_writes_nothing_and_sees_no_secret():
    run("CREATE ROLE throughline_test_report")
    for each in grants(Kind.REPORT, "throughline_test_report"):
        run(each)
    run("SET ROLE throughline_test_report")
    try:
        run("SELECT count(*) FROM workflow_historicaldeadline")
        for sql in (
            "INSERT INTO workflow_family (name, version) VALUES ('Reed', 1)",
            "SELECT salt FROM workflow_chain",
            "SELECT password FROM workflow_user",
        ):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                run(sql)
    finally:
        run("RESET ROLE")


def test_asleep_for_a_superuser_alone(deadline):
    with no_guards():
        run("UPDATE workflow_deadline SET title = 'another' WHERE id = %s", deadline.pk)
    with refused("a change without history"):
        run("UPDATE workflow_deadline SET title = 'another' WHERE id = %s", deadline.pk)

"""On PostgreSQL one function alone gets past the guards: for a released order, under no hold, once, for its case."""

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from config.keeping import (
    carry_out_destruction,
    propose_destruction,
    put_on_hold,
    release_destruction,
    withdraw_destruction,
)
from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing
from tests.unguarded import behind_its_back
from tests.workflow.test_destruction import DUE, found
from tests.workflow.test_guards import as_app, refused, run  # noqa: F401
from workflow import deadlines
from workflow.database_roles import Kind, grants
from workflow.models import Case, Deadline, Entry, Family, Role, User

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has neither guards nor roles"),
]


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    case = a_case(people)
    deadline = a_deadline(case)
    with doing(case):
        deadlines.meet(deadline, on=A_WEDNESDAY)
    a_deadline(a_case(people, "CP-2"))
    return case


@pytest.fixture
def order(case, people):
    order = propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)
    return release_destruction(order, by=people[Role.SERVICE_MANAGER], on=DUE)


def by_itself(order):
    """The function, asked by somebody who takes no notice of the code around it."""
    run("SELECT throughline_destroy(%s)", order if isinstance(order, int) else order.pk)


def nothing_is_gone():
    return Deadline.objects.count() == 2 and Entry.objects.exclude(details={}).exists()


def test_the_application_destroys_what_was_released(case, order, people, as_app):  # noqa: F811
    certificate = carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    assert certificate.counts["workflow.deadline"] == [1, 2]
    assert [one.case.reference for one in Deadline.objects.all()] == ["CP-2"]
    assert found() == []


def test_not_before_it_is_released(case, people, as_app):  # noqa: F811
    order = propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)
    with refused("is not released"):
        by_itself(order)
    withdraw_destruction(order, reason="Not yet", by=people[Role.PARTNERSHIP], on=DUE)
    with refused("is not released"):
        by_itself(order)
    assert nothing_is_gone()


def test_not_for_an_order_that_is_not_there(case, as_app):  # noqa: F811
    for number in (0, -1, 999_999):
        with refused("is not released"):
            by_itself(number)
    with pytest.raises(DatabaseError), transaction.atomic():
        run("SELECT throughline_destroy('1 OR true')")


@pytest.mark.parametrize("of_all", [True, False], ids=["every case", "this case"])
def test_not_under_a_hold(case, order, people, as_app, of_all):  # noqa: F811
    put_on_hold(None if of_all else case, why="court", reason="Proceedings", by=people[Role.PARTNERSHIP], on=DUE)
    with refused("is under a legal hold"):
        by_itself(order)
    assert nothing_is_gone()


def test_not_twice(case, order, people, as_app):  # noqa: F811
    by_itself(order)
    with refused("was carried out already"):
        by_itself(order)


def test_not_when_one_person_with_two_posts_proposed_and_released(case, order, people, as_app):  # noqa: F811
    user = User.objects.create(username="two_posts")
    with doing(on=DUE):
        for role in (Role.PARTNERSHIP, Role.SERVICE_MANAGER):
            post = people[role].fresh()
            post.user = user
            post.save()
    with refused("not released by a second person"):
        by_itself(order)
    assert nothing_is_gone()


def test_not_for_another_case(case, order, people, as_app):  # noqa: F811
    """What it is given is the order's number; the order cannot be turned to another case without history."""
    other = Case.objects.get(reference="CP-2")
    with refused("a change without history"):
        run("UPDATE workflow_destructionorder SET case_id = %s WHERE id = %s", other.pk, order.pk)
        by_itself(order)
    by_itself(order)
    assert Deadline.objects.get().case == other
    assert Entry.objects.filter(case=other).exclude(details={}).exists()


def test_it_is_shut_again_behind_whoever_came_through_in_the_same_transaction(case, order, as_app):  # noqa: F811
    by_itself(order)
    for sql in ("DELETE FROM workflow_deadline", "DELETE FROM workflow_historicaldeadline",
                "UPDATE workflow_entry SET reason = ''"):  # fmt: skip
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            run(sql)
    with refused("a change without history"):
        run("UPDATE workflow_deadline SET title = 'another'")


def test_it_is_shut_again_for_the_owner_too(case, order):
    by_itself(order)
    for sql in ("DELETE FROM workflow_historicaldeadline", "UPDATE workflow_entry SET reason = ''"):
        with refused("what was written stays"):
            run(sql)
    with refused("nothing is deleted"):
        run("DELETE FROM workflow_deadline")


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO throughline_destroyed VALUES (1, pg_current_xact_id(), true)",
        "UPDATE throughline_destroyed SET is_under_way = true",
        "DELETE FROM throughline_destroyed",
        "TRUNCATE throughline_destroyed",
        "DROP TABLE throughline_destroyed",
        "CREATE OR REPLACE FUNCTION throughline_destroy(the_order bigint) RETURNS jsonb LANGUAGE sql AS 'SELECT 1'",
        "ALTER FUNCTION throughline_destroy(bigint) SECURITY INVOKER",
        "DROP FUNCTION throughline_destroy(bigint)",
        "DELETE FROM workflow_legalhold",
        "DELETE FROM workflow_certificate",
        "UPDATE workflow_destroyedline SET digest = ''",
    ],
)
def test_the_application_cannot_open_it_from_the_other_side(order, as_app, sql):  # noqa: F811
    with pytest.raises(ProgrammingError, match="permission denied|must be owner"), transaction.atomic():
        run(sql)


def test_a_temporary_table_of_the_same_name_is_not_asked(case, as_app):  # noqa: F811
    """Temporary tables stand first in the search path of whoever does not say otherwise; everybody may make them."""
    with refused("a change without history"):
        run("CREATE TEMP TABLE throughline_destroyed (order_id bigint, xact xid8, is_under_way boolean)")
        run("INSERT INTO throughline_destroyed VALUES (1, pg_current_xact_id(), true)")
        run("UPDATE public.workflow_family SET name = 'another'")
    with refused("a change without history"):
        run("CREATE TEMP TABLE workflow_historicalfamily AS SELECT * FROM public.workflow_historicalfamily")
        run("UPDATE public.workflow_family SET name = 'another', version = version + 1")
        run("UPDATE pg_temp.workflow_historicalfamily SET name = 'another', version = version + 1")
    assert not Family.objects.filter(name="another").exists()


def test_a_temporary_order_is_not_carried_out(case, people, as_app):  # noqa: F811
    order = propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)
    with refused("is not released"):
        run("CREATE TEMP TABLE workflow_destructionorder AS SELECT * FROM public.workflow_destructionorder")
        run(
            "UPDATE pg_temp.workflow_destructionorder SET state = 'released', released_by_id = %s",
            people[Role.SERVICE_MANAGER].pk,
        )
        by_itself(order)


def test_nobody_else_is_let_through(order):
    run("CREATE ROLE throughline_test_report")
    for each in grants(Kind.REPORT, "throughline_test_report"):
        run(each)
    run("SET ROLE throughline_test_report")
    try:
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            by_itself(order)
    finally:
        run("RESET ROLE")


def test_what_was_taken_away_by_the_function_alone_is_found(case, order):
    """Whoever calls it past the act destroys what two people had released, and leaves no certificate."""
    by_itself(order)
    assert any("not what was sealed" in each or "is gone" in each for each in found())
    with connection.cursor() as cursor:
        cursor.execute("SELECT order_id, is_under_way FROM throughline_destroyed")
        assert cursor.fetchall() == [(order.pk, False)]


def test_a_certificate_in_the_register_alone_opens_nothing(case, order, people):
    carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
    behind_its_back("DELETE FROM throughline_destroyed")
    behind_its_back("UPDATE workflow_destructionorder SET state = 'released'")
    with pytest.raises(IntegrityError, match="was carried out already"), transaction.atomic():
        by_itself(order)

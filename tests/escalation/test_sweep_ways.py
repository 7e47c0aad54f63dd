"""Two ways to raise what is owed, one result: row by row, and one statement of PostgreSQL for a thousand."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from escalation import raising_at_once
from escalation.models import Alert, AlertRecipient
from escalation.posts import name_cover
from escalation.raising import one_by_one
from escalation.raising_at_once import all_at_once
from escalation.sweep import sweep
from notifications.models import Notice, Notification
from tests.at_once import require_postgres
from tests.escalation.scene import at_noon, open_case, set_scene
from tests.making import with_policy
from workflow.chain import check_chains
from workflow.models import Entry, Seal

ONE_DAY = timedelta(days=1)
DUE = date(2026, 3, 2)
NIGHTS = (date(2026, 3, 3), date(2026, 3, 10), date(2026, 3, 31))
OWN = {
    "visit": {
        "ordinary": [
            {"at": "2 wd before", "to": ["owner"]},
            {"at": "30 h", "to": ["team_manager", "chair"], "answers": "any_one"},
            {"at": "9 d", "to": ["agency_lead"]},
        ]
    }
}
STAMPED = ("history_change_reason", "history_type", "history_by_id", "history_role", "history_agency", "history_policy")


@pytest.fixture
def scene(transactional_db):
    """Vacant posts, cover, an owner who left, a fast duty, a kind with a ladder of its own, two cases."""
    require_postgres()
    scene = set_scene(without=("health_lead",))
    with_policy({"ladders": OWN}, on=date(2026, 1, 6))
    with at_noon(date(2026, 1, 6)):
        other = open_case(scene.people, "CP-0500")
    for n in range(7):
        scene.owe(f"A{n}", DUE + n * ONE_DAY, owner=("nurse", "worker", "manager", "clerk")[n % 4], fast=n % 3 == 0)
        scene.owe(f"V{n}", DUE + n * ONE_DAY, owner="nurse", code="visit")
    scene.case = other
    scene.owe("B0", DUE, owner="health_exec")
    scene.owe("B1", DUE, owner="worker")
    scene.leave("clerk", date(2026, 2, 2))
    name_cover(
        None, scene.chair, scene.worker, from_on=date(2026, 3, 1), until_on=date(2026, 4, 1), by=scene.chair, on=DUE
    )
    name_cover(
        None, scene.health_exec, scene.nurse, from_on=DUE, until_on=date(2026, 4, 1), by=scene.health_exec, on=DUE
    )
    return scene


def swept(way):
    """Everything three nights of the sweep wrote, but for the numbers the database gives; then all of it undone."""
    with transaction.atomic():
        for night in NIGHTS:
            assert sweep(night, way).failures == []
        found = _everything()
        assert list(check_chains()) == []
        transaction.set_rollback(True)
    return found


def _everything():
    alerts = Alert.objects.select_related("deadline", "ladder")
    told = Notification.objects.select_related("recipient", "case")
    return {
        "alerts": sorted(
            (a.deadline.key, str(a.due_on), a.rung, str(a.owed_on), str(a.raised_on), a.ladder.digest, a.version)
            for a in alerts
        ),
        "went to": sorted(
            (r.alert.deadline.key, r.alert.rung, r.professional.key, r.covering.key if r.covering else "")
            for r in AlertRecipient.objects.select_related("alert__deadline", "professional", "covering")
        ),
        "messages": sorted(
            (m.code, m.about, m.recipient.key, m.case.reference, m.is_urgent, str(m.written_on), m.state, m.version)
            for m in told
        ),
        "dead letters": sorted((n.code, n.about, n.case_id, str(n.raised_on)) for n in Notice.objects.all()),
        "history": [
            sorted(map(str, model.history.values_list(*STAMPED))) for model in (Alert, AlertRecipient, Notification)
        ],
    }


@pytest.mark.postgres
def test_both_ways_write_the_same_rows_with_the_same_history_and_whole_seals(scene):
    apart, together = swept(one_by_one), swept(all_at_once)
    for part in apart:
        assert together[part] == apart[part], part
    assert len(apart["alerts"]) > 40
    assert apart["dead letters"]


@pytest.mark.postgres
def test_what_one_statement_wrote_cannot_be_changed_unseen(scene):
    sweep(NIGHTS[-1])
    entry = Entry.objects.get(act="sweep")
    assert Seal.objects.filter(entry=entry).exists()
    past = Notification.history.filter(history_entry=entry).first()
    with connection.cursor() as cursor:
        table = Notification.history.model._meta.db_table
        cursor.execute("SET session_replication_role = replica")  # past every guard, as the owner of the database can
        cursor.execute(f"UPDATE {table} SET about = 'x' WHERE history_id = %s", [past.history_id])
        cursor.execute("SET session_replication_role = DEFAULT")
    (finding,) = check_chains()
    assert "sweep" in str(finding)


@pytest.mark.postgres
def test_a_row_the_database_refuses_is_named_and_the_thousand_around_it_go_on(scene):
    broken = Alert.objects.none().model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_one() RETURNS trigger AS $$ BEGIN"
            " IF (SELECT subject FROM workflow_deadline WHERE id = NEW.deadline_id) = 'A1'"
            " THEN RAISE 'will not be written'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        cursor.execute(f"CREATE TRIGGER one BEFORE INSERT ON {broken} FOR EACH ROW EXECUTE FUNCTION refuse_one()")
    try:
        night = sweep(NIGHTS[1])
        assert {failure["deadline"] for failure in night.failures} == {"action:A1"}
        assert "will not be written" in night.failures[0]["why"]
        assert not Alert.objects.filter(deadline__subject="A1").exists()
        assert Alert.objects.filter(deadline__subject="A2").exists()
        assert list(check_chains()) == []
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER one ON {broken}")
            cursor.execute("DROP FUNCTION refuse_one()")
    assert [alert.deadline.subject for alert in sweep(NIGHTS[1]).alerts] == ["A1"] * 2


@pytest.mark.postgres
def test_one_statement_for_each_rung_and_thousand(scene, monkeypatch):
    def inserts(night):
        with CaptureQueriesContext(connection) as asked:
            raised = len(sweep(night).raised)
        return raised, sum('INSERT INTO "escalation_alert"' in query["sql"] for query in asked)

    raised, statements = inserts(NIGHTS[-1])
    assert raised > 40
    # Ordinary: four rungs; fast: four; of their own: three. However many duties.
    assert statements == 11
    for n in range(40):
        scene.owe(f"C{n}", DUE, owner="worker")
    assert inserts(NIGHTS[-1]) == (160, 4)
    monkeypatch.setattr(raising_at_once, "AT_ONCE", 10)
    for n in range(25):
        scene.owe(f"D{n}", DUE, owner="worker")
    assert inserts(NIGHTS[-1]) == (100, 12)

"""The sweep against the bare statements that write the same rows, and against a loop over rows.

Bare: six statements, alerts, whom they went to, a message to each and the history of the three, for exactly the duties
that are newly late, with everything worked out beforehand: no policy, no calendar, no vacant posts, no cover, no seal.
Every way is run in a transaction of its own that is then taken back, so that each round meets the same rows. What the
guards of PostgreSQL ask at the end of a transaction is counted in one pair of ways and not in the other.
"""

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from benchmarks.many import copied, counted_up
from benchmarks.rounds import Measured, interleaved
from escalation.climbing import freeze
from escalation.models import Alert, AlertRecipient
from escalation.raising import one_by_one
from escalation.sweep import sweep, sweep_moment
from notifications.models import Notification
from notifications.tell import alert_message
from tests.escalation.scene import OPENED, at_noon, open_case, set_scene
from workflow import in_one_statement as written
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import Case, Deadline, Professional
from workflow.policy import policy_on

ONE_DAY = timedelta(days=1)
CASES = 50
MONDAY = date(2026, 3, 2)
DUE = [MONDAY + n * ONE_DAY for n in range(4)]
NEXT_YEAR = date(2027, 3, 1)
# Of one case; the last night owes what all nights before it owe as well, and nobody's second rung yet.
NEWLY_LATE = {DUE[0]: 2, DUE[1]: 8, DUE[2]: 20, DUE[3]: 50}
TABLES = [
    f'"{table._meta.db_table}"'
    for model in (Alert, AlertRecipient, Notification)
    for table in (model, model.history.model)  # type: ignore[attr-defined]
]


def the_sweep(rounds: int, pending: int) -> tuple[dict[str, Measured], dict[str, Measured], list[str]]:
    """The ways to raise what one night owes, for one alert; how it grows with what is due; and the idle sweep."""
    people, patterns = _patterns()
    idle = [_idle("few duties pending")]
    for pattern in patterns:
        copied(pattern, pending // CASES, subject=_named("later"), due_on=f"{_day(NEXT_YEAR)} + n % 200")
        for due, count in NEWLY_LATE.items():
            copied(pattern, count, subject=_named(f"late-{due:%d}"), due_on=_day(due))
    counted_up()
    idle.append(_idle(f"{Deadline.objects.pending().count():,} duties pending"))
    night, few = DUE[-1] + ONE_DAY, DUE[0] + ONE_DAY
    bare = _bare(DUE[-1], night)
    ways = {
        "bare statements": lambda: _taken_back(bare),
        "the sweep": lambda: _taken_back(lambda: len(sweep(night).raised)),
        "bare statements, and the guards": lambda: _taken_back(bare, guards=True),
        "the sweep, and the guards": lambda: _taken_back(lambda: len(sweep(night).raised), guards=True),
        "the sweep as SQLite does it, many rows at once": lambda: _taken_back(
            lambda: len(sweep(few, one_by_one).raised)
        ),
        "a loop: each row saved with its history": lambda: _taken_back(lambda: _loop(people, few)),
    }
    measured = interleaved(ways, rounds)
    nights = {f"{_owed_by(due):,} due": _swept(due + ONE_DAY) for due in DUE}
    return measured, interleaved(nights, rounds), idle


def _patterns() -> tuple[dict[str, Professional], list[Deadline]]:
    """A duty in each of the cases, made through the ordinary functions, and not due for long."""
    scene, found = set_scene(), []
    with at_noon(OPENED):
        cases = [open_case(scene.people, f"CP-{1000 + n}") for n in range(CASES)]
    for n, case in enumerate(cases):
        scene.case = case
        found.append(scene.owe("pattern", NEXT_YEAR, owner=("nurse", "worker")[n % 2]))
    return scene.people, found


def _named(kind: str) -> str:
    return f"'{kind}-' || n"


def _day(day: date) -> str:
    return f"DATE '{day.isoformat()}'"


def _owed_by(due: date) -> int:
    return CASES * sum(count for day, count in NEWLY_LATE.items() if day <= due)


def _taken_back(work: Callable[[], int], *, guards: bool = False) -> float:
    """Seconds for one alert, in a transaction that is then rolled back."""
    with transaction.atomic():
        began = time.perf_counter()
        raised = work()
        if guards:
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    with connection.cursor() as cursor:  # or the next way would step over what this one left behind
        cursor.execute(f"VACUUM {', '.join(TABLES)}")
    assert raised, "nothing was raised"
    return took / raised


def _swept(night: date) -> Callable[[], float]:
    return lambda: _taken_back(lambda: len(sweep(night).raised))


def _loop(people: dict[str, Professional], night: date) -> int:
    """What one writes first: for each late duty, each of its rows saved as the next is thought of."""
    raised = 0
    with under_way("sweep", PARTNERSHIP, by=None, at=sweep_moment(night)):
        policy = policy_on(night)
        ladder = freeze(policy.ordinary_rungs(fast=False), policy)
        for deadline in Deadline.objects.overdue(night).select_related("case__lead_practitioner", "owner_professional"):
            alert = Alert(
                case=deadline.case,
                deadline=deadline,
                due_on=deadline.due_on,
                rung=1,
                owed_on=night,
                raised_on=night,
                ladder=ladder,
            )
            alert.save()
            for person in {deadline.owner_professional, deadline.case.lead_practitioner}:
                AlertRecipient(alert=alert, professional=person).save()
                alert_message(deadline.case, person, deadline.key, rung=1, on=night).save()
            raised += 1
    return raised


def _bare(last_due: date, night: date) -> Callable[[], int]:
    """The statements with all their parameters, worked out once; run, they say how many alerts they wrote."""
    with under_way("sweep", PARTNERSHIP, by=None, at=sweep_moment(night)) as act:
        policy = policy_on(night)
        ladder = freeze(policy.ordinary_rungs(fast=False), policy)  # there once the first alert was ever raised
        prototypes: dict[Any, Any] = {
            Alert: Alert(version=1, rung=1, raised_on=night, owed_on=night, ladder=ladder, answers="each_person"),
            AlertRecipient: AlertRecipient(version=1),
            Notification: alert_message(Case(), Professional(), "", rung=1, on=night),
        }
        prototypes[Notification].version = 1
        stamps = {model: written.stamp(model, act) for model in prototypes}
    told = {
        Alert: {"case_id": "d.case_id", "deadline_id": "d.id", "due_on": "d.due_on"},
        AlertRecipient: {"alert_id": "a.id", "professional_id": "heard.person"},
        Notification: {
            "case_id": "a.case_id",
            "recipient_id": "heard.person",
            "about": "d.code || ':' || d.subject",
        },
    }
    late = "FROM workflow_deadline d WHERE d.state = 'pending' AND d.due_on <= %(due)s"
    heard = (
        "FROM escalation_alert a JOIN workflow_deadline d ON d.id = a.deadline_id JOIN workflow_case c ON"
        " c.id = d.case_id CROSS JOIN LATERAL (SELECT d.owner_professional_id AS person UNION"
        " SELECT c.lead_practitioner_id) AS heard WHERE a.raised_on = %(night)s"
    )
    new = {Alert: "raised_on = %(night)s", AlertRecipient: "version = 1", Notification: "written_on = %(night)s"}
    statements = []
    for model, where in ((Alert, late), (AlertRecipient, heard), (Notification, heard)):
        parameters = written.constants(model, told[model], prototypes[model]) | stamps[model]
        parameters |= {"due": last_due, "night": night}
        statements.append((f"{written.insert(model, told[model])} {where}", parameters))
        table = f'(SELECT * FROM "{model._meta.db_table}" WHERE {new[model]}) AS fresh'
        history = written.keep_history(model, "fresh")
        statements.append((history.removesuffix("FROM fresh") + f"FROM {table}", parameters))

    def run() -> int:
        with connection.cursor() as cursor:
            rows = [cursor.execute(sql, parameters).rowcount for sql, parameters in statements]
        return rows[0]

    return run


def _idle(called: str) -> str:
    """How long a night takes that has nothing to do, in milliseconds, and in how many statements."""
    night = MONDAY - ONE_DAY
    sweep(night)
    with CaptureQueriesContext(connection) as asked:
        sweep(night)
    statements = [each for each in asked if not each["sql"].startswith(("BEGIN", "COMMIT"))]
    times = []
    for _ in range(30):
        began = time.perf_counter()
        sweep(night)
        times.append(time.perf_counter() - began)
    return f"{called}: {sorted(times)[15] * 1000:.2f} ms, {len(statements)} statements"

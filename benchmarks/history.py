"""A plan as it stood against raw DISTINCT ON; drift of an authority and of everything against reading its summary.

One told case (two siblings on a plan) among many copied ones, whose dates have moved nine times each. An authority is
every tenth of the copied cases, the nation all of them.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client

from benchmarks.many import SERIES, copied, copies, counted_up
from benchmarks.rounds import Measured, interleaved, timed
from benchmarks.told_case import TODAY, tell_the_case
from plans import authority
from plans.as_it_stood import PlanHistory
from plans.models import Action, CoreGroupMember, Outcome, OutcomeChild, Plan, PlanMeeting, Risk
from tests.unguarded import no_guards
from workflow.acting import LONDON
from workflow.drift_months import recount
from workflow.models import Case, Child, Deadline, Professional

IN_A_CASE, LINES = 10, 10
ONE_AUTHORITY_IN = 10
AT = datetime(2026, 6, 1, 12, tzinfo=LONDON)


def history(rounds: int, cases: int) -> dict[str, tuple[dict[str, Measured], str, str]]:
    """Each comparison with its ways, what they are compared with, and its goal."""
    people = tell_the_case()
    case, child = Case.objects.get(), Child.objects.order_by("pk").first()
    assert child is not None
    _many_moved_dates(case, people, cases)
    recount()
    _table_of_moves()
    counted_up()
    plan = interleaved(
        {
            "raw DISTINCT ON, the same tables": lambda: timed(lambda: _raw_plan(child), 5),
            "the plan as it stood": lambda: timed(lambda: PlanHistory(child).stood(AT), 5),
            "the plan as it stood, with its history read before": _replayed_only(child),
            "simple-history's as_of, the same tables": lambda: timed(lambda: _as_of(child), 5),
        },
        rounds,
    )
    window = authority.Window(TODAY.replace(day=1))
    mine = Case.objects.filter(lead_practitioner=people["social_worker"])
    everyone = Case.objects.all()
    drift = interleaved(
        {
            "the summary read by hand": lambda: timed(lambda: _raw_summary(mine, window), 3),
            "the figures by month, agency and kind": lambda: timed(lambda: _figures(mine, window), 3),
            "the page, signed in": _page(people["social_worker"], "/drift/"),
        },
        rounds,
    )
    nation = interleaved(
        {
            "a table of moves, by agency": lambda: timed(lambda: _raw_moves(window), 1),
            "the figures by agency": lambda: timed(
                lambda: authority.by_agency(authority.within(everyone, window), window), 1
            ),
            "the figures by month, agency and kind": lambda: timed(lambda: _figures(everyone, window), 1),
        },
        rounds,
    )
    return {
        "A plan as it stood": (plan, "raw DISTINCT ON, the same tables", "at most 3 times"),
        "Drift of an authority": (drift, "the summary read by hand", "the page at most 10 times"),
        "Drift of everything": (nation, "a table of moves, by agency", "under 0.1"),
    }


def _many_moved_dates(case: Case, people: dict[str, Professional], cases: int) -> None:
    """Copied cases, `IN_A_CASE` dates in each, each with the history of nine moves; and actions beside them."""
    other, first_family = people["stranger"].pk, copied(case.family, cases)
    first = copied(
        case,
        cases,
        family_id=f"{first_family} + n - 1",
        reference="'CP-' || (100000 + n)",
        lead_practitioner_id=f"CASE WHEN n % {ONE_AUTHORITY_IN} = 0 THEN {people['social_worker'].pk} ELSE {other} END",
    )
    pattern = Deadline.objects.filter(code="action").order_by("pk").first()
    assert pattern is not None
    agencies = list(Professional.objects.order_by("agency").values_list("agency", flat=True).distinct())[:4]
    which = "CASE n % 4 " + " ".join(f"WHEN {n} THEN {agencies[n % len(agencies)]}" for n in range(4)) + " END"
    start = f"DATE '{TODAY - timedelta(days=300)}'"
    due = f"{start} + CAST(n % 60 AS integer)"
    copies(
        Deadline,
        pattern.pk,
        cases * IN_A_CASE,
        {
            "case_id": f"{first} + n % {cases}",
            "subject": "'D' || n",
            "agency_id": which,
            "first_due_on": due,
            "due_on": f"{due} + {14 * (LINES - 1)}",
            "state": "'pending'",
            "met_on": "NULL",
            "why_waived": "''",
            "version": str(LINES),
        },
    )
    _lines_of_history(first)
    action = Action.objects.order_by("pk").first()
    assert action is not None
    copied(action, cases * 3, case_id=f"{first} + n % {cases}", key="'B' || n")


def _lines_of_history(first: int) -> None:
    past: Any = Deadline.history.model
    told = {
        "version": "n",
        "due_on": "one.first_due_on + CAST(14 * (n - 1) AS integer)",
        "moved_because": "CASE WHEN n > 1 THEN 'agreed' ELSE '' END",
        "history_date": f"TIMESTAMPTZ '{TODAY - timedelta(days=300)} 12:00Z' + (28 * n) * INTERVAL '1 day'",
        "history_type": "CASE WHEN n > 1 THEN '~' ELSE '+' END",
        "history_change_reason": "NULL",
        "history_by_id": "NULL",
        "history_role": "''",
        "history_agency": "''",
        "history_policy": "one.policy_version",
        "history_entry_id": "NULL",
        "history_user_id": "NULL",
        "recorded_at": "now()",
    }
    columns = [field for field in past._meta.concrete_fields if not field.primary_key]
    values = ", ".join(told.get(field.attname, f'one."{field.column}"') for field in columns)
    with no_guards(), connection.cursor() as cursor:
        cursor.execute(
            f'{SERIES.format(count=LINES)} INSERT INTO "{past._meta.db_table}"'
            f" ({', '.join(field.column for field in columns)}) SELECT {values}"
            f" FROM workflow_deadline AS one, series WHERE one.case_id >= {first}"
        )


def _table_of_moves() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_moves AS SELECT case_id, agency_id, made_on, due_on - was AS days FROM"
            " (SELECT case_id, agency_id, due_on, history_date::date AS made_on,"
            " lag(due_on) OVER (PARTITION BY id ORDER BY version) AS was FROM workflow_historicaldeadline) AS lines"
            " WHERE was IS NOT NULL AND due_on <> was"
        )
        cursor.execute("CREATE INDEX ON bench_moves (made_on)")


# A plan as it stood


def _tables(child: Child) -> list[tuple[Any, str]]:
    """The tables a plan is made of, and which lines of each are about it."""
    case, key = child.case_id, child.pk
    plans = f"plan_id IN (SELECT id FROM plans_plan WHERE child_id = {key})"
    return [
        (Plan, f"child_id = {key}"),
        (PlanMeeting, plans),
        (Outcome, f"case_id = {case}"),
        (OutcomeChild, f"child_id = {key}"),
        (Action, f"id IN (SELECT action_id FROM plans_actionchild WHERE child_id = {key})"),
        (CoreGroupMember, f"child_id = {key}"),
        (Deadline, f"case_id = {case} AND code IN ('action', 'visit')"),
        (Risk, plans),
    ]


def _raw_plan(child: Child) -> None:
    with connection.cursor() as cursor:
        for model, which in _tables(child):
            table = model.history.model._meta.db_table
            cursor.execute(
                f'SELECT DISTINCT ON (id) * FROM "{table}" WHERE {which} AND history_date <= %s'
                " ORDER BY id, history_date DESC, history_id DESC",
                [AT],
            )
            cursor.fetchall()


def _as_of(child: Child) -> None:
    for model, which in _tables(child):
        list(model.history.as_of(AT).extra(where=[which]))


def _replayed_only(child: Child) -> Callable[[], float]:
    kept = PlanHistory(child)
    kept.stood(AT)
    return lambda: timed(lambda: kept.stood(AT), 5)


# Drift


def _raw_summary(cases: Any, window: authority.Window) -> None:
    which, values = cases.values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agency_id, sum(moves), sum(later), sum(days), sum(unexplained), sum(passed), sum(ended_late)"
            f" FROM workflow_monthofdrift WHERE case_id IN ({which}) AND month BETWEEN %s AND %s GROUP BY agency_id",
            [*values, window.first, window.last],
        )
        cursor.fetchall()


def _raw_moves(window: authority.Window) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT agency_id, count(*), count(*) FILTER (WHERE days > 0), sum(greatest(days, 0)),"
            " count(DISTINCT case_id) FROM bench_moves WHERE made_on >= %s GROUP BY agency_id",
            [window.first],
        )
        cursor.fetchall()


def _figures(cases: Any, window: authority.Window) -> None:
    found = authority.within(cases, window)
    for by in (authority.by_month, authority.by_agency, authority.by_kind):
        by(found, window)


def _page(person: Professional, address: str) -> Callable[[], float]:
    client = Client()
    assert person.user is not None
    client.force_login(person.user)

    def looked_at() -> float:
        began = time.perf_counter()
        answer = client.get(address)
        took = time.perf_counter() - began
        assert answer.status_code == 200, (address, answer.status_code)
        return took

    return looked_at

"""Raising what is owed on PostgreSQL: one statement for each rung of each ladder and thousand duties.

The statement inserts the alerts, whom each went to and a message to each, the history of all three, and returns what
seals that history. Who hears is worked out where the rows are, by the rules of `escalation.ladder`: a vacant post is
replaced by the next rung, and so on upwards; cover is added. A thousand that the database refuses are raised duty by
duty, so that the one it refuses is found and named.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import DatabaseError, connection, transaction

from escalation.climbing import Climbing, Lane
from escalation.ladder import reached_on
from escalation.models import Alert, AlertRecipient
from escalation.raising import Swept, dead_letters, raise_each
from notifications.doorbell import ring
from notifications.live import look_again
from notifications.models import Notification
from notifications.tell import alert_message
from workflow import in_one_statement as written
from workflow.ladders import Rung
from workflow.models import Case, Deadline, Professional, Role
from workflow.records import act_under_way

AT_ONCE = 1000

IN_A_CASE = ("lead_practitioner", "team_manager", "chair")
OF_AN_AGENCY = {"agency_lead": Role.AGENCY_LEAD, "agency_exec": Role.AGENCY_EXEC}


def all_at_once(climbing: Climbing, swept: Swept) -> None:
    """Raises everything owed on the day, the lowest rungs first."""
    for lane, number, rung in climbing.steps():
        owed = climbing.owed(lane, number, rung)
        days = _days_reached(owed, rung, climbing)
        while days:
            here = owed.exclude(pk__in=swept.failed) if swept.failed else owed
            if not _raise_some(here, days, lane, number, climbing, swept):
                break


def _days_reached(owed: Any, rung: Rung, climbing: Climbing) -> dict[date, date]:
    """For each due date there is among what is owed, the day this rung came for it."""
    found = owed.order_by().values_list("due_on", flat=True).distinct()
    days = {due: reached_on(due, rung, climbing.days) for due in found}
    return {due: day for due, day in days.items() if day is not None}


def _raise_some(owed: Any, days: dict[date, date], lane: Lane, number: int, climbing: Climbing, swept: Swept) -> bool:
    """Raises this rung for up to a thousand duties. Returns whether there may be more."""
    some = owed.order_by("due_on", "pk")[:AT_ONCE]
    try:
        with transaction.atomic():
            rows = _run(some, days, lane, number, climbing)
    except DatabaseError:
        raise_each(Deadline.objects.filter(pk__in=list(some.values_list("pk", flat=True))), climbing, swept)
        return True
    raised = _kept(rows, climbing, swept)
    return raised == AT_ONCE


def _run(some: Any, days: dict[date, date], lane: Lane, number: int, climbing: Climbing) -> list[tuple[str, str, int]]:
    statement, parameters = _statement(some, lane, number, climbing)
    parameters |= {"due_days": list(days), "reached_days": list(days.values())}
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[str, str, int]] = cursor.fetchall()
    return rows


def _kept(rows: list[tuple[str, str, int]], climbing: Climbing, swept: Swept) -> int:
    """What the statement wrote is sealed with the act, pages are nudged, the vacant posts are told."""
    act, kinds = act_under_way(), {"alert": Alert, "recipient": AlertRecipient, "message": Notification}
    found: dict[str, list[tuple[str, int]]] = {}
    for kind, told, number in rows:
        found.setdefault(kind, []).append((told, number))
    for kind, model in kinds.items():
        act.keep_digests(model.history.model, [digest for digest, _ in found.get(kind, [])])
    swept.raised += [number for _, number in found.get("alert", [])]
    if found.get("message"):
        ring()
    look_again({number for _, number in found.get("message", [])})
    if vacant := found.get("vacant"):
        cases = Case.objects.in_bulk({number for _, number in vacant})
        dead_letters([(cases[number], post) for post, number in vacant], climbing.today)
    return len(found.get("alert", []))


# The statement


def _statement(some: Any, lane: Lane, number: int, climbing: Climbing) -> tuple[str, dict[str, Any]]:
    act, ladder = act_under_way(), lane.kept(climbing.policy)
    levels = lane.rungs[number - 1 :]
    roles = list(dict.fromkeys(role for level in levels for role in level.to))
    due, parameters = _named(some.values("pk", "case_id", "due_on", "running_since", "code", "subject", *_OWNED))
    prototypes: dict[Any, Any] = {
        Alert: Alert(version=1, rung=number, raised_on=climbing.today, ladder=ladder, answers=levels[0].answers),
        AlertRecipient: AlertRecipient(version=1),
        Notification: alert_message(Case(), Professional(), "", rung=number, on=climbing.today),
    }
    prototypes[Notification].version = 1
    told: dict[Any, dict[str, str]] = {
        Alert: {
            "case_id": "case_id",
            "deadline_id": "pk",
            "due_on": "due_on",
            "owed_on": "owed_on",
        },
        AlertRecipient: {"alert_id": "raised.id", "professional_id": "heard.person", "covering_id": "heard.covering"},
        Notification: {
            "case_id": "posts.case_id",
            "recipient_id": "heard.person",
            "about": "posts.code || ':' || posts.subject",
        },
    }
    for model, prototype in prototypes.items():
        parameters |= written.constants(model, told[model], prototype) | written.stamp(model, act)
    parameters |= {"today": climbing.today}
    heard_of = "FROM raised JOIN posts ON posts.pk = raised.deadline_id JOIN heard ON heard.deadline = posts.pk"
    steps = {
        "due": f"MATERIALIZED ({due})",
        "posts": f"MATERIALIZED ({_posts(roles)})",
        "raised": f"({written.insert(Alert, told[Alert])} FROM posts ORDER BY owed_on, pk"
        " ON CONFLICT (deadline_id, due_on, rung) DO NOTHING RETURNING *)",
        "heard": f"({_heard(levels)})",
        "went": f"({written.insert(AlertRecipient, told[AlertRecipient])} {heard_of}"
        " ORDER BY raised.id, heard.person RETURNING *)",
        "sent": f"({written.insert(Notification, told[Notification])} {heard_of}"
        " ORDER BY raised.id, heard.person RETURNING *)",
        **{
            f"past_{source}": f"({written.keep_history(model, source)}"
            f" RETURNING {written.digest_of(model)} AS digest, {told_of} AS number)"
            for source, model, told_of in (
                ("raised", Alert, "id"),
                ("went", AlertRecipient, "professional_id"),
                ("sent", Notification, "recipient_id"),
            )
        },
    }
    returned = " UNION ALL ".join(
        [
            "SELECT 'alert', digest, number FROM past_raised",
            "SELECT 'recipient', digest, number FROM past_went",
            "SELECT 'message', digest, number FROM past_sent",
            *_vacant(levels),
        ]
    )
    return f"WITH {', '.join(f'{name} AS {what}' for name, what in steps.items())} {returned}", parameters


_OWNED = ("owner_professional_id", "agency_id")


def _named(found: Any) -> tuple[str, dict[str, Any]]:
    """The SQL of a queryset with its parameters by name, so that it can stand inside a larger statement."""
    sql, values = found.query.sql_with_params()
    names = iter(range(len(values)))
    return re.sub(r"%s", lambda _: f"%(due_{next(names)})s", sql), {f"due_{n}": each for n, each in enumerate(values)}


def _posts(roles: list[str]) -> str:
    """Each duty with the day its rung was owed and, for each role, the id of whoever holds the post, null if vacant.

    Every join is an outer one, though each finds its row: the planner then knows that as many come out as went in, and
    does not look through a thousand rows for each of a thousand, here and in all that follows.
    """
    professionals, cases = _table(Professional), _table(Case)
    holders = ", ".join(f"{_holder(role)} AS {role}" for role in roles)
    joins = [
        f"LEFT JOIN {cases} AS of_case ON of_case.id = due.case_id",
        'LEFT JOIN "workflow_agency" AS of_agency ON of_agency.id = due.agency_id',
    ]
    for role in roles:
        if role == "owner":
            joins.append(f"LEFT JOIN {professionals} AS of_owner ON of_owner.id = due.owner_professional_id")
        elif role in IN_A_CASE:
            joins.append(f"LEFT JOIN {professionals} AS of_{role} ON of_{role}.id = of_case.{role}_id")
        elif role in OF_AN_AGENCY:
            first = f"SELECT agency_id, min(id) AS id FROM {professionals} AS p WHERE {_in_post('p')}"
            joins.append(
                f"LEFT JOIN ({first} AND role = '{OF_AN_AGENCY[role]}' GROUP BY agency_id) AS of_{role}"
                f" ON of_{role}.agency_id = due.agency_id"
            )
        else:
            first = f"SELECT min(id) AS id FROM {professionals} AS p WHERE {_in_post('p')}"
            joins.append(f"CROSS JOIN ({first} AND role = '{Role.PARTNERSHIP}') AS of_{role}")
    nth = "array_position(%(due_days)s::date[], due.due_on)"
    return (
        f"SELECT due.*, greatest((%(reached_days)s::date[])[{nth}], due.running_since + 1) AS owed_on,"
        f" of_agency.key AS agency_key, {holders} FROM due {' '.join(joins)} WHERE {nth} IS NOT NULL"
    )


def _holder(role: str) -> str:
    if role == "owner" or role in IN_A_CASE:
        return f"CASE WHEN {_in_post(f'of_{role}')} THEN of_{role}.id END"
    return f"of_{role}.id"


def _in_post(who: str) -> str:
    return f"({who}.left_on IS NULL OR {who}.left_on > %(today)s)"


def _is_vacant(role: str) -> str:
    """The SQL that is true where this post is vacant; a family member who owes something is no post."""
    return f"({role} IS NULL{' AND owner_professional_id IS NOT NULL' if role == 'owner' else ''})"


def _reached(levels: tuple[Rung, ...]) -> Iterator[tuple[Rung, str]]:
    """Each level from the rung upwards with the SQL that is true where it hears: every level below has a vacancy."""
    below = ["true"]
    for level in levels:
        yield level, " AND ".join(below)
        below.append(f"({' OR '.join(_is_vacant(role) for role in level.to)})")


def _heard(levels: tuple[Rung, ...]) -> str:
    """Who hears each alert, each once: whoever holds a post, and whoever covers them today and has no post there."""
    own = " UNION ".join(
        f"SELECT pk AS deadline, {role} AS person FROM posts WHERE {role} IS NOT NULL AND {reached}"
        for level, reached in _reached(levels)
        for role in level.to
    )
    return f"""
        SELECT deadline, person, CASE WHEN bool_or(covered IS NULL) THEN NULL ELSE min(covered) END AS covering
        FROM (
            WITH own AS ({own})
            SELECT deadline, person, NULL::bigint AS covered FROM own
            UNION ALL
            SELECT own.deadline, cover.cover_id, own.person
            FROM own
            JOIN "workflow_cover" AS cover ON cover.covered_id = own.person
                AND cover.from_on <= %(today)s AND cover.until_on >= %(today)s
            JOIN {_table(Professional)} AS covering ON covering.id = cover.cover_id AND {_in_post("covering")}
        ) AS every
        GROUP BY deadline, person"""


def _vacant(levels: tuple[Rung, ...]) -> Iterator[str]:
    """The vacant posts met by the alerts that were raised, by the names a dead letter calls them; each once."""
    names = {
        "owner": "'owner:' || code || ':' || subject",
        **{role: f"'{role}'" for role in (*IN_A_CASE, "partnership")},
        **{role: f"'{role}:' || agency_key" for role in OF_AN_AGENCY},
    }
    raised = "JOIN raised ON raised.deadline_id = posts.pk"
    met: dict[str, list[str]] = {}
    for level, reached in _reached(levels):
        for role in level.to:
            met.setdefault(role, []).append(f"({reached} AND {_is_vacant(role)})")
    for role, where in met.items():
        yield f"SELECT 'vacant', {names[role]}, posts.case_id FROM posts {raised} WHERE {' OR '.join(where)}"


def _table(model: type[Professional] | type[Case] | type[Deadline]) -> str:
    return f'"{model._meta.db_table}"'

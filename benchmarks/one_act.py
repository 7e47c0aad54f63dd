"""One audited act against the same rows written by raw SQL in one transaction.

The act is completing an action of a plan: a change of state, its deadline met, both histories, the journal entry and
its seal, through the function every page calls. The raw rows are those the act itself writes: it is run once and rolled
back, and what it would have written is then sent to the driver as it is. What a page or a guard has to read first is
not in the raw way at all.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.db import connection, transaction

from benchmarks.rounds import Measured, interleaved
from plans.actions import ActionDraft, complete_action, open_action
from plans.models import Action
from tests.escalation.scene import OPENED, at_noon, set_scene
from workflow.models import Entry

ACTS_IN_A_ROUND = 30
DAY = OPENED + timedelta(days=3)
WRITES = re.compile(r"^\s*(INSERT|UPDATE)", re.IGNORECASE)
ENTRIES_FROM = 5_000_000  # so that the id of an entry is no other number in a statement


def one_act(rounds: int) -> tuple[dict[str, Measured], int, list[str]]:
    """The act and the raw rows; how many statements the act takes in all, and which."""
    scene, keys = set_scene(), count()
    entries_begin_at(ENTRIES_FROM)

    def an_action() -> Action:
        key = f"a{next(keys)}"
        with at_noon(OPENED):
            return open_action(
                scene.case,
                ActionDraft(
                    key=key,
                    text=f"Do {key}",
                    owner=scene.worker,
                    due=date(2026, 2, 2),
                    measure="m",
                    outcome="o",
                    children=[],
                ),
                on=OPENED,
            )

    def complete(action: Action) -> None:
        complete_action(action, evidence="seen and done", by=scene.worker, on=DAY)

    def by_the_act() -> float:
        todo = [Action.objects.get(pk=an_action().pk) for _ in range(ACTS_IN_A_ROUND)]
        return sum(took(lambda action=action: complete(action)) for action in todo) / len(todo)

    def by_hand() -> float:
        todo = [an_action() for _ in range(ACTS_IN_A_ROUND)]
        return sum(raw(lambda action=action: complete(action)) for action in todo) / len(todo)

    statements = statements_of(complete, [Action.objects.get(pk=an_action().pk) for _ in range(2)])
    measured = interleaved({"raw SQL, the same rows": by_hand, "the domain act": by_the_act}, rounds)
    return measured, len(statements), statements


def statements_of(complete: Callable[[Action], None], actions: list[Action]) -> list[str]:
    """Of the second of two: the first begins the chain of its case."""
    complete(actions[0])
    return seen(lambda: complete(actions[1]))


def took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def raw(work: Callable[[], object]) -> float:
    """Runs what `work` would have written, by hand; the seconds that took."""
    written: list[tuple[str, Any]] = []
    with transaction.atomic(), watched(written):
        work()
        entry = Entry.objects.latest("pk").pk
        transaction.set_rollback(True)
    writes = [(sql, params) for sql, params in written if WRITES.match(sql)]
    with connection.cursor() as wrapped:
        cursor = wrapped.cursor
        began = time.perf_counter()
        cursor.execute("BEGIN IMMEDIATE" if connection.vendor == "sqlite" else "BEGIN")
        new = None
        for sql, params in writes:
            cursor.execute(sql, tuple(new if value == entry and new else value for value in params))
            if "RETURNING" in sql:
                given = cursor.fetchone()[0]
                new = given if '"workflow_entry"' in sql else new
        cursor.execute("COMMIT")
        return time.perf_counter() - began


def seen(work: Callable[[], object]) -> list[str]:
    written: list[tuple[str, Any]] = []
    with watched(written):
        work()
    return [sql for sql, _ in written]


@contextmanager
def watched(written: list[tuple[str, Any]]) -> Iterator[None]:
    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        written.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield


def entries_begin_at(number: int) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = 'workflow_entry'", [number])
        else:
            cursor.execute("SELECT setval(pg_get_serial_sequence('workflow_entry', 'id'), %s)", [number])

"""What the guards of PostgreSQL cost: saves of a tracked record with them and without them, in turn.

A save changes one column of a deadline: its row and its row of history in one statement, through the record's own
`save`. The guard that asks for the history row waits for the end of the transaction; it is made to run before the clock
is stopped. The other guard, that nothing written is changed, is asked by no insert and is there all the same.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from benchmarks.rounds import Measured, interleaved, timed
from tests.escalation.scene import OPENED, at_noon, set_scene
from tests.making import a_deadline
from workflow.guards import missing, wanted
from workflow.models import Deadline

SAVES_IN_A_ROUND = 200


def cost_of_the_guards(rounds: int) -> dict[str, Measured]:
    """Seconds for one save, in one transaction of many, with the guards standing and without."""
    scene = set_scene()
    keys = [a_deadline(scene.case, subject=f"g{number}", on=OPENED).pk for number in range(SAVES_IN_A_ROUND)]

    def saved() -> float:
        with transaction.atomic(), at_noon(OPENED):
            found = list(Deadline.objects.filter(pk__in=keys))

            def work() -> None:
                for one in found:
                    one.title = f"Asked for {one.version} times"
                    one.save()
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

            return timed(work) / len(found)

    def unguarded() -> float:
        with without_guards():
            return saved()

    measured = interleaved({"a save, without the guards": unguarded, "a save, guarded": saved}, rounds)
    assert not missing(), "the guards stand again"
    return measured


@contextmanager
def without_guards() -> Iterator[None]:
    """Takes them down as only the owner of the tables can; a throw-away database, and never one with a case in it."""
    tables = {Deadline._meta.db_table, Deadline.history.model._meta.db_table}
    guards = [(table, name) for table, name, _ in wanted() if table in tables]
    switched(guards, "DISABLE")
    try:
        yield
    finally:
        switched(guards, "ENABLE")


def switched(guards: list[tuple[str, str]], how: str) -> None:
    with connection.cursor() as cursor:
        for table, name in guards:
            cursor.execute(f'ALTER TABLE "{table}" {how} TRIGGER {name}')

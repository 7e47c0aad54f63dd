"""Case 50, where it would be worst: killed while a case is lawfully destroyed. It is whole, or it is gone."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from config.keeping import carry_out_destruction
from tests.at_once import ROOT, address, require_postgres
from tests.safety.borrowing import world_of
from tests.workflow import test_destruction as destruction
from tests.workflow.test_destruction import DUE, everything_written, found, released
from workflow.models import Case, Certificate, DestructionOrder, Role
from workflow.scope import ASKS_NOTHING

globals().update(world_of(destruction, "people", "case"))

# Killing it before each of its statements takes minutes; before every so-manieth, and each of the last, seconds.
STEP, AT_ITS_END = 23, 6


class Killed(BaseException):
    """No error that anything in between would catch."""


@contextmanager
def killed_before(number: int) -> Iterator[list[str]]:
    """The process ends before its so-manieth statement; what it was asked to do until then."""
    asked: list[str] = []

    def count(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
        if not sql.startswith(ASKS_NOTHING):
            asked.append(sql)
            if len(asked) == number:
                raise Killed
        return execute(sql, *more)

    with connection.execute_wrapper(count):
        yield asked


@pytest.mark.django_db
def test_case_50_killed_on_its_way_in_a_destruction_the_case_is_whole_and_it_can_be_done_again(case, people):
    order = released(case, people)
    whole = sorted(everything_written())
    for _ in ("what is asked only once", "what is asked each time"):
        with pytest.raises(Killed), transaction.atomic(), killed_before(0) as asked:
            carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
            raise Killed
    last = len(asked)
    for number in {*range(1, last, STEP), *range(last - AT_ITS_END, last + 1)}:
        with pytest.raises(Killed), killed_before(number) as asked:
            carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
        assert sorted(everything_written()) == whole, asked[-1]
    certificate = carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
    assert found() == []
    assert certificate.order.fresh().state == DestructionOrder.State.CARRIED_OUT


KILLED = """
import os, signal
from datetime import date
import django
django.setup()
from django.db import connection
from config import keeping
from workflow.models import DestructionOrder, Professional

def end(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def count(execute, sql, *more):
    if sql.startswith(os.environ["BEFORE"]):
        end()
    return execute(sql, *more)

keeping.forget = end
with connection.execute_wrapper(count):
    order, by = DestructionOrder.objects.get(), Professional.objects.get(pk=os.environ["BY"])
    keeping.carry_out_destruction(order, by=by, on=date.fromisoformat(os.environ["ON"]))
"""


def killed(before: str, by: int) -> None:
    """A process of its own that is killed before a statement that begins like this, or else once it has committed."""
    told = {"DATABASE_URL": address(), "BEFORE": before, "BY": str(by), "ON": DUE.isoformat()}
    done = subprocess.run(
        [sys.executable, "-c", KILLED],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **told},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_case_50_a_process_that_is_killed_leaves_it_whole_until_it_has_committed(case, people):
    require_postgres()
    released(case, people)
    whole, by = sorted(everything_written()), people[Role.PARTNERSHIP].pk
    for before in ("SELECT throughline_destroy", 'INSERT INTO "workflow_certificate"', 'INSERT INTO "workflow_seal"'):
        killed(before, by)
        assert sorted(everything_written()) == whole, before
        assert found() == []
    killed("nothing that is ever asked", by)
    assert Certificate.objects.get().case == Case.objects.get(destroyed_on=DUE)
    assert found() == []

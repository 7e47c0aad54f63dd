"""Case 50: the disk is full just when the message is written. Neither the change nor the message is there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from config.without_the_database import is_without
from notifications.models import Notification
from notifications.tell import tell
from tests.making import A_WEDNESDAY
from tests.safety.borrowing import world_of
from tests.workflow import test_acts as acts
from workflow import permissions
from workflow.acts import ACTS, act
from workflow.models import Role
from workflow.permissions import acts_as, is_in_post

globals().update(world_of(acts, "people", "case", "manager", "mum"))
OUTBOX = Notification._meta.db_table


@act
def rename_and_tell(member, name, *, on, by):
    """A change for these tests, and what somebody is told about it."""
    member.name = name
    member.save()
    tell(member.case, "MEETING_BOOKED", member.key, [by], on=on)


ACTS.pop("rename_and_tell")


@pytest.fixture(autouse=True)
def a_row_in_the_matrix(monkeypatch):
    may_it = is_in_post & acts_as(frozenset({Role.TEAM_MANAGER}))
    monkeypatch.setitem(permissions.RULES, "rename_and_tell", may_it)


@contextmanager
def full_disk() -> Iterator[None]:
    """No row more fits into the outbox, as the database itself says it."""
    with on_postgres() if connection.vendor == "postgresql" else on_sqlite():
        yield


@contextmanager
def on_postgres() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$"
        )
        cursor.execute(f"CREATE TRIGGER a_full_disk BEFORE INSERT ON {OUTBOX} EXECUTE FUNCTION disk_full()")
        try:
            yield
        finally:
            cursor.execute(f"DROP TRIGGER a_full_disk ON {OUTBOX}")
            cursor.execute("DROP FUNCTION disk_full()")


@contextmanager
def on_sqlite() -> Iterator[None]:
    """Its file may grow no more, and what comes is larger than what is left in it."""

    def grow_no_more(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not sql.startswith(f'INSERT INTO "{OUTBOX}"'):
            return execute(sql, params, many, context)
        (pages,) = context["cursor"].cursor.execute("PRAGMA page_count").fetchone()
        context["cursor"].cursor.execute(f"PRAGMA max_page_count = {pages}")
        try:
            return execute("CREATE TABLE too_large AS SELECT zeroblob(50000000) AS space", None, False, context)
        finally:
            context["cursor"].cursor.execute("PRAGMA max_page_count = 1073741823")

    with connection.execute_wrapper(grow_no_more):
        yield


@pytest.mark.django_db
def test_case_50_a_full_disk_leaves_neither_the_change_nor_the_message(case, mum, manager):
    lines, written = len(acts.journal(case)), Notification.objects.count()
    with pytest.raises(OperationalError) as told, full_disk():
        rename_and_tell(mum, "Ann Marsh", by=manager, on=A_WEDNESDAY)
    assert is_without(told.value)
    assert (mum.fresh().name, mum.history.count()) == ("Ann Reed", 1)
    assert (len(acts.journal(case)), Notification.objects.count()) == (lines, written)


@pytest.mark.django_db
def test_case_50_once_there_is_room_again_both_are(case, mum, manager):
    with pytest.raises(OperationalError), full_disk():
        rename_and_tell(mum, "Ann Marsh", by=manager, on=A_WEDNESDAY)
    written = Notification.objects.count()
    rename_and_tell(mum.fresh(), "Ann Marsh", by=manager, on=A_WEDNESDAY)
    assert mum.fresh().name == "Ann Marsh"
    assert Notification.objects.count() == written + 1

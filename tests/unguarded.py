"""What a superuser could do at night: for tests of what is found afterwards, and for the flush between tests.

`session_replication_role` can be set by a superuser alone; the application's role is refused it (a test holds that).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def no_guards() -> Iterator[None]:
    """The guards of PostgreSQL sleep; SQLite has none."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = origin")


def behind_its_back(sql: str, *values: object) -> None:
    """Raw SQL that leaves no history."""
    with no_guards(), connection.cursor() as cursor:
        cursor.execute(sql, values)

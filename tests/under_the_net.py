"""The site asked as the application's own role, so that PostgreSQL's net holds (`workflow.row_security`).

Tests make what they need as the owner of the tables, which the net does not keep from anything.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client

# Roles are of the whole cluster: runs beside each other, each in a database of its own, would wait for one name.
THE_APPLICATION = f"throughline_test_app_{os.getpid()}"


def make_the_application() -> None:
    """Inside a transaction that is rolled back, as the test's own."""
    if connection.vendor == "postgresql":
        _run(f"CREATE ROLE {THE_APPLICATION}")
        call_command("database_roles", "app", THE_APPLICATION, "--apply", stdout=StringIO())


@contextmanager
def as_the_application() -> Iterator[None]:
    """Nothing but what a deployed Throughline may do; on SQLite nothing changes."""
    if connection.vendor != "postgresql":
        yield
        return
    _run(f"SET ROLE {THE_APPLICATION}")
    try:
        yield
    finally:
        _run("RESET ROLE")


def _run(sql: str) -> None:
    connection.is_under_the_net = None  # to be asked again
    connection.ensure_connection()
    with connection.connection.cursor() as cursor:
        cursor.execute(sql)


class ClientOfTheApplication(Client):
    """Asks as a browser would ask a deployed Throughline."""

    def request(self, **request: Any) -> Any:
        with as_the_application():
            return super().request(**request)

"""Many rows for a benchmark, copied by the database from one that was made through the product's own functions."""

from typing import Any

from django.db import connection

from tests.unguarded import no_guards
from workflow.records import Record

SERIES = "WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {count}) "


def copied(pattern: Record, count: int, **told: str) -> int:
    """Copies of a record, each with one line of history like the pattern's. `told`: SQL over `n`, by attribute.

    Returns the number of the first; the others follow it.
    """
    model: Any = type(pattern)
    first = copies(model, pattern.pk, count, told)
    past = model.history.model
    newest = model.history.filter(id=pattern.pk).latest("history_id")
    of_the_stamp = {
        field.attname: f"stamp.{field.column}"
        for field in past._meta.concrete_fields
        if field.attname not in {each.attname for each in past.tracked_fields}
    }
    columns = [field for field in past._meta.concrete_fields if not field.primary_key]
    values = ", ".join(of_the_stamp.get(field.attname, f'one."{field.column}"') for field in columns)
    with no_guards(), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{past._meta.db_table}" ({", ".join(_quoted(columns))}) SELECT {values}'
            f' FROM (SELECT * FROM "{model._meta.db_table}" ORDER BY id DESC LIMIT {count}) AS one,'
            f' "{past._meta.db_table}" AS stamp WHERE stamp.history_id = %s',
            [newest.history_id],
        )
    return first


def copies(model: Any, pk: int, count: int, told: dict[str, str]) -> int:
    """`count` copies of one row of any table, with what is told of each. Returns the number of the first."""
    columns = [field for field in model._meta.concrete_fields if not field.primary_key]
    values = ", ".join(told.get(field.attname, f'pattern."{field.column}"') for field in columns).replace("%", "%%")
    table, key = model._meta.db_table, model._meta.pk.column
    with no_guards(), connection.cursor() as cursor:
        cursor.execute(
            f'{SERIES.format(count=count)} INSERT INTO "{table}" ({", ".join(_quoted(columns))}) SELECT {values}'
            f' FROM series, "{table}" AS pattern WHERE pattern."{key}" = %s ORDER BY n'
            if connection.vendor == "postgresql"
            else f'INSERT INTO "{table}" ({", ".join(_quoted(columns))}) {SERIES.format(count=count)} SELECT {values}'
            f' FROM series, "{table}" AS pattern WHERE pattern."{key}" = %s ORDER BY n',
            [pk],
        )
    return int(model._base_manager.order_by("-pk").values_list("pk", flat=True)[count - 1])


def counted_up() -> None:
    """The planner knows how much there is."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _quoted(columns: list[Any]) -> list[str]:
    return [f'"{field.column}"' for field in columns]

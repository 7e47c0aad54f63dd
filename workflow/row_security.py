"""A net under `visible_to`: PostgreSQL itself shows the application no row of a case that whoever asks may not see.

`workflow.scope` tells for whom a statement is asked; the cases it names were worked out by `visible_to`, so the two
cannot come apart. Each table that hangs from a case has a policy: on its own column `case_id`, or that the row it
belongs to is visible. They are put up after every `migrate` on every table there is by then, as the guards are.
Nobody said for whom: no row. The owner of the tables and a superuser are not kept from anything; on SQLite there is no
net, and `visible_to` stands alone.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import ForeignKey, Model

from workflow.models import Case, Family

NET = "need_to_know"
# NULL where nobody said: no comparison with it is true. An empty text is what is left of a transaction that is over.
FUNCTIONS = r"""
CREATE OR REPLACE FUNCTION throughline_only() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE current_setting('throughline.kind', true) WHEN 'only' THEN true WHEN 'but' THEN false END
$$;
CREATE OR REPLACE FUNCTION throughline_listed() RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT unnest(CASE WHEN starts_with(current_setting('throughline.cases', true), '{')
        THEN current_setting('throughline.cases', true)::bigint[] END)
$$;
CREATE OR REPLACE FUNCTION throughline_drawn() RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN starts_with(current_setting('throughline.cases', true), '\x')
        THEN current_setting('throughline.cases', true)::bytea END
$$;
CREATE OR REPLACE FUNCTION throughline_everything() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT current_setting('throughline.kind', true) = 'but' AND current_setting('throughline.cases', true) = '{}'
$$;
"""


def policies() -> dict[str, str]:
    """By table: when a row of it is shown, changed or added."""
    found: dict[str, str] = {}
    while more := {
        model._meta.db_table: how
        for model in _all_models()
        if model._meta.db_table not in found and (how := _how(model, found))
    }:
        found |= more
    return {table: f"(SELECT throughline_everything()) OR ({how})" for table, how in found.items()}


def _all_models() -> list[type[Model]]:
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


def _how(model: type[Model], found: dict[str, str]) -> str:
    """By its own case, else by the first row it cannot be without; empty for what hangs from no case found so far.

    A history has the columns of the record it is of, and its rows are shown as the record's are.
    """
    table, record = model._meta.db_table, getattr(model, "instance_type", model)
    if record is Case:
        return _in_scope("id")
    if record is Family:
        return f'EXISTS (SELECT FROM "{Case._meta.db_table}" AS its WHERE its.family_id = "{table}".id)'
    keys = [each for each in record._meta.concrete_fields if isinstance(each, ForeignKey)]
    for key in keys:
        if key.remote_field.model is Case:
            return _in_scope(key.column, may_be_none=key.null)
    for key in keys:
        above = key.remote_field.model._meta.db_table
        if above in found and not key.null:
            return f'EXISTS (SELECT FROM "{above}" AS above WHERE above.id = "{table}"."{key.column}")'
    return ""


def _in_scope(column: str, *, may_be_none: bool = False) -> str:
    """Named in a short list, or by a bit of a long one: either is made once for each table of a statement, not for each
    row, and bits need no hash. A case beyond the last bit is not named.
    """
    drawn = "(SELECT throughline_drawn())"
    named = (
        f'CASE WHEN {drawn} IS NULL THEN "{column}" IN (SELECT throughline_listed()) '
        f'WHEN "{column}" < 8 * octet_length({drawn}) THEN get_bit({drawn}, "{column}") = 1 ELSE false END'
    )
    listed = f"({named}) = (SELECT throughline_only())"
    return f'{listed} OR "{column}" IS NULL AND (SELECT throughline_only()) IS NOT NULL' if may_be_none else listed


def missing(using: str = "default") -> list[str]:
    """The tables of a case that are not under the net and should be; on SQLite always none."""
    if connections[using].vendor != "postgresql":
        return []
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
            "JOIN pg_policy ON polrelid = pg_class.oid "
            "WHERE nspname = current_schema() AND relrowsecurity AND polname = %s",
            [NET],
        )
        standing = {table for (table,) in cursor.fetchall()}
    return sorted(set(policies()) - standing)


def put_up(using: str = "default", **_: Any) -> None:
    """Puts every policy up as it should be, on whatever tables there are. Run after every `migrate`."""
    if connections[using].vendor != "postgresql":
        return
    tables = set(connections[using].introspection.table_names())
    with connections[using].cursor() as cursor:
        cursor.execute("".join((FUNCTIONS, *_statements(tables))))


def _statements(tables: set[str]) -> Iterator[str]:
    for table, how in policies().items():
        if table in tables:
            yield f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY;'
            yield f'DROP POLICY IF EXISTS {NET} ON "{table}";'
            yield f'CREATE POLICY {NET} ON "{table}" USING ({how});'

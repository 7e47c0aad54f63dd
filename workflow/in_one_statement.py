"""Many new records with their history and what seals them, by one statement of PostgreSQL.

For a sweep that writes thousands of rows. Each part is a step of a WITH: the new rows are inserted from a SELECT, their
history from what that returned, and the digest of each history row is worked out where the row is, exactly as
`workflow.chain` works it out when it is read again.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection, models

from workflow.acting import Acting
from workflow.records import Record

Parameters = dict[str, Any]


def quoted(name: str) -> str:
    return f'"{name}"'


def insert(model: type[Record], told: Mapping[str, str]) -> str:
    """`INSERT INTO … (every column) SELECT …`, to be followed by where from.

    `told` gives the SQL of the columns that differ from row to row, by the name of the field's attribute; every other
    column is a parameter (see `constants`).
    """
    fields = _columns(model)
    columns = ", ".join(quoted(field.column) for field in fields)
    values = ", ".join(told.get(field.attname) or _constant(model, field) for field in fields)
    return f"INSERT INTO {quoted(model._meta.db_table)} ({columns}) SELECT {values}"


def constants(model: type[Record], told: Mapping[str, str], prototype: Record) -> Parameters:
    """The parameters of `insert`: the prototype's value of each column that is the same in every row."""
    return {
        f"{model._meta.model_name}_{field.attname}": field.get_prep_value(field.value_from_object(prototype))
        for field in _columns(model)
        if field.attname not in told
    }


def keep_history(model: type[Record], source: str) -> str:
    """`INSERT INTO` the history of what `source` returned, the digest of each row `RETURNING` as `digest`."""
    past: Any = model.history.model
    tracked = {field.attname for field in past.tracked_fields}
    columns, values = [], []
    for field in past._meta.concrete_fields:
        if field.primary_key:
            continue
        columns.append(quoted(field.column))
        values.append(f"{source}.{quoted(field.column)}" if field.attname in tracked else _of_the_stamp(model, field))
    return f"INSERT INTO {quoted(past._meta.db_table)} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {source}"


def stamp(model: type[Record], act: Acting) -> Parameters:
    """The parameters of `keep_history`: who did it, when, in which act. All rows of a statement share one moment."""
    past: Any = model.history.model()
    past.stamp(act)
    past.history_type = "+"
    tracked = {field.attname for field in type(past).tracked_fields}
    return {
        f"{model._meta.model_name}_past_{field.attname}": field.get_prep_value(field.value_from_object(past))
        for field in past._meta.concrete_fields
        if not field.primary_key and field.attname not in tracked and field.attname != "recorded_at"
    }


def digest_of(model: type[Record]) -> str:
    """The SQL of what `workflow.chain` seals of one history row, over its columns."""
    past: Any = model.history.model
    fields = sorted((field for field in past._meta.concrete_fields if not field.primary_key), key=lambda f: f.attname)
    pairs = " || ',' || ".join(f"'\"{field.attname}\":' || {_as_json(field)}" for field in fields)
    told = f"'[\"{past._meta.label_lower}\",{{' || {pairs} || '}}]'"
    return f"encode(sha256(convert_to({told}, 'UTF8')), 'hex')"


def _columns(model: type[Record]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _constant(model: type[Record], field: Any) -> str:
    return f"%({model._meta.model_name}_{field.attname})s::{_type_of(field)}"


def _of_the_stamp(model: type[Record], field: Any) -> str:
    if field.attname == "recorded_at":
        return "statement_timestamp()"
    return f"%({model._meta.model_name}_past_{field.attname})s::{_type_of(field)}"


def _type_of(field: Any) -> str:
    return str(field.db_type(connection))


def _as_json(field: Any) -> str:
    """One column as `json.dumps` would write it. Raises TypeError for a kind of column nobody has needed yet."""
    column = quoted(field.column)
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    match kind:
        case models.BooleanField():
            told = f"CASE WHEN {column} THEN 'true' ELSE 'false' END"
        case models.IntegerField():
            told = f"{column}::text"
        case models.CharField() | models.TextField():
            told = f"to_json({column}::text)::text"
        case models.DateTimeField():
            told = f"'\"' || to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US') || '+00:00\"'"
        case models.DateField():
            told = f"'\"' || to_char({column}, 'YYYY-MM-DD') || '\"'"
        case _:
            raise TypeError(f"{field} cannot be sealed where it is")
    return f"coalesce({told}, 'null')" if field.null else f"({told})"

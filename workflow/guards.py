"""What PostgreSQL itself refuses, whoever asks: a change without its history row, and any change of what was written.

Two guards. Every tracked table: at the end of the transaction each row inserted or changed must stand, column for
column, in its history under the next version; nothing is deleted. Every table written once (histories, journal, seals,
read log): no UPDATE, no DELETE, no TRUNCATE. They are put up after every `migrate`, on every table there is by then, so
a new record cannot be forgotten. There is no setting that lets anybody past; a superuser can take them down, and the
chain of seals shows what was done meanwhile. SQLite has none of this: the chain and the nightly comparison remain.

One function of the owner (`throughline_destroy`) gets past, for the lawful destruction of one case. It is given the
number of an order and nothing else; what it takes away is written into it here, and it asks the order, the holds and
its own register whether it may. While it runs the register holds the number of its transaction, which is what the
guards look for; nobody but the owner can write there. Temporary tables come last in the search path of everything
here, or one of the same name would be asked instead.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections

from workflow.destruction import FUNCTION, THE_CASE, Statement, What, statements
from workflow.models import (
    Case,
    Certificate,
    DestroyedLine,
    DestructionOrder,
    Entry,
    LegalHold,
    Professional,
    Read,
    Seal,
    Verification,
)
from workflow.records import Record

REGISTER = "throughline_destroyed"
FUNCTIONS = """
CREATE TABLE IF NOT EXISTS throughline_destroyed (
    order_id bigint PRIMARY KEY, xact xid8 NOT NULL, is_under_way boolean NOT NULL
);
GRANT SELECT ON throughline_destroyed TO PUBLIC;
CREATE OR REPLACE FUNCTION throughline_needs_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = %(schema)s, pg_temp AS $$
DECLARE is_kept boolean;
BEGIN
    IF EXISTS (SELECT 1 FROM throughline_destroyed WHERE is_under_way AND xact = pg_current_xact_id()) THEN
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'nothing is deleted: %% of %%', OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'a change without history: %% of %%', NEW.id, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    EXECUTE format(
        'SELECT EXISTS (SELECT 1 FROM %%I AS past WHERE past.id = $1 AND past.version = $2 AND to_jsonb(past) @> $3)',
        TG_ARGV[0]
    ) INTO is_kept USING NEW.id, NEW.version, to_jsonb(NEW);
    IF NOT is_kept THEN
        RAISE EXCEPTION 'a change without history: %% of %%', NEW.id, TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION throughline_is_kept() RETURNS trigger LANGUAGE plpgsql
SET search_path = %(schema)s, pg_temp AS $$
BEGIN
    IF TG_OP <> 'TRUNCATE'
        AND EXISTS (SELECT 1 FROM throughline_destroyed WHERE is_under_way AND xact = pg_current_xact_id()) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '%% is not allowed on %%: what was written stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
THE_WAY = """
CREATE OR REPLACE FUNCTION {function}(the_order bigint) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
DECLARE
    ordered {orders}%ROWTYPE;
    the_case bigint;
    gone bigint;
    counts jsonb := '{{}}';
BEGIN
    SELECT * INTO ordered FROM {orders} WHERE id = the_order;
    the_case := ordered.case_id;
    PERFORM 1 FROM {cases} WHERE id = the_case FOR UPDATE;
    IF the_case IS NULL OR ordered.state <> 'released' OR ordered.released_by_id IS NULL THEN
        RAISE EXCEPTION 'order % is not released', the_order USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF ordered.released_by_id = ordered.proposed_by_id OR (
        SELECT count(DISTINCT coalesce(user_id, -id)) FROM {people}
        WHERE id IN (ordered.proposed_by_id, ordered.released_by_id)
    ) <> 2 THEN
        RAISE EXCEPTION 'order % was not released by a second person', the_order
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (
        SELECT 1 FROM {holds} WHERE state = 'in_force' AND (case_id IS NULL OR case_id = the_case)
    ) THEN
        RAISE EXCEPTION 'case % is under a legal hold', the_case USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM {register} WHERE order_id = the_order)
        OR EXISTS (SELECT 1 FROM {certificates} WHERE order_id = the_order) THEN
        RAISE EXCEPTION 'order % was carried out already', the_order USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SET CONSTRAINTS needs_history IMMEDIATE;
    INSERT INTO {register} VALUES (the_order, pg_current_xact_id(), true);
    {body}
    UPDATE {register} SET is_under_way = false WHERE order_id = the_order;
    SET CONSTRAINTS needs_history DEFERRED;
    RETURN counts;
END $$;
REVOKE ALL ON FUNCTION {function}(bigint) FROM PUBLIC;
"""
NEEDS_HISTORY, NOT_EMPTIED, WRITTEN_ONCE = "needs_history", "is_not_emptied", "is_written_once"


def tracked() -> list[Any]:
    """Every kind of record whose changes are kept."""
    return [kind for kind in apps.get_models() if issubclass(kind, Record)]


def written_once() -> list[Any]:
    """Every table that is only added to: the histories, the journal, the seals, who looked, what was verified."""
    return [*(kind.history.model for kind in tracked()), Entry, Seal, Read, Verification, DestroyedLine]


def wanted() -> Iterator[tuple[str, str, str]]:
    """Table, name of the guard, and how it is put up."""
    for kind in tracked():
        table, past = kind._meta.db_table, kind.history.model._meta.db_table
        yield (
            table,
            NEEDS_HISTORY,
            f'CREATE CONSTRAINT TRIGGER {NEEDS_HISTORY} AFTER INSERT OR UPDATE OR DELETE ON "{table}" '
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION throughline_needs_history('{past}')",
        )
        yield (
            table,
            NOT_EMPTIED,
            f'CREATE TRIGGER {NOT_EMPTIED} BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION throughline_is_kept()",
        )
    for kept in written_once():
        table = kept._meta.db_table
        yield (
            table,
            WRITTEN_ONCE,
            f'CREATE TRIGGER {WRITTEN_ONCE} BEFORE UPDATE OR DELETE OR TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION throughline_is_kept()",
        )


def missing(using: str = "default") -> list[tuple[str, str]]:
    """The guards that should stand and do not, or were switched off; on SQLite always none."""
    if connections[using].vendor != "postgresql":
        return []
    standing = _standing(using)
    return [(table, name) for table, name, _ in wanted() if (table, name) not in standing]


def _standing(using: str) -> set[tuple[str, str]]:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "JOIN pg_namespace ON pg_namespace.oid = relnamespace "
            "WHERE nspname = current_schema() AND NOT tgisinternal AND tgenabled IN ('O', 'A')"
        )
        return set(cursor.fetchall())


def the_way(schema: str) -> str:
    """The SQL of the one function that gets past the guards, with everything it takes away written into it."""
    body = [f"IF ordered.what = '{what}' THEN\n{_taken(what)}\nEND IF;" for what in What]
    return THE_WAY.format(
        function=FUNCTION,
        schema=schema,
        orders=DestructionOrder._meta.db_table,
        cases=Case._meta.db_table,
        people=Professional._meta.db_table,
        holds=LegalHold._meta.db_table,
        certificates=Certificate._meta.db_table,
        register=REGISTER,
        body="\n".join(body),
    )


def _taken(what: str) -> str:
    return "\n".join(map(_step, statements(what)))


def _step(statement: Statement) -> str:
    step = f"{statement.sql.replace(THE_CASE, 'the_case')};"
    if statement.counts is None:
        return step
    name, which = statement.counts
    return f"{step}\nGET DIAGNOSTICS gone = ROW_COUNT;\ncounts := counts || jsonb_build_object('{name} {which}', gone);"


def put_up(using: str = "default", **_: Any) -> None:
    """Puts up every guard that is missing on a table there is. Run after every `migrate`."""
    if connections[using].vendor != "postgresql":
        return
    tables, standing = set(connections[using].introspection.table_names()), _standing(using)
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        schema = cursor.fetchone()[0]
        cursor.execute(FUNCTIONS % {"schema": schema})
        cursor.execute(the_way(schema))
        for table, name, how in wanted():
            if table in tables and (table, name) not in standing:
                cursor.execute(f'DROP TRIGGER IF EXISTS {name} ON "{table}"')
                cursor.execute(how)

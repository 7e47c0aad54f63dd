"""What each role may do in PostgreSQL: the owner migrates, the application works, reports are read.

migrator   owns every table; used by `manage.py migrate` and nothing else
app        reads; adds to everything; changes live rows; never changes or takes away what was written, except by the
           owner's function that destroys a case under a released order
report     reads, without sign-ins, second steps, sessions, drafts, links and the salts of the chains

The application is under the net of `workflow.row_security`. A report counts all cases, and has a policy that says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db import connections

from workflow.destruction import FUNCTION
from workflow.guards import tracked, written_once
from workflow.models import Chain, Draft, JoiningLink, SignIn, User, WrongAnswer
from workflow.row_security import policies

SECRET = {
    "django_session",
    "meetings_signedlink",
    "mfa_authenticator",
    "account_emailaddress",
    "account_emailconfirmation",
}
SECRET |= {each._meta.db_table for each in (User, Chain, Draft, SignIn, WrongAnswer, JoiningLink)}
SECRET |= {JoiningLink.history.model._meta.db_table}
MIGRATIONS = "django_migrations"


class Kind(StrEnum):
    APP = "app"
    REPORT = "report"


def grants(kind: Kind, role: str) -> Iterator[str]:
    """The statements that give a role what its kind may do, and take from it everything else."""
    role = role.replace('"', '""')
    named = f'"{role}"'
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {named}"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {named}"
    yield f"REVOKE ALL ON FUNCTION {FUNCTION}(bigint) FROM {named}"
    yield f"REVOKE CREATE ON SCHEMA public FROM {named}"
    yield f"GRANT USAGE ON SCHEMA public TO {named}"
    if kind is Kind.REPORT:
        for table in sorted(_tables() - SECRET):
            yield f'GRANT SELECT ON "{table}" TO {named}'
        for table in sorted(set(policies()) - SECRET):
            yield f'DROP POLICY IF EXISTS "{role}_reads" ON "{table}"'
            yield f'CREATE POLICY "{role}_reads" ON "{table}" FOR SELECT TO {named} USING (true)'
        return
    yield f"GRANT EXECUTE ON FUNCTION {FUNCTION}(bigint) TO {named}"
    yield f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {named}"
    yield f'GRANT SELECT ON "{MIGRATIONS}" TO {named}'
    for table, may in sorted(_of_the_application().items()):
        yield f'GRANT {may} ON "{table}" TO {named}'


def _of_the_application() -> dict[str, str]:
    """By table. What is neither a record nor written once (sessions, drafts, the worklist) comes and goes."""
    may = dict.fromkeys(_tables(), "SELECT, INSERT, UPDATE, DELETE")
    may |= dict.fromkeys((kind._meta.db_table for kind in (*tracked(), Chain)), "SELECT, INSERT, UPDATE")
    return may | dict.fromkeys((kind._meta.db_table for kind in written_once()), "SELECT, INSERT")


def _tables() -> set[str]:
    models: list[Any] = apps.get_models(include_auto_created=True)
    return {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}


# The roles this connection signed in as or can become, what they are, and how much of ours they own.
HELD = """
WITH mine AS (SELECT oid, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles
              WHERE pg_has_role(session_user, oid, 'MEMBER'))
SELECT session_user::text,
       (SELECT rolsuper FROM pg_roles WHERE rolname = session_user),
       (SELECT bool_or(rolsuper OR rolbypassrls OR rolcreaterole) FROM mine),
       (SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = here.oid
           AND relowner IN (SELECT oid FROM mine)),
       (SELECT count(*) FROM pg_proc WHERE pronamespace = here.oid AND proowner IN (SELECT oid FROM mine)),
       here.nspowner IN (SELECT oid FROM mine)
FROM pg_namespace AS here WHERE here.nspname = current_schema()
"""


@dataclass(frozen=True)
class Held:
    """By what a role could put the net and the guards aside: the tables, functions and schema it is the owner of."""

    role: str
    is_a_superuser: bool
    passes_by: bool
    tables: int
    functions: int
    owns_the_schema: bool


def held(using: str = "default") -> Held | None:
    """What the role that signed in holds, itself or through a role it can become; on SQLite none.

    A superuser, BYPASSRLS and an owner are kept from no row; CREATEROLE can make itself a member of the owner before
    PostgreSQL 16. Source: PostgreSQL 15, sections 5.8 (row security) and 22.2 (role attributes).
    """
    if connections[using].vendor != "postgresql":
        return None
    with connections[using].cursor() as cursor:
        cursor.execute(HELD)
        found = cursor.fetchone()
    return Held(*found) if found else None

"""What `manage.py check` says about how this Throughline is set up."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from workflow import database_roles, row_security

TWO_ROLES = (
    "Name a role in DATABASE_URL that owns nothing; as the one that migrates, grant it its rights: "
    "`manage.py database_roles app NAME --apply`. Asked of the role that migrates this is as it should be."
)


def why_no_workers() -> str:
    """Why workers cannot run with this database, in words; empty when they can."""
    return "" if settings.ON_POSTGRES else "THROUGHLINE_ENGINE=worker needs PostgreSQL: name one in DATABASE_URL."


@register
def workers_have_what_they_need(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Workers meet in PostgreSQL; what they write reaches open pages through Redis."""
    if settings.ENGINE != "worker":
        return []
    found: list[CheckMessage] = []
    if why_not := why_no_workers():
        hint = "Or let the server do it: THROUGHLINE_ENGINE=embedded, which is the default."
        found.append(Error(why_not, hint=hint, id="config.E001"))
    if not settings.REDIS_URL:
        hint = "Without it, what a worker writes reaches an open page only at its next look."
        found.append(Warning("Workers run, but REDIS_URL is not set.", hint=hint, id="config.W001"))
    return found


@register(Tags.database, deploy=True)
def the_application_owns_nothing(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Whoever owns a table is kept from no row of it and can switch its guards off; so is a superuser.

    Asked by `manage.py check --deploy --database default`, with the DATABASE_URL of the service.
    """
    return [said for using in databases or [] for said in _put_aside_by(using)]


def _put_aside_by(using: str) -> list[CheckMessage]:
    held = database_roles.held(using)
    if held is None:
        return []
    found: list[CheckMessage] = []
    without = row_security.missing(using)
    if held.is_a_superuser:
        said = f"The application signs in to PostgreSQL as {held.role}, a superuser: no row is kept from it."
        found.append(Error(said, hint=TWO_ROLES, id="config.E002"))
    elif held.passes_by:
        said = f"{held.role} has, or can become a role that has, SUPERUSER, BYPASSRLS or CREATEROLE."
        found.append(Error(said, hint=TWO_ROLES, id="config.E003"))
    if not held.is_a_superuser and (held.tables or held.functions or held.owns_the_schema):
        owned = f"{held.tables} tables and {held.functions} functions"
        said = f"{held.role} owns, or can become the owner of, {owned}{' and their schema' * held.owns_the_schema}."
        found.append(Error(said, hint=TWO_ROLES, id="config.E004"))
    if without:
        said = f"{len(without)} tables of a case are not under row-level security, {without[0]} the first."
        found.append(Error(said, hint="Run `manage.py migrate` as the role that owns them.", id="config.E005"))
    return found

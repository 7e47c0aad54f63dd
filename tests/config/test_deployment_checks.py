"""`manage.py check --deploy --database default` says when PostgreSQL keeps the application from nothing."""

import os
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import CommandError, call_command
from django.db import connection, connections

from workflow.database_roles import Kind, grants

SERVICE, OWNER = f"throughline_test_service_{os.getpid()}", f"throughline_test_owner_{os.getpid()}"
A_TABLE = "workflow_case"
pytestmark = pytest.mark.django_db
on_postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no roles")


@contextmanager
def another_connection(**signs_in):
    """Beside the one of the test, so that what it does is seen by others without emptying every table afterwards."""
    other = connection.copy("another")
    other.settings_dict = {**connection.settings_dict, **signs_in}
    connections["another"] = other
    try:
        yield other
    finally:
        other.close()
        del connections["another"]


def run(*statements):
    with another_connection() as owner, owner.cursor() as cursor:
        for each in statements:
            cursor.execute(each)


@pytest.fixture
def roles():
    """One that signs in, with the rights of the application, and another that may own things."""
    whose = connection.settings_dict["USER"] or "postgres"
    run(f"CREATE ROLE {SERVICE} LOGIN PASSWORD 'of-a-test'", f"CREATE ROLE {OWNER}", *grants(Kind.APP, SERVICE))
    yield
    run(f'REASSIGN OWNED BY {SERVICE}, {OWNER} TO "{whose}"')
    run(*(f"DROP OWNED BY {each}; DROP ROLE {each}" for each in (SERVICE, OWNER)))


def said_of(role):
    with another_connection(USER=role, PASSWORD="of-a-test"):
        found = run_checks(tags=[Tags.database], include_deployment_checks=True, databases=["another"])
    return {each.id: each for each in found if each.id.startswith("config.")}


def test_without_a_database_named_nothing_is_asked(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert not [each for each in run_checks(include_deployment_checks=True) if each.id.startswith("config.E00")]


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="It is about SQLite")
def test_sqlite_has_nothing_to_say():
    found = run_checks(tags=[Tags.database], include_deployment_checks=True, databases=["default"])
    assert not [each for each in found if each.id.startswith("config.")]


@on_postgres
def test_a_role_of_database_roles_has_nothing_said_of_it(roles):
    assert said_of(SERVICE) == {}


@on_postgres
@pytest.mark.parametrize(
    ("made", "unmade", "ids"),
    [
        (f"ALTER ROLE {SERVICE} SUPERUSER", f"ALTER ROLE {SERVICE} NOSUPERUSER", {"config.E002"}),
        (f"ALTER ROLE {SERVICE} BYPASSRLS", f"ALTER ROLE {SERVICE} NOBYPASSRLS", {"config.E003"}),
        (f"ALTER ROLE {SERVICE} CREATEROLE", f"ALTER ROLE {SERVICE} NOCREATEROLE", {"config.E003"}),
        (f"ALTER TABLE {A_TABLE} OWNER TO {SERVICE}", "", {"config.E004"}),
        (f"ALTER FUNCTION throughline_listed() OWNER TO {SERVICE}", "", {"config.E004"}),
        (
            f"ALTER TABLE {A_TABLE} OWNER TO {OWNER}; GRANT {OWNER} TO {SERVICE}",
            f"REVOKE {OWNER} FROM {SERVICE}",
            {"config.E004"},
        ),
        (
            f"ALTER ROLE {OWNER} BYPASSRLS; GRANT {OWNER} TO {SERVICE}",
            f"REVOKE {OWNER} FROM {SERVICE}",
            {"config.E003"},
        ),
    ],
    ids=["superuser", "bypass", "makes roles", "a table", "a function", "becomes the owner", "becomes one that passes"],
)
def test_a_role_that_is_kept_from_nothing_is_an_error_that_says_what_to_do(roles, made, unmade, ids):
    run(made)
    try:
        found = said_of(SERVICE)
    finally:
        if unmade:
            run(unmade)
    assert set(found) == ids
    for each in found.values():
        assert SERVICE in each.msg and "manage.py database_roles app" in each.hint


@on_postgres
def test_owning_another_table_than_ours_in_the_same_schema_counts_too(roles):
    """Whoever can make tables there was not given its rights by `database_roles`."""
    run(f"CREATE TABLE another (id int); ALTER TABLE another OWNER TO {SERVICE}")
    try:
        assert "owns, or can become the owner of, 1 tables" in said_of(SERVICE)["config.E004"].msg
    finally:
        run("DROP TABLE another")


@on_postgres
def test_a_table_that_is_not_under_the_net_is_an_error(roles):
    run("ALTER TABLE workflow_case DISABLE ROW LEVEL SECURITY")
    try:
        assert "workflow_case" in said_of(SERVICE)["config.E005"].msg
    finally:
        run("ALTER TABLE workflow_case ENABLE ROW LEVEL SECURITY")


@on_postgres
def test_the_command_fails_for_whoever_migrates():
    with pytest.raises(CommandError, match=r"config\.E00[24]"):
        call_command("check", "--deploy", "--database", "default", stdout=StringIO(), stderr=StringIO())

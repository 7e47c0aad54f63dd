"""A database of its own for a benchmark, thrown away afterwards: a file, or a new one beside the one that is named."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def of_its_own(url: str = "") -> Iterator[None]:
    """Sets Django up on a new empty database: on the PostgreSQL of `url`, else an SQLite file."""
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        os.environ |= {"THROUGHLINE_DATA": folder, "THROUGHLINE_ENGINE": "off"}
        os.environ |= {"DATABASE_URL": url or f"sqlite:///{Path(folder) / 'db.sqlite3'}"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        # The same tables, made at once. procrastinate's have functions that only its migrations make.
        settings.MIGRATION_MODULES = {
            app.rpartition(".")[2]: None for app in settings.INSTALLED_APPS if not app.startswith("procrastinate")
        }
        if not url:
            call_command("migrate", run_syncdb=True, verbosity=0)
            yield
            connection.close()
            return
        name = connection.settings_dict["NAME"]
        keep = bool(os.environ.get("KEEP_DATABASE"))
        connection.settings_dict["TEST"]["NAME"] = f"bench_{name}"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=keep)
        try:
            yield
        finally:
            connection.creation.destroy_test_db(name, verbosity=0, keepdb=keep)

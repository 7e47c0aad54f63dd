"""Several real processes doing the same at the same moment, on the PostgreSQL under test."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from tests.services import missing

ROOT = Path(__file__).resolve().parent.parent
STARTED = "import sys, django; django.setup(); from django.db import connection; connection.ensure_connection()"
WAITING = "print('ready', flush=True); sys.stdin.readline()"


def require_postgres() -> None:
    """Skips, or fails where everything is required, unless the tests run on PostgreSQL."""
    if connection.vendor != "postgresql":
        missing("PostgreSQL")


def do_at_once(script: str, *, processes: int = 2, **environment: str) -> list[str]:
    """Runs `script` in so many processes, let go together once all have started; what each printed."""
    everyone = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", f"{STARTED}\n{WAITING}\n{script}"],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": address(), **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    try:
        for one in everyone:
            assert one.stdout is not None
            assert one.stdout.readline() == "ready\n", one.stderr and one.stderr.read()
        for one in everyone:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        told = [one.communicate(timeout=60) for one in everyone]
    finally:
        for one in everyone:
            one.kill()
            one.wait()
    assert [one.returncode for one in everyone] == [0] * processes, [errors for _, errors in told]
    return [said.strip() for said, _ in told]


def address() -> str:
    """The database under test, as another process names it."""
    known = connection.settings_dict
    password = f":{quote(known['PASSWORD'], safe='')}" if known["PASSWORD"] else ""
    return f"postgres://{quote(known['USER'])}{password}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"

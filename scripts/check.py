"""Everything that must hold before a change is shared, in order, stopping at the first that does not: `make check`.

The checks run as on a bare machine: settings of the shell that called are not passed on. THROUGHLINE_REQUIRE=all
(as in CI) makes PostgreSQL, Redis and Chromium mandatory; without it their suites say that they were skipped.
THROUGHLINE_TESTED=SQLite says that `make test` ran just now on this very tree with Redis, Chromium and Pango required:
the same tests are then not run a second time.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.services import postgres_url  # noqa: E402

PYTHON = sys.executable
# Whatever config/settings.py reads, so that no shell's own value changes a result.
SETTINGS = {
    *("ALLOWED_HOSTS", "CLAMAV", "DATABASE_URL", "DEBUG", "DEFAULT_FROM_EMAIL", "DJANGO_SETTINGS_MODULE", "EMAIL_URL"),
    *("LIVE_ORIGINS", "LOG_LEVEL", "PORT", "REDIS_URL", "SECRET_KEY", "SITE_URL"),
    *("THROUGHLINE_DATA", "THROUGHLINE_DEMO", "THROUGHLINE_ENGINE", "THROUGHLINE_ENV"),
    *("UPLOADS_DIR", "UPLOAD_MEGABYTES"),
    *("THROUGHLINE_SECOND_STEP", "THROUGHLINE_IDLE_MINUTES", "THROUGHLINE_SIGN_IN_HOURS", "THROUGHLINE_PROOF_MINUTES"),
    *("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_TENANT", "OIDC_AMR", "OIDC_NAME"),
    "SECRET_KEYS_BEFORE",
}
IN_A_FILE = {f"{name}_FILE" for name in SETTINGS}
RAN_BEFORE = {"tests on SQLite"} if os.environ.get("THROUGHLINE_TESTED") == "SQLite" else set()
EVERYTHING_REQUIRED = os.environ.get("THROUGHLINE_REQUIRE") == "all"


@dataclass(frozen=True)
class Check:
    """One command that must succeed; `absent` says why it cannot run here."""

    name: str
    command: list[str]
    settings: Mapping[str, str] = field(default_factory=dict)
    absent: str = ""


def checks() -> list[Check]:
    """The checks in the order they run: quick ones first."""
    manage = [PYTHON, "manage.py"]
    tests = [PYTHON, "-m", "pytest", "-n", "auto"]
    postgres = postgres_url()
    return [
        Check("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        Check("lint", [PYTHON, "-m", "ruff", "check", "."]),
        Check("floors", [str(Path(PYTHON).parent / "lint-imports")]),
        Check("types", [PYTHON, "-m", "mypy"]),
        Check("missing migrations", [*manage, "makemigrations", "--check", "--dry-run"]),
        Check("production settings", [*manage, "check", "--deploy", "--fail-level", "WARNING"], production()),
        Check(
            "documentation", [PYTHON, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build"]
        ),
        # Tests marked postgres have their own run below; a browser need not be driven twice.
        Check("tests on SQLite", [*tests, "-m", "not postgres"]),
        Check(
            "tests on PostgreSQL",
            [*tests, "-m", "not browser"],
            {"DATABASE_URL": postgres or ""},
            absent="" if postgres else "no PostgreSQL answers; start one or name it in THROUGHLINE_TEST_POSTGRES",
        ),
        Check("stories", [*manage, "replay", *stories()]),
    ]


def production() -> dict[str, str]:
    """Settings as a production service has them, with a secret that lasts as long as the check."""
    return {
        "THROUGHLINE_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(45),
        "ALLOWED_HOSTS": "throughline.example",
        "SITE_URL": "https://throughline.example",
        "DATABASE_URL": "postgres://unused@127.0.0.1:1/unused",
    }


def stories() -> list[str]:
    """The story library, as `replay` takes it."""
    library = Path("config/stories/library")
    return [
        str(path.relative_to(ROOT))
        for part in (library, library / "promises")
        for path in sorted(ROOT.glob(f"{part}/*.json"))
    ]


def run(check: Check) -> bool:
    """Run the command with its output shown, on a data folder of its own; did it succeed?"""
    clean = {name: value for name, value in os.environ.items() if name not in SETTINGS | IN_A_FILE}
    with tempfile.TemporaryDirectory() as data:
        environment = {**clean, "THROUGHLINE_DATA": data, **check.settings}
        return subprocess.run(check.command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL).returncode == 0


def main() -> int:
    table: list[tuple[str, str, float]] = []
    todo = checks()
    failed = ""
    for check in todo:
        print(f"\n=== {check.name} ===", flush=True)
        began = time.monotonic()
        if check.name in RAN_BEFORE:
            print("Ran just before, by make test.")
            table.append((check.name, "before", 0.0))
            continue
        if check.absent and not EVERYTHING_REQUIRED:
            print(f"Skipped: {check.absent}.")
            table.append((check.name, "skipped", 0.0))
            continue
        if check.absent:
            print(f"Required here, but {check.absent}.")
        passed = not check.absent and run(check)
        table.append((check.name, "passed" if passed else "FAILED", time.monotonic() - began))
        if not passed:
            failed = check.name
            break
    table += [(check.name, "not run", 0.0) for check in todo[len(table) :]]
    print("\n" + "\n".join(f"  {name:<22}{result:<9}{seconds:6.1f} s" for name, result, seconds in table))
    print(f"\nThe check “{failed}” failed; see its output above." if failed else "\nEvery check that ran passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

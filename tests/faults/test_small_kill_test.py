"""The kill test in small: `make faults` in three rounds, so that every run of the tests shows that it works."""

import os
import re
import subprocess
import sys

import pytest

from tests.at_once import ROOT, require_postgres
from tests.faults.cluster import what_is_missing
from tests.services import missing

pytestmark = [pytest.mark.faults, pytest.mark.postgres, pytest.mark.django_db]


def test_what_is_owed_is_there_once_though_servers_and_databases_are_killed():
    require_postgres()
    if lacking := what_is_missing():
        missing(lacking)
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--rounds", "3", "--seed", "1", "--cases", "5"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    owed, raised = (re.search(rf'"{name}": (\d+)', done.stdout).group(1) for name in ("alerts_owed", "alerts_raised"))
    assert owed == raised != "0"

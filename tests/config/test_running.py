"""The units and the compose file in the documentation are ones that would start."""

import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

RUNNING = Path(__file__).resolve().parent.parent.parent / "docs" / "running"
UNITS = sorted((RUNNING / "systemd").iterdir())
COMPOSE = yaml.safe_load((RUNNING / "compose" / "compose.yaml").read_text())
OURS = ("web", "worker")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_has_its_parts_and_starts_a_command_there_is(unit):
    read = ConfigParser(interpolation=None, strict=False)
    read.optionxform = str
    read.read(unit)
    assert "Unit" in read and ({"Service", "Timer"} & set(read))
    if "Service" in read:
        words = read["Service"]["ExecStart"].split()
        assert words[1] == "manage.py" and words[2] in get_commands()


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("systemd-analyze is not here; their form was checked all the same")
    for unit in UNITS:
        text = unit.read_text().replace("/opt/throughline/.venv/bin/python", sys.executable)
        (tmp_path / unit.name).write_text(text)
    units = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run([verify, "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_compose_file_says_what_every_service_needs():
    services = COMPOSE["services"]
    assert set(COMPOSE) <= {"name", "services", "volumes", "x-throughline"}
    for name, service in services.items():
        assert service["image"] and service["restart"] == "unless-stopped", name
        assert set(service.get("depends_on", {})) <= set(services)
        for mount in service.get("volumes", []):
            assert mount.split(":")[0] in COMPOSE["volumes"]
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), f"{name} would be open to others"


@pytest.mark.parametrize("name", OURS)
def test_our_own_services_run_a_command_there_is_with_workers(name):
    service = COMPOSE["services"][name]
    assert service["command"][:2] == ["python", "manage.py"] and service["command"][2] in get_commands()
    assert service["environment"]["THROUGHLINE_ENGINE"] == "worker"
    assert service["environment"]["DATABASE_URL"].startswith("postgres://")
    assert "REDIS_URL" in service["environment"]

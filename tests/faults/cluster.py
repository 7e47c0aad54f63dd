"""A PostgreSQL, a Redis, a site and workers of our own, each of which may be killed and started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
POSTGRES_HOMES = "/usr/lib/postgresql"


def what_is_missing() -> str:
    """What this machine lacks for a cluster of its own, in words; empty when it has everything."""
    if postgres_programs() is None:
        return "PostgreSQL's own programs"
    if shutil.which("redis-server") is None:
        return "redis-server"
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "runuser, since PostgreSQL does not run as root"
    return ""


def postgres_programs() -> Path | None:
    """The folder with initdb and pg_ctl, the newest where there are several."""
    homes = sorted(Path(POSTGRES_HOMES).glob("*/bin"), key=lambda home: int(home.parent.name), reverse=True)
    found = [home for home in homes if (home / "initdb").exists() and (home / "pg_ctl").exists()]
    on_the_path = shutil.which("initdb")
    return found[0] if found else Path(on_the_path).parent if on_the_path else None


def free_port(first: int = 0) -> int:
    """A port nobody listens on; the first from `first` on, or any."""
    while True:
        with socket.socket() as trial:
            try:
                trial.bind(("127.0.0.1", first))
                return int(trial.getsockname()[1])
            except OSError:
                first += 1


class Postgres:
    """A cluster of its own in a folder. Killed as a machine that loses its power kills it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder / "postgres", port
        self.folder.mkdir()
        if os.geteuid() == 0:
            folder.chmod(0o755)
            shutil.chown(self.folder, "postgres")
        self._do("initdb", "-D", self.folder, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        command = ("pg_ctl", "-D", self.folder, "-o", options, "-l", self.folder / "log", "-w", "-t", "60", "start")
        for _ in range(20):  # after a SIGKILL the old backends may take a moment to leave
            if self._do(*command, may_fail=True):
                return
            time.sleep(0.5)
        raise RuntimeError((self.folder / "log").read_text()[-2000:])

    def stop_at_once(self) -> None:
        self._do("pg_ctl", "-D", self.folder, "-m", "immediate", "stop", may_fail=True)

    def kill(self) -> None:
        with suppress(OSError, ValueError):
            os.kill(int((self.folder / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)

    def _do(self, program: str, *said: object, may_fail: bool = False) -> bool:
        programs = postgres_programs()
        assert programs is not None
        command = [str(programs / program), *map(str, said)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/", check=False)
        if done.returncode and not may_fail:
            raise RuntimeError(f"{program} failed")
        return done.returncode == 0


class Nursery:
    """Starts and buries processes for us: see `tests.faults.nursery`."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._answer()

    def start(self, command: list[str], log: Path) -> int:
        return int(self._ask({"start": command, "log": str(log)}))

    def bury(self, pid: int) -> None:
        """Kills it, and returns when it is gone."""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        self._ask({"reap": pid})

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _ask(self, asked: dict[str, object]) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self.process.stdout is not None
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise RuntimeError("the nursery did not answer")
        return answer


@dataclass
class Program:
    """A process that is started, killed and started again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Ours:
    """A command of ours, started by the nursery, killed and started again."""

    name: str
    command: list[str]
    nursery: Nursery
    log: Path
    pid: int = 0

    def start(self) -> None:
        self.pid = self.nursery.start(self.command, self.log)

    def kill(self) -> None:
        if self.pid:
            self.nursery.bury(self.pid)
            self.pid = 0


class Cluster:
    """Everything a partnership on several machines runs, on this one."""

    def __init__(self, folder: Path, *, email_url: str, first_port: int = 0) -> None:
        ports = [free_port(first_port)]
        for _ in range(2):
            ports.append(free_port(ports[-1] + 1 if first_port else 0))
        self.postgres = Postgres(folder, ports[0])
        self.web_port = ports[2]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("THROUGHLINE")},
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": f"redis://127.0.0.1:{ports[1]}/0",
            "EMAIL_URL": email_url,
            "THROUGHLINE_ENGINE": "worker",
            "THROUGHLINE_DEMO": "true",
            "THROUGHLINE_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        redis = ["redis-server", "--port", str(ports[1]), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self.redis = Program("redis", redis, self.environment, folder / "redis.log")
        self.nursery = Nursery(self.environment)
        self.web = self._ours("web", folder, "serve", "--port", str(self.web_port))
        self.workers = [self._ours(name, folder, "worker", "--name", name) for name in ("worker-1", "worker-2")]

    def _ours(self, name: str, folder: Path, *command: str) -> Ours:
        return Ours(name, list(command), self.nursery, folder / f"{name}.log")

    @property
    def programs(self) -> "list[Program | Ours]":
        return [self.redis, self.web, *self.workers]

    def stop(self) -> None:
        for program in self.programs:
            program.kill()
        self.nursery.close()
        self.postgres.stop_at_once()

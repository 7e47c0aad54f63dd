"""One process that has loaded the product once and starts the others by forking: a start costs no second of loading.

`python -m tests.faults.nursery` reads a line of JSON for each thing asked of it and answers with one: `start` a command
of manage.py with its output in a log, or wait for what was killed to be gone (`reap`). A child is a process like any
other, with connections and threads of its own; only what Python had imported comes with it.
"""

import json
import os
import sys
from contextlib import suppress
from typing import NoReturn


def main() -> None:
    load()
    told("loaded")
    for line in sys.stdin:
        asked = json.loads(line)
        if "reap" in asked:
            with suppress(ChildProcessError):
                os.waitpid(asked["reap"], 0)
            told("gone")
        else:
            told(str(start(asked["start"], asked["log"])))


def load() -> None:
    """Everything that a worker and the site import, and nothing of what they open."""
    import django

    django.setup()
    from django.db import connections
    from django.urls import get_resolver

    import config.asgi
    import config.jobs
    import config.management.commands.serve
    import config.management.commands.worker  # noqa: F401

    get_resolver().url_patterns  # noqa: B018, reading them imports every page
    connections.close_all()


def start(command: list[str], log: str) -> int:
    """Forks a child that runs the command; its number."""
    pid = os.fork()
    if not pid:
        become(command, log)
    return pid


def become(command: list[str], log: str) -> NoReturn:
    """In the child: a session, an output and a command of its own, until it ends."""
    from django.core.management import execute_from_command_line

    os.setsid()
    written, nothing = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(written, 1)
    os.dup2(written, 2)
    try:
        execute_from_command_line(["manage.py", *command, "--skip-checks"])
    finally:
        sys.stdout.flush()
        os._exit(0)


def told(answer: str) -> None:
    print(answer, flush=True)


if __name__ == "__main__":
    main()

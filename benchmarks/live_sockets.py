"""How long from a commit to "look again" with a thousand open sockets, and what a restart of Redis costs.

    python benchmarks/live_sockets.py [--sockets 1000] [--changes 200] [--database postgres://…]

Starts what it needs and ends it: a Redis and a server of its own (`manage.py serve`, uvicorn, with its engine off so
that nothing else happens), on a database of its own. A change is an act in this process, a second one beside the
server; its nudge goes through Redis as it does between any two processes. Measured is the time from the return of the
commit to the arrival at a socket of a frame that says so, for every socket on the case; and beside it how long the
same server takes to answer a bare request, so that a figure from a busy machine can be told from one of this product.
Writes what it found to standard output as one JSON object.
"""

import argparse
import asyncio
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.database import of_its_own  # noqa: E402, found once the path is set

CASES = 50


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def wait_for(port, seconds=90):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def redis_on(port):
    words = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    started = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    wait_for(port)
    return started


def made():
    """A person for each case, signed in, and the sessions of all of them."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from config import clock
    from tests.making import a_case, a_partnership, a_professional, doing
    from workflow.models import Role, User
    from workflow.people import link
    from workflow.sign_ins import BEGUN, SEEN

    today, people, found = clock.today(), a_partnership(clock.today()), []
    for number in range(CASES):
        case = a_case(people, f"CP-{number}", on=today)
        with doing(case, on=today):
            reader = a_professional(f"reader-{number}", Role.AGENCY_PRACTITIONER, people[Role.AGENCY_LEAD].agency)
            reader.user = User.objects.create(username=reader.key)
            reader.save()
            link(case, reader, "reads", on=today)
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(reader.user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = reader.user.get_session_auth_hash()
        session[BEGUN] = session[SEEN] = time.time()
        session.save()
        found.append((case, session.session_key))
    return found


def change(case):
    """One act on the case. The moment after its commit, and the number it left the journal at."""
    from config import clock
    from workflow.acts import under_way

    with under_way("benchmark", case, by=None, at=clock.now()) as this:
        number = this.entry.number
    return time.monotonic(), number


class Page:
    """One open page: the number it knows, and when it heard of each."""

    def __init__(self, case, cookie, port):
        self.case, self.cookie, self.port = case, cookie, port
        self.at, self.heard, self.opened, self.connections = 0, [], asyncio.Event(), 0

    async def stay(self):
        """Connects, and connects again whenever the line is lost, as a browser's page does."""
        import websockets

        url = f"ws://127.0.0.1:{self.port}/live/?case={self.case.reference}"
        while True:
            try:
                async with websockets.connect(
                    url,
                    origin=f"http://127.0.0.1:{self.port}",
                    additional_headers={"Cookie": self.cookie},
                    open_timeout=120,
                    ping_interval=None,
                ) as line:
                    self.connections += 1
                    async for frame in line:
                        said = json.loads(frame)
                        if "case" in said:
                            self.at = said["at"]
                            self.heard.append((said["at"], time.monotonic()))
                            self.opened.set()
            except (OSError, websockets.WebSocketException, TimeoutError):
                await asyncio.sleep(0.5)

    def heard_of(self, number):
        """When it was first told this number or a later one; None if never."""
        return next((moment for at, moment in self.heard if at >= number), None)


def at_percent(times, percent):
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000, 1)


def described(times):
    if not times:
        return {"count": 0}
    return {
        "count": len(times),
        "p50_ms": round(statistics.median(times) * 1000, 1),
        "p99_ms": at_percent(times, 99),
        "most_ms": at_percent(times, 100),
    }


async def answered(port):
    """How long the server takes for a bare request that asks no database: the busy machine's own share."""
    began = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /static/app/favicon.svg HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    await reader.read()
    writer.close()
    return time.monotonic() - began


async def measured(arguments, cases, port, redis_port, redis):
    from asgiref.sync import sync_to_async
    from django.conf import settings

    from config.engine import Engine

    engine = Engine()
    pages = [
        Page(case, f"{settings.SESSION_COOKIE_NAME}={key}", port)
        for number in range(arguments.sockets)
        for case, key in [cases[number % len(cases)]]
    ]
    alive = []
    began = time.monotonic()
    for start in range(0, len(pages), 25):  # a browser at a time, more or less
        alive += [asyncio.create_task(page.stay()) for page in pages[start : start + 25]]
        await asyncio.gather(*(page.opened.wait() for page in pages[start : start + 25]))
    connected = time.monotonic() - began
    say(f"{len(pages)} sockets are open after {connected:.0f} s")

    made, bare = [], []
    for number in range(arguments.changes):
        case, _ = cases[number % len(cases)]
        made.append((case, *await sync_to_async(change)(case)))
        await engine.pass_on_nudges()
        await asyncio.sleep(arguments.pause)
        if number % 5 == 0:
            bare.append(await answered(port))
    await asyncio.sleep(3)
    by_case = {case.pk: [page for page in pages if page.case is case] for case, _ in cases}
    waits = [
        (heard - committed if (heard := page.heard_of(at)) else None)
        for case, committed, at in made
        for page in by_case[case.pk]
    ]
    firsts = [
        (min((heard for page in by_case[case.pk] if (heard := page.heard_of(at))), default=None), committed)
        for case, committed, at in made
    ]
    say(f"{len(made)} changes were made; of {len(waits)} frames {waits.count(None)} never came. Redis is killed")

    # Redis dies; changes go on; it returns.
    connections = sum(page.connections for page in pages)
    redis.send_signal(signal.SIGKILL)
    redis.wait()
    slowest = 0.0
    for case, _ in cases:
        begun = time.monotonic()
        await sync_to_async(change)(case)
        slowest = max(slowest, time.monotonic() - begun)
    await engine.pass_on_nudges()
    await asyncio.sleep(1)
    last = {case.pk: (await sync_to_async(change)(case))[1] for case, _ in cases}  # and their nudges are lost
    redis = await asyncio.to_thread(redis_on, redis_port)
    back = time.monotonic()
    while time.monotonic() - back < 120 and any(page.at < last[page.case.pk] for page in pages):
        await asyncio.sleep(0.05)
    current = time.monotonic() - back
    found = {
        "sockets": len(pages),
        "cases": len(cases),
        "seconds_to_connect_all": round(connected, 1),
        "commit_to_frame": described([wait for wait in waits if wait is not None]),
        "commit_to_first_frame": described([heard - committed for heard, committed in firsts if heard]),
        "never_told": waits.count(None),
        "bare_request": described(bare),
        "load_of_the_machine": os.getloadavg()[0],
        "slowest_change_without_redis_ms": round(slowest * 1000, 1),
        "seconds_until_all_current_after_redis": round(current, 2),
        "connected_again": sum(page.connections for page in pages) - connections,
        "pages_left_behind": sum(page.at < last[page.case.pk] for page in pages),
    }
    for task in alive:
        task.cancel()
    await asyncio.gather(*alive, return_exceptions=True)
    return found, redis


def say(words):
    print(words, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--pause", type=float, default=0.1, help="Seconds between two changes.")
    parser.add_argument("--database", default="", help="postgres://… ; empty: an SQLite file")
    arguments = parser.parse_args()
    if shutil.which("redis-server") is None:
        raise SystemExit("redis-server is needed")
    port, redis_port = free_port(), free_port()
    os.environ |= {"REDIS_URL": f"redis://127.0.0.1:{redis_port}/0", "SITE_URL": f"http://127.0.0.1:{port}"}
    redis = redis_on(redis_port)
    with of_its_own(arguments.database):
        from django.db import connection

        from tests.at_once import address

        if arguments.database:
            os.environ["DATABASE_URL"] = address()  # the server is another process, on the same database
        cases = made()
        server = subprocess.Popen([sys.executable, "manage.py", "serve", "--port", str(port)], cwd=ROOT)
        try:
            wait_for(port)
            found, redis = asyncio.run(measured(arguments, cases, port, redis_port, redis))
            print(json.dumps(found | {"database": connection.vendor}, indent=2))
        finally:
            server.terminate()
            server.wait()
            redis.kill()
            redis.wait()


if __name__ == "__main__":
    main()

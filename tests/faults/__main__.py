"""The kill test: `make faults ROUNDS=200 SEED=1`.

A year of a hundred cases is swept and mailed by two workers while worker, web, Redis and PostgreSQL are killed, one at
a time, at instants drawn from the seed. Afterwards everything must be there once. The draws repeat with the seed; what
a process was doing at the instant it was killed does not.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import TypeVar
from urllib.request import urlopen

from tests.faults.cluster import ROOT, Cluster, Ours, Program, what_is_missing
from tests.faults.mail_log import MailLog

T = TypeVar("T")
VICTIMS = {"worker": 45, "postgres": 25, "web": 15, "redis": 15}
ORPHANED_AFTER = 1.5  # seconds in which a living worker has long come back from the mail server
EXPLAINS_A_COPY = 5.0  # seconds around a mail in which a kill may have broken its recording off
SETTLED_BY = 4  # days, of which a weekend may be two


@dataclass
class Told:
    """What happened, and what was found wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    fatal: list[float] = field(default_factory=list)  # kills after which a mail may go a second time
    answered: int = 0
    silent: int = 0
    wrong: list[str] = field(default_factory=list)
    figures: dict[str, object] = field(default_factory=dict)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--first-port", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=600, help="No new round after so long; the year is cut short.")
    asked = parser.parse_args()
    if missing := what_is_missing():
        print(f"The kill test needs {missing}.")
        return 2
    with tempfile.TemporaryDirectory(prefix="throughline-faults-") as folder, MailLog(asked.seed) as mail:
        cluster = Cluster(Path(folder), email_url=mail.url, first_port=asked.first_port)
        try:
            told = run(cluster, mail, rounds=asked.rounds, seed=asked.seed, cases=asked.cases, minutes=asked.minutes)
        finally:
            cluster.stop()
        if told.wrong and os.environ.get("KEEP_LOGS"):
            for log in Path(folder).glob("*.log"):
                (Path(os.environ["KEEP_LOGS"]) / log.name).write_bytes(log.read_bytes())
    print(json.dumps(told.figures, indent=2))
    for wrong in told.wrong:
        print(f"WRONG: {wrong}")
    print("Everything was there once." if not told.wrong else "Something was lost or came twice.")
    return 1 if told.wrong else 0


def run(cluster: Cluster, mail: MailLog, *, rounds: int, seed: int, cases: int, minutes: float) -> Told:
    dice, told, began = random.Random(seed), Told(), time.monotonic()
    cluster.postgres.start()
    os.environ.update(cluster.environment)
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, check=True)
    import django

    django.setup()
    from tests.faults.world import FIRST_DAY, LAST_DAY, make_cases

    due_days = make_cases(cases, dice)
    wind(cluster, FIRST_DAY)
    for program in cluster.programs:
        program.start()
    swept_up_to(FIRST_DAY, patience=90)
    made = time.monotonic()
    today, done = FIRST_DAY, 0
    for n in range(1, rounds + 1):
        if time.monotonic() - made > minutes * 60:
            break
        between = (LAST_DAY - FIRST_DAY) * n / rounds
        today = FIRST_DAY + timedelta(days=between.days)
        no_mail_is_on_its_way()
        wind(cluster, today)
        look_now()
        time.sleep(dice.uniform(0, 1.5))
        kill_one(cluster, dice, told)
        visit(cluster, told)
        swept_up_to(today, patience=15)
        done = n
        if n % 10 == 0:
            print(f"round {n} of {rounds}: {len(mail.taken)} mails, killed {dict(told.kills)}", flush=True)
    settle(cluster, today)
    told.figures = {"seed": seed, "rounds": done, "of": rounds, "days": (today - FIRST_DAY).days, "cases": cases}
    told.figures |= {"killed": dict(told.kills)}
    told.figures |= {"seconds_to_make": round(made - began), "seconds_of_killing": round(time.monotonic() - made)}
    told.figures |= {"site_answered": told.answered, "site_silent": told.silent}
    look_at_it_all(told, mail, due_days)
    return told


# The year


def wind(cluster: Cluster, day: date, hour: int = 13) -> None:
    """The demonstration's clock, for every process at once: it is that hour of that day."""
    from workflow.acting import LONDON

    offset = datetime.combine(day, time_of_day(hour), LONDON).astimezone(UTC) - datetime.now(UTC)
    path = Path(cluster.environment["THROUGHLINE_DATA"]) / "demo-clock.json"
    written = path.with_suffix(".wound")
    written.write_text(json.dumps({"offset_seconds": offset.total_seconds()}))
    written.replace(path)


def look_now() -> None:
    """The clock was wound: whoever works has a look now and not only at its next turn."""
    from config.jobs import asking

    def ask() -> None:
        for turn in ("sweep", "deliver"):
            asking().configure_task(turn, allow_unknown=True).defer()

    surely(ask)


def swept_up_to(day: date, *, patience: float) -> None:
    """Gives the workers that are left some time for the nights of the round."""
    from escalation.models import SweepRun

    until = time.monotonic() + patience
    while time.monotonic() < until:
        if surely(lambda: SweepRun.objects.filter(day=day, night_done_at__isnull=False).exists()):
            return
        time.sleep(0.1)


def no_mail_is_on_its_way() -> None:
    """Waits for the mails being handed over. The clock is wound by days, and a mail in a living worker's hand must not
    look as if it had been there for one; what a killed worker left stays, and is not waited for."""
    from notifications.models import NOT_KNOWN, Notification

    def on_its_way() -> set[int]:
        return set(Notification.objects.filter(state="queued", server_said=NOT_KNOWN).values_list("pk", flat=True))

    patience = time.monotonic() + ORPHANED_AFTER
    while surely(on_its_way) and time.monotonic() < patience:
        time.sleep(0.1)


def surely(do: Callable[[], T]) -> T:
    """Again and again until the database is back."""
    from django.db import Error, connection
    from procrastinate.exceptions import ConnectorException

    for _ in range(300):
        try:
            return do()
        except (Error, ConnectorException):
            with suppress(Exception):
                connection.close()
            time.sleep(0.2)
    raise RuntimeError("the database did not come back within a minute")


def kill_one(cluster: Cluster, dice: random.Random, told: Told) -> None:
    (kind,) = dice.choices(list(VICTIMS), weights=list(VICTIMS.values()))
    if kind == "postgres":
        stop = dice.choice([cluster.postgres.stop_at_once, cluster.postgres.kill])
        name = "postgres, " + ("stopped at once" if stop == cluster.postgres.stop_at_once else "SIGKILL")
        stop()
        told.fatal.append(time.monotonic())
        time.sleep(dice.uniform(0, 0.5))
        cluster.postgres.start()
    else:
        victim: Program | Ours = dice.choice(cluster.workers) if kind == "worker" else getattr(cluster, kind)
        name = kind
        victim.kill()
        if kind == "worker":
            told.fatal.append(time.monotonic())
        time.sleep(dice.uniform(0, 0.5))
        victim.start()
    told.kills[name] += 1


def visit(cluster: Cluster, told: Told) -> None:
    """Somebody asks the site; it answers, or it is just being killed."""
    try:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{cluster.web_port}/sign-in/", timeout=2) as answer:
            told.answered += answer.status == 200
            return
    except ValueError:
        pass
    told.silent += 1


def settle(cluster: Cluster, last: date) -> None:
    """Nobody is killed any more. Hour by hour goes by, each until nothing is due in it, until nothing waits: what may
    wait and came after the mail of a day goes out with that of the next.
    """
    from config import clock
    from escalation.models import SweepRun
    from notifications.models import Notification

    for passed in range(14, 24 * SETTLED_BY):
        day, hour = last + timedelta(days=passed // 24), passed % 24
        no_mail_is_on_its_way()
        wind(cluster, day, hour)
        look_now()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            swept = surely(lambda: SweepRun.objects.filter(day=day, night_done_at__isnull=False).exists())  # noqa: B023
            if swept and not surely(lambda: Notification.objects.due(clock.now()).exists()):
                break
            time.sleep(0.3)
        if day > last and not surely(lambda: Notification.objects.waiting().exists()):
            return


# What must be there


def look_at_it_all(told: Told, mail: MailLog, due_days: list[date]) -> None:
    from django.db.models import Count

    from escalation.models import Alert, AlertRecipient, SweepRun
    from escalation.watchdog import check
    from notifications.models import Notification
    from tests.faults.world import alerts_owed
    from workflow.chain import check_chains
    from workflow.models import Entry

    day = surely(lambda: SweepRun.objects.latest("day").day)
    owed, raised = alerts_owed(due_days, day), Alert.objects.count()
    twice = Alert.objects.values("deadline", "due_on", "rung").annotate(n=Count("pk")).filter(n__gt=1).count()
    expect(told, raised == owed, f"{owed} alerts were owed and {raised} are there")
    expect(told, not twice, f"{twice} alerts are there more than once")
    heard = AlertRecipient.objects.values("alert", "professional").annotate(n=Count("pk")).filter(n__gt=1).count()
    expect(told, not heard, f"{heard} people were named twice for one alert")
    for finding in check(day):
        told.wrong.append(str(finding))
    nights, swept = (day - due_days_first()).days + 1, SweepRun.objects.filter(night_done_at__isnull=False).count()
    expect(told, swept == nights, f"{nights} nights passed and {swept} were done to their end")
    for finding in check_chains():
        told.wrong.append(str(finding))

    states = Counter(Notification.objects.values_list("state", flat=True))
    waiting = Notification.objects.waiting().filter(not_before=None).count()
    expect(told, not waiting, f"{waiting} messages wait without a next time")
    left = Counter(Notification.objects.waiting().values_list("written_on", "code", "state", "not_before"))
    expect(told, states["sent"] == states.total(), f"not every message was handed over: {dict(states)}, {left}")
    copies = Counter(taken.message_id for taken in mail.taken)
    lost = set(Notification.objects.filter(state="sent").values_list("message_id", flat=True)) - set(copies)
    expect(told, not lost, f"{len(lost)} mails are said to be sent and never arrived")
    unexplained = [message_id for message_id in copies if not is_explained(told, mail, message_id)]
    expect(told, not unexplained, f"{len(unexplained)} mails came again though nothing was killed around them")
    told.figures |= {
        "nights": swept,
        "alerts_owed": owed,
        "alerts_raised": raised,
        "messages": states.total(),
        "messages_sent": states["sent"],
        "messages_tried_more_than_once": Notification.objects.filter(attempts__gt=1).count(),
        "mails_taken": len(mail.taken),
        "message_ids": len(copies),
        "message_ids_seen_twice_or_more": sum(count > 1 for count in copies.values()),
        "unexplained_copies": len(unexplained),
        "lost": len(lost),
        "journal_entries_sealed": Entry.objects.count(),
    }


def due_days_first() -> date:
    from tests.faults.world import FIRST_DAY

    return FIRST_DAY


def is_explained(told: Told, mail: MailLog, message_id: str) -> bool:
    """Between every copy and the next, whoever sent it, or where it writes it down, was killed about that time."""
    at = [taken.at for taken in mail.taken if taken.message_id == message_id]
    return all(any(-1 <= killed - arrived <= EXPLAINS_A_COPY for killed in told.fatal) for arrived in at[:-1])


def expect(told: Told, holds: bool, otherwise: str) -> None:
    if not holds:
        told.wrong.append(otherwise)


if __name__ == "__main__":
    sys.exit(main())

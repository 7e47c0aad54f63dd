"""A believable partnership made by playing stories: eight invented families, their people, and sign-ins for them.

Everything happens through the real domain functions, so the demonstration's record is as whole as any other.
"""

import json
import shutil
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

from config import clock
from config.demo_paper import mail_through, paper
from config.demo_touches import touch
from config.stories.replay import days, play_together
from config.stories.story import LIBRARY, Story, read
from notifications.deliver import deliver
from notifications.outside import deliver_outside
from workflow.acting import LONDON
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import Professional, User

STORIES = (
    "two_siblings",
    "joint_conference",
    "before_the_invitations",
    "minutes_sent_out",
    "letter_waiting",
    "fresh_referral",
    "nadiya_pattern",
    "robyn_pattern",
)
OPENS_ON = date(2026, 11, 23)
PASSWORD = "fictional-people-only"
NOWHERE = "django.core.mail.backends.dummy.EmailBackend"

# Whom to sign in as, in the order they are printed.
FACES = (
    ("cp_chair", "chairs conferences"),
    ("clerk", "takes minutes and sends invitations"),
    ("social_worker", "social worker, lead practitioner"),
    ("manager", "social care team manager"),
    ("care_lead", "agency lead, social care"),
    ("misuse_lead", "agency lead, drug and alcohol service"),
    ("housing_lead", "agency lead, housing"),
    ("inspector", "auditor"),
    ("board", "partnership officer"),
)


class NotADemonstration(Exception):
    """The folder holds a database that no demonstration made. Name another folder in THROUGHLINE_DATA."""


def marker() -> Path:
    """Says that the database beside it belongs to a demonstration, and whether it was finished."""
    return Path(settings.DATA_DIR) / "demonstration.json"


def database() -> Path:
    return Path(settings.DATA_DIR) / "db.sqlite3"


def is_ready() -> bool:
    """Whether a finished demonstration of this version's tables is already there."""
    made = json.loads(marker().read_text()) if marker().exists() else {}
    return bool(made.get("finished")) and made.get("tables") == tables() and database().exists()


def tables() -> list[str]:
    """The migrations this version has: a demonstration made with others is made anew."""
    return sorted(".".join(name) for name in MigrationLoader(None).disk_migrations)


def clear_away() -> bool:
    """Removes what an interrupted run left. Raises NotADemonstration rather than touch another database."""
    if not marker().exists():
        if database().exists():
            raise NotADemonstration(f"{database()} was not made by a demonstration. {NotADemonstration.__doc__}")
        return False
    for path in [*database().parent.glob("db.sqlite3*"), database().parent / "demo-clock.json"]:
        path.unlink(missing_ok=True)
    return True


def build(progress: Callable[[str, int, int], None]) -> None:
    """Makes the partnership from nothing. `progress` hears a step, how far it is, and how far it goes."""
    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    marker().write_text(json.dumps({"finished": False}))
    progress("Preparing the database", 0, 1)
    call_command("migrate", verbosity=0)
    progress("Preparing the database", 1, 1)
    stories = [read(LIBRARY / f"{name}.json") for name in STORIES]
    play(stories, progress)
    touch(OPENS_ON)
    give_sign_ins()
    paper(OPENS_ON)
    clock.wind_to(OPENS_ON)
    send_what_the_past_owed()
    marker().write_text(json.dumps({"finished": True, "stories": STORIES, "tables": tables()}))


def play(stories: list[Story], progress: Callable[[str, int, int], None]) -> None:
    """Lives through every day of the families up to the day the demonstration opens."""
    first = min(story.starts_on for story in stories)
    total = len(list(days(first, OPENS_ON)))

    def another(day: date) -> None:
        deliver_outside(datetime.combine(day, time(), LONDON))
        progress("Living through the families' days", (day - first).days + 1, total)

    with mail_through(NOWHERE):
        play_together(stories, until=OPENS_ON, progress=another)


def give_sign_ins() -> None:
    """Every professional can sign in with their key and the one password of the demonstration."""
    first = User(username="template")
    first.set_password(PASSWORD)
    at = clock.now()
    with under_way("give_sign_ins", PARTNERSHIP, by=None, at=at):
        for professional in Professional.objects.filter(user=None):
            user = User.objects.create(username=professional.key, first_name=professional.name, password=first.password)
            professional.user = user
            professional.save()


def send_what_the_past_owed() -> None:
    """The mail of the days lived through goes nowhere: what is printed later is what happens from now on."""
    with mail_through(NOWHERE):
        deliver(clock.now())
        deliver_outside(clock.now())


def start_over() -> None:
    """Forgets the demonstration, so that the next run makes it anew."""
    clear_away()
    marker().unlink(missing_ok=True)
    shutil.rmtree(Path(settings.DATA_DIR) / "files", ignore_errors=True)
    shutil.rmtree(Path(settings.DATA_DIR) / "uploads", ignore_errors=True)

"""Prepares the data of a site for the browser: two siblings up to a day, sign-ins, and a clock wound to that day.

`python -m tests.browser.prepare 2026-06-18`, with THROUGHLINE_DATA and THROUGHLINE_DEMO set.
"""

import os
import sys
from datetime import date


def tables_at_once() -> None:
    """Not by every migration in turn: the same schema on SQLite, in a tenth of the time."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)


def prepare(until: date) -> None:
    from config import clock, demo
    from config.stories.replay import Player
    from config.stories.story import LIBRARY, read
    from meetings.enquiries import receive_referral

    tables_at_once()
    player = Player(read(LIBRARY / "two_siblings.json"))
    player.play(until=until)
    demo.give_sign_ins()
    clock.wind_to(until)
    # One turn that waits: a new worry, which the team manager has to decide on.
    receive_referral(
        player.cast.case.fresh(),
        "referral-2",
        children=list(player.cast.case.children.all()),
        concern="Seen alone at the bus stop late in the evening",
        anyone_pregnant="no",
        by=player.cast.professionals["nursery_lead"],
        on=until,
    )


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    prepare(date.fromisoformat(sys.argv[1]))

"""Prepares the data of a site for a meeting: a conference is booked and nobody is invited yet; a clock wound to a day.

`python -m tests.browser.prepare_meeting 2026-11-23`, with THROUGHLINE_DATA and THROUGHLINE_DEMO set.
"""

import os
import sys
from datetime import date


def prepare(until: date) -> None:
    from config import clock, demo
    from config.stories.replay import Player
    from config.stories.story import LIBRARY, read
    from tests.browser.prepare import tables_at_once

    tables_at_once()
    Player(read(LIBRARY / "before_the_invitations.json")).play(until=until)
    demo.give_sign_ins()
    take_the_account_of("housing_officer")
    clock.wind_to(until)


def take_the_account_of(key: str) -> None:
    """There is somebody who works with the family and has never signed in."""
    from config import clock
    from workflow.acts import PARTNERSHIP, under_way
    from workflow.models import Professional

    with under_way("give_sign_ins", PARTNERSHIP, by=None, at=clock.now()):
        professional = Professional.objects.get(key=key)
        professional.user = None
        professional.save()


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    prepare(date.fromisoformat(sys.argv[1]))

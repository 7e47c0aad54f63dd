"""Prepares the data of a site for retention: a case whose years are over, and one that was destroyed already.

`python -m tests.browser.prepare_retention 2026-11-27`, with THROUGHLINE_DATA and THROUGHLINE_DEMO set.
"""

import os
import sys
from datetime import date

LONG_AGO = date(2018, 3, 7)


def prepare(today: date) -> None:
    from config import clock, demo, keeping
    from tests.browser.prepare import tables_at_once
    from tests.making import a_case, a_partnership
    from workflow.models import Role

    tables_at_once()
    people = a_partnership(on=LONG_AGO)
    for reference in ("SP-0001", "SP-0002"):
        case = a_case(people, reference, on=LONG_AGO)
    demo.give_sign_ins()
    clock.wind_to(today)
    people = {role: person.fresh() for role, person in people.items()}
    keeping.put_on_hold(
        case, why="claim", reason="A claim against the health trust", by=people[Role.CONFERENCE_CHAIR], on=today
    )


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    prepare(date.fromisoformat(sys.argv[1]))

"""Choosing how one wants to hear, within what can be chosen."""

import re
from datetime import date, time

from notifications.models import HowToReach
from workflow.acts import act
from workflow.errors import NotPermitted, NumberNotUsable, QuietHoursNotUsable
from workflow.models import Professional

MOBILE = re.compile(r"\+[1-9][0-9]{7,14}")


@act
def choose_how_to_be_told(
    person: Professional,
    *,
    ordinary: str,
    digest_at: time,
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    mobile: str = "",
    by: Professional,
    on: date,
) -> HowToReach:
    """How the doer hears from now on of what is not urgent; nobody chooses for somebody else.

    Raises QuietHoursNotUsable for half of them or none at all, and NumberNotUsable for a number not written in full.
    """
    if person.pk != by.pk:
        raise NotPermitted()
    if (quiet_from is None) != (quiet_until is None) or (quiet_from is not None and quiet_from == quiet_until):
        raise QuietHoursNotUsable()
    number = re.sub(r"[\s()-]", "", mobile)
    if number.startswith("07"):
        number = f"+44{number[1:]}"
    if number and not MOBILE.fullmatch(number):
        raise NumberNotUsable()
    chosen = HowToReach.objects.filter(professional=person).first() or HowToReach(professional=person)
    chosen.ordinary, chosen.digest_at = HowToReach.Ordinary(ordinary), digest_at
    chosen.quiet_from, chosen.quiet_until, chosen.mobile = quiet_from, quiet_until, number
    chosen.save()
    return chosen

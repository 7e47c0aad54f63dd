"""A wound clock shows the day it was wound to, at the same time of day, at any hour and in any season."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from config import clock

LATE_IN_A_WINTER_EVENING = datetime(2026, 11, 23, 23, 45, tzinfo=UTC)
JUST_AFTER_MIDNIGHT_IN_SUMMER = datetime(2026, 6, 30, 23, 15, tzinfo=UTC)


@pytest.mark.parametrize("real", [LATE_IN_A_WINTER_EVENING, JUST_AFTER_MIDNIGHT_IN_SUMMER])
@pytest.mark.parametrize("day", [date(2026, 6, 18), date(2026, 12, 1)])
def test_a_clock_wound_across_the_change_to_summer_time_shows_the_day_it_was_wound_to(settings, tmp_path, real, day):
    settings.DEMO, settings.DATA_DIR = True, tmp_path
    with time_machine.travel(real, tick=False):
        time_of_day = clock.now().time()
        clock.wind_to(day)
        assert (clock.today(), clock.now().time()) == (day, time_of_day)


def test_only_a_demonstration_winds_its_clock(settings, tmp_path):
    settings.DEMO, settings.DATA_DIR = False, tmp_path
    with pytest.raises(RuntimeError):
        clock.wind_to(date(2026, 6, 18))

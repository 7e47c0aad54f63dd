"""A dissent is made formal within real hours, also over the nights on which the clocks change."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from meetings.register import window_of
from workflow.acting import LONDON
from workflow.timescales import ENGLAND_DEFAULT


@pytest.mark.parametrize(
    ("decided", "until", "why"),
    [
        ("2027-03-26T15:00", "2027-03-29T16:00", "72 real hours over 28 March end an hour later by the clock"),
        ("2027-10-29T15:00", "2027-11-01T14:00", "72 real hours over 31 October end an hour earlier by the clock"),
        ("2027-06-01T15:00", "2027-06-04T15:00", "in an ordinary week"),
    ],
)
def test_the_window_is_72_real_hours(decided, until, why):
    moment = datetime.fromisoformat(decided).replace(tzinfo=LONDON)
    dissent = SimpleNamespace(conference=SimpleNamespace(decided_at=moment))
    closes = window_of(dissent, lambda day: ENGLAND_DEFAULT)
    assert closes - moment.astimezone(UTC) == timedelta(hours=72)
    assert closes.astimezone(LONDON).replace(tzinfo=None) == datetime.fromisoformat(until), why

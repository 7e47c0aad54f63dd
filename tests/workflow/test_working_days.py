"""Working days, months and holidays: one table with why each row is there, and a second method that must agree."""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.errors import CalendarMissingYear
from workflow.working_days import (
    COVERED_YEARS,
    Calendar,
    add_months,
    add_working_days,
    book_by,
    days_after,
    england_and_wales,
    latest_start_reaching,
    whole_months_between,
    working_days_between,
)

ONE_DAY = timedelta(days=1)

# As the government published them, written out by hand: nothing here is computed.
BANK_HOLIDAYS = {
    2025: "1 1, 18 4, 21 4, 5 5, 26 5, 25 8, 25 12, 26 12",
    2026: "1 1, 3 4, 6 4, 4 5, 25 5, 31 8, 25 12, 28 12",
    2027: "1 1, 26 3, 29 3, 3 5, 31 5, 30 8, 27 12, 28 12",
    2028: "3 1, 14 4, 17 4, 1 5, 29 5, 28 8, 25 12, 26 12",
    2029: "1 1, 30 3, 2 4, 7 5, 28 5, 27 8, 25 12, 26 12",
}
HOLIDAYS = [
    date(year, *reversed([int(number) for number in day.split()]))
    for year, days in BANK_HOLIDAYS.items()
    for day in days.split(", ")
]
FIRST, LAST = date(2025, 1, 1), date(2029, 12, 31)

# The second method: the list of all working days, and counting places in it.
WORKING_DAYS = [
    day
    for day in (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    if day.isoweekday() <= 5 and day not in HOLIDAYS
]


def naively_after(start, days):
    return WORKING_DAYS[bisect_right(WORKING_DAYS, start) + days - 1]


def naively_before(start, days):
    return WORKING_DAYS[bisect_left(WORKING_DAYS, start) - days]


def d(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        pytest.param("2026-03-04", 1, "2026-03-05", id="plain"),
        pytest.param("2026-03-06", 1, "2026-03-09", id="weekend"),
        pytest.param("2026-03-14", 1, "2026-03-16", id="Saturday"),
        pytest.param("2026-03-15", 1, "2026-03-16", id="Sunday"),
        pytest.param("2026-08-15", 15, "2026-09-07", id="Saturday-over-August-holiday"),
        pytest.param("2026-03-14", 0, "2026-03-14", id="zero-on-Saturday"),
        pytest.param("2026-12-25", 0, "2026-12-25", id="zero-on-Christmas"),
        pytest.param("2026-04-02", 1, "2026-04-07", id="eve-of-Good-Friday"),
        pytest.param("2026-04-03", 1, "2026-04-07", id="on-Good-Friday"),
        pytest.param("2026-04-06", 1, "2026-04-07", id="on-Easter-Monday"),
        pytest.param("2026-03-18", 15, "2026-04-10", id="over-Easter"),
        pytest.param("2026-03-20", 15, "2026-04-14", id="over-Easter-from-Friday"),
        pytest.param("2028-04-03", 15, "2028-04-26", id="over-late-Easter"),
        pytest.param("2025-12-11", 15, "2026-01-06", id="over-Christmas"),
        pytest.param("2026-12-18", 15, "2027-01-13", id="over-Christmas-with-substitute"),
        pytest.param("2027-12-10", 15, "2028-01-05", id="over-two-substitutes-and-New-Year's"),
        pytest.param("2026-12-24", 1, "2026-12-29", id="substitute-of-Boxing-Day-2026"),
        pytest.param("2027-12-24", 1, "2027-12-29", id="both-substitutes-2027"),
        pytest.param("2027-12-31", 1, "2028-01-04", id="substitute-of-New-Year-2028"),
        pytest.param("2026-05-01", 1, "2026-05-05", id="early-May"),
        pytest.param("2026-05-22", 1, "2026-05-26", id="late-May"),
        pytest.param("2026-08-28", 1, "2026-09-01", id="August"),
        pytest.param("2026-03-05", -1, "2026-03-04", id="before"),
        pytest.param("2026-03-09", -1, "2026-03-06", id="before-over-weekend"),
        pytest.param("2026-03-14", -1, "2026-03-13", id="before-a-Saturday"),
        pytest.param("2026-04-07", -1, "2026-04-02", id="before-over-Easter"),
        pytest.param("2026-04-03", -1, "2026-04-02", id="before-Good-Friday"),
        pytest.param("2027-01-04", -5, "2026-12-23", id="before-over-Christmas"),
        pytest.param("2028-01-04", -1, "2027-12-31", id="before-over-substitute"),
    ],
)
def test_working_days_are_counted_from_the_day_after(start, days, expected):
    assert add_working_days(d(start), days) == d(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param("2026-03-18", "2026-03-18", 0, id="same-day"),
        pytest.param("2026-03-18", "2026-03-17", 0, id="backwards"),
        pytest.param("2026-03-18", "2026-04-10", 15, id="over-Easter"),
        pytest.param("2026-03-13", "2026-03-15", 0, id="only-a-weekend"),
        pytest.param("2026-03-13", "2026-03-16", 1, id="over-a-weekend"),
        pytest.param("2026-12-24", "2026-12-28", 0, id="only-Christmas"),
        pytest.param("2027-12-24", "2028-01-04", 4, id="over-three-substitutes"),
    ],
)
def test_days_late_are_the_working_days_after_the_due_day(start, end, expected):
    assert working_days_between(d(start), d(end)) == expected


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        pytest.param("2026-03-18", 3, "2026-06-18", id="plain"),
        pytest.param("2026-11-30", 3, "2027-02-28", id="no-such-day"),
        pytest.param("2027-11-30", 3, "2028-02-29", id="leap-year"),
        pytest.param("2026-03-31", 1, "2026-04-30", id="thirty-days"),
        pytest.param("2026-12-31", 6, "2027-06-30", id="over-New-Year"),
        pytest.param("2026-10-10", 6, "2027-04-10", id="stays-on-a-Saturday"),
        pytest.param("2026-09-25", 3, "2026-12-25", id="stays-on-Christmas"),
        pytest.param("2026-03-31", -1, "2026-02-28", id="back"),
        pytest.param("2026-01-15", -1, "2025-12-15", id="back-over-New-Year"),
        pytest.param("2026-03-18", 0, "2026-03-18", id="zero"),
    ],
)
def test_months_end_on_the_same_day_of_the_month_or_its_last(start, months, expected):
    assert add_months(d(start), months) == d(expected)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        pytest.param("2026-03-18", "2026-03-18", id="working-day"),
        pytest.param("2026-03-21", "2026-03-20", id="Saturday"),
        pytest.param("2026-03-22", "2026-03-20", id="Sunday"),
        pytest.param("2026-04-06", "2026-04-02", id="Easter-Monday"),
        pytest.param("2026-12-28", "2026-12-24", id="substitute"),
    ],
)
def test_a_limit_on_a_day_off_is_booked_by_the_working_day_before(due, expected):
    assert book_by(d(due)) == d(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param("2026-03-18", "2026-06-17", 2, id="day-short"),
        pytest.param("2026-03-18", "2026-06-18", 3, id="to-the-day"),
        pytest.param("2026-11-30", "2027-02-28", 3, id="last-day-of-February"),
        pytest.param("2026-03-18", "2026-03-01", 0, id="backwards"),
        pytest.param("2025-03-18", "2027-03-18", 24, id="two-years"),
    ],
)
def test_a_month_is_whole_on_its_corresponding_day(start, end, expected):
    assert whole_months_between(d(start), d(end)) == expected


# The second method agrees

days_of_the_middle = st.dates(date(2025, 4, 1), date(2029, 9, 30))
any_day = st.dates(FIRST, LAST)
counts = st.integers(1, 60)


@given(days_of_the_middle, counts)
def test_counting_on_agrees_with_the_list_of_working_days(start, days):
    assert add_working_days(start, days) == naively_after(start, days)


@given(days_of_the_middle, counts)
def test_counting_back_agrees_with_the_list_of_working_days(start, days):
    assert add_working_days(start, -days) == naively_before(start, days)


@given(any_day, any_day)
def test_the_days_between_agree_with_the_list_of_working_days(start, end):
    expected = sum(start < day <= end for day in WORKING_DAYS)
    assert working_days_between(start, end) == expected


@given(days_of_the_middle, counts)
def test_between_undoes_after(start, days):
    assert working_days_between(start, add_working_days(start, days)) == days


@given(days_of_the_middle, st.integers(0, 30))
def test_the_latest_start_is_the_last_day_from_which_the_days_have_passed(today, days):
    latest = latest_start_reaching(today, days)
    window = [today - timedelta(days=n) for n in range(-2, 70)]
    reached = [day for day in window if (naively_after(day, days) if days else day) <= today]
    assert latest == max(reached)


@given(any_day)
def test_book_by_is_the_last_working_day_of_the_list_not_after_the_limit(due):
    earlier = bisect_right(WORKING_DAYS, due)
    if earlier == 0:
        with pytest.raises(CalendarMissingYear):
            book_by(due)
    else:
        assert book_by(due) == WORKING_DAYS[earlier - 1]


@given(any_day, st.integers(-36, 36))
def test_months_agree_with_stepping_one_month_at_a_time(start, months):
    year, month = start.year, start.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month in (0, 13):
            year, month = (year - 1, 12) if month == 0 else (year + 1, 1)
    assert add_months(start, months) == date(year, month, min(start.day, monthrange(year, month)[1]))


@given(any_day, any_day)
def test_whole_months_are_the_most_that_fit(start, end):
    fitting = [n for n in range(61) if add_months(start, n) <= end]
    assert whole_months_between(start, end) == (max(fitting) if fitting else 0)


@given(any_day, any_day)
def test_days_after_are_every_day_of_the_way_but_the_first(start, end):
    days = list(days_after(start, end))
    assert len(days) == max(0, (end - start).days)
    assert all(later - earlier == ONE_DAY for earlier, later in zip([start, *days], days, strict=False))


# Other people's lists agree


def test_every_bank_holiday_of_the_five_years_is_known_and_no_other():
    days = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    assert [day for day in days if england_and_wales().holiday(day)] == HOLIDAYS


@pytest.mark.parametrize("year", [2025, 2026, 2027, 2028])
def test_the_government_s_own_list_has_the_same_days(year):
    from govuk_bank_holidays.bank_holidays import BankHolidays

    published = BankHolidays(use_cached_holidays=True)
    england = published.get_holidays(division=BankHolidays.ENGLAND_AND_WALES, year=year)
    assert [holiday["date"] for holiday in england] == [day for day in HOLIDAYS if day.year == year]
    for day in (date(year, 1, 1) + timedelta(days=n) for n in range(365)):
        official = published.is_work_day(day, division=BankHolidays.ENGLAND_AND_WALES)
        assert england_and_wales().is_working_day(day) == official


# What is not known is refused


def test_a_day_of_a_year_without_holidays_is_refused_with_its_year():
    with pytest.raises(CalendarMissingYear) as refused:
        england_and_wales().is_working_day(date(2030, 3, 6))
    assert refused.value.about == ["2030"]


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda: add_working_days(date(2029, 12, 27), 5), id="after"),
        pytest.param(lambda: add_working_days(date(2025, 1, 3), -5), id="before"),
        pytest.param(lambda: add_working_days(date(2030, 1, 7), 0), id="zero"),
        pytest.param(lambda: working_days_between(date(2029, 12, 20), date(2030, 1, 2)), id="between"),
        pytest.param(lambda: latest_start_reaching(date(2030, 1, 7), 1), id="latest-start"),
        pytest.param(lambda: latest_start_reaching(date(2025, 1, 3), 10), id="latest-start-before"),
        pytest.param(lambda: book_by(date(2030, 6, 1)), id="book-by"),
        pytest.param(lambda: book_by(date(2025, 1, 1)), id="book-by-before-the-first"),
    ],
)
def test_a_count_that_leaves_the_calendar_is_refused_and_never_guessed(ask):
    with pytest.raises(CalendarMissingYear):
        ask()


def test_months_need_no_calendar():
    assert add_months(date(2029, 12, 1), 6) == date(2030, 6, 1)


def test_the_calendar_covers_the_years_it_says():
    assert [min(COVERED_YEARS), max(COVERED_YEARS)] == [FIRST.year, LAST.year]


def test_a_proclaimed_day_is_no_working_day_and_leaves_the_calendar_before_it_alone():
    before = england_and_wales()
    after = before.with_days({date(2026, 6, 12): "A royal wedding"})
    assert add_working_days(date(2026, 6, 11), 1, after) == date(2026, 6, 15)
    assert add_working_days(date(2026, 6, 11), 1, before) == date(2026, 6, 12)
    assert after.holiday(date(2026, 6, 12)) == "A royal wedding"


def test_a_calendar_of_another_place_is_used_when_it_is_given():
    nowhere = Calendar("No holidays", range(2026, 2027))
    assert add_working_days(date(2026, 4, 2), 1, nowhere) == date(2026, 4, 3)
    assert book_by(date(2026, 4, 3), nowhere) == date(2026, 4, 3)
    assert working_days_between(date(2026, 4, 2), date(2026, 4, 7), nowhere) == 3
    assert latest_start_reaching(date(2026, 4, 3), 1, nowhere) == date(2026, 4, 2)

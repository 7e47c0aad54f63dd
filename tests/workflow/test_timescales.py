"""Every clock says how long, from what, for whom and on whose authority; a partnership may give it another value."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing, with_policy
from workflow import deadlines
from workflow.models import PolicyVersion, Role
from workflow.policy import policy_on
from workflow.timescales import (
    ENGLAND_2026_1,
    ENGLAND_DEFAULT,
    ENGLAND_SETTINGS,
    PACK_VERSION,
    SOURCES,
    UNITS,
    Binding,
    Span,
    checked_changes,
)
from workflow.working_days import add_months, england_and_wales

CALENDAR = england_and_wales()
MAUNDY_THURSDAY = date(2026, 4, 2)


@pytest.mark.parametrize("code", ENGLAND_2026_1)
def test_every_clock_says_how_long_from_what_for_whom_and_who_says_so(code):
    rule = ENGLAND_2026_1[code]
    assert rule.code == code
    assert rule.value.unit in UNITS and rule.value.amount >= 0
    assert isinstance(rule.binding, Binding)
    for words in (rule.counted_from, rule.owner, rule.source):
        assert words.strip() and words == words.strip()


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("icpc_hold", "15 wd", id="initial-conference"),
        pytest.param("core_group_first", "10 wd", id="first-core-group"),
        pytest.param("rcpc_first", "3 m", id="first-review"),
        pytest.param("rcpc_next", "6 m", id="later-reviews"),
        pytest.param("assessment", "45 wd", id="assessment"),
        pytest.param("referral_decision", "1 wd", id="referral"),
    ],
)
def test_statutory_guidance_has_the_value_it_gives(code, value):
    assert str(ENGLAND_2026_1[code].value) == value
    assert ENGLAND_2026_1[code].binding is Binding.GUIDANCE
    assert "Working Together" in ENGLAND_2026_1[code].source


def test_every_local_procedure_that_is_named_can_be_looked_up_and_none_is_named_in_vain():
    local = [rule.source for rule in ENGLAND_2026_1.values() if rule.binding is not Binding.LAW]
    named = {name for source in local for name in re.findall(r"\b[A-Z]{3,}(?:-[A-Z]+)?\b", source)}
    assert named == set(SOURCES)


def test_what_nobody_says_is_called_a_product_default():
    proposed = {code for code, rule in ENGLAND_2026_1.items() if rule.source.startswith("proposed")}
    assert proposed == {code for code, rule in ENGLAND_2026_1.items() if rule.binding is Binding.PRODUCT}


@given(st.integers(0, 999), st.sampled_from(sorted(UNITS)))
def test_a_length_of_time_reads_back_as_it_was_written(amount, unit):
    assert Span.parse(str(Span(amount, unit))) == Span(amount, unit)


@pytest.mark.parametrize("text", ["", "15", "wd", "15wd", "15  wd", "-1 wd", "1.5 d", "15 w", "15 wd ", "15 WD"])
def test_a_length_of_time_that_cannot_be_read_is_refused_with_what_was_written(text):
    with pytest.raises(ValueError, match=re.escape(repr(text))):
        Span.parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 wd", "1 working day"),
        ("15 wd", "15 working days"),
        ("42 d", "42 calendar days"),
        ("3 m", "3 calendar months"),
    ],
)
def test_a_length_of_time_is_said_in_words(text, words):
    assert Span.parse(text).in_words == words


@pytest.mark.parametrize(
    ("value", "after", "before"),
    [
        pytest.param("1 wd", "2026-04-07", "2026-04-01", id="working-days-skip-Easter"),
        pytest.param("0 wd", "2026-04-02", "2026-04-02", id="none"),
        pytest.param("1 d", "2026-04-03", "2026-04-01", id="calendar-days-fall-on-Good-Friday"),
        pytest.param("3 m", "2026-07-02", "2026-01-02", id="months"),
    ],
)
def test_each_unit_counts_in_its_own_way(value, after, before):
    span = Span.parse(value)
    assert span.after(MAUNDY_THURSDAY, CALENDAR) == date.fromisoformat(after)
    assert span.before(MAUNDY_THURSDAY, CALENDAR) == date.fromisoformat(before)


def test_hours_give_no_due_day():
    for count in (Span.parse("72 h").after, Span.parse("72 h").before):
        with pytest.raises(ValueError, match="hours"):
            count(MAUNDY_THURSDAY, CALENDAR)


@pytest.mark.parametrize(
    ("day", "value", "expected"),
    [
        pytest.param("2026-03-18", "10 wd", "2026-03-31", id="a-working-day-is-day-one"),
        pytest.param("2026-03-21", "10 wd", "2026-04-07", id="a-Saturday-is-not"),
        pytest.param("2026-04-06", "1 wd", "2026-04-07", id="a-holiday-is-not"),
        pytest.param("2026-03-18", "1 wd", "2026-03-18", id="one-day-is-the-day-itself"),
        pytest.param("2026-03-18", "0 wd", "2026-03-18", id="nothing-to-count"),
        pytest.param("2026-03-18", "10 d", "2026-03-28", id="calendar-days-never"),
    ],
)
def test_where_the_trigger_counts_it_is_day_one_if_it_is_a_working_day(day, value, expected):
    assert Span.parse(value).after(date.fromisoformat(day), CALENDAR, count_trigger=True) == date.fromisoformat(
        expected
    )


def test_a_change_is_sorted_into_clocks_and_settings():
    assert checked_changes({"icpc_hold": "10 wd", "injury_count": 3}) == ({"icpc_hold": "10 wd"}, {"injury_count": 3})


@pytest.mark.parametrize(
    ("changes", "named"), [({"icpc_hlod": "10 wd"}, "icpc_hlod"), ({"icpc_hold": "ten days"}, "ten days")]
)
def test_a_change_nobody_can_read_is_refused_by_name(changes, named):
    with pytest.raises(ValueError, match=named):
        checked_changes(changes)


def test_the_ladder_of_the_pack_rises():
    for fast in (False, True):
        amounts = [offset.amount for offset in ENGLAND_DEFAULT.ladder(fast=fast)]
        assert len(amounts) == 4 and amounts == sorted(set(amounts))


# A partnership's own values


@pytest.mark.django_db
def test_without_a_version_the_england_default_is_in_force():
    assert policy_on(A_WEDNESDAY) == ENGLAND_DEFAULT
    assert policy_on(A_WEDNESDAY).version == PACK_VERSION


@pytest.mark.django_db
def test_an_own_value_holds_from_its_day_and_the_rest_stays_england_s():
    with_policy({"icpc_hold": "10 wd", "injury_count": 3}, on=A_WEDNESDAY)
    before, after = policy_on(date(2026, 3, 17)), policy_on(A_WEDNESDAY)
    assert str(before.span("icpc_hold")) == "15 wd" and before.settings["injury_count"] == 2
    assert str(after.span("icpc_hold")) == "10 wd" and after.settings["injury_count"] == 3
    assert after.version == f"{PACK_VERSION}+1"
    assert {code: span for code, span in after.values.items() if code != "icpc_hold"} == {
        code: rule.value for code, rule in ENGLAND_2026_1.items() if code != "icpc_hold"
    }
    assert set(after.settings) == set(ENGLAND_SETTINGS)


@pytest.mark.django_db
def test_a_second_version_keeps_what_the_first_one_changed():
    with_policy({"icpc_hold": "10 wd"}, on=A_WEDNESDAY)
    with_policy({"visit": "5 wd"}, on=date(2026, 3, 19))
    policy = policy_on(date(2026, 3, 20))
    assert (str(policy.span("icpc_hold")), str(policy.span("visit"))) == ("10 wd", "5 wd")
    assert PolicyVersion.objects.last().values == {"icpc_hold": "10 wd", "visit": "5 wd"}


@pytest.mark.django_db
def test_an_own_ladder_takes_the_place_of_the_default():
    with_policy({"ladder": ["2 wd", "3 wd", "4 wd", "5 wd"]})
    assert [str(offset) for offset in policy_on(A_WEDNESDAY).ladder(fast=False)] == ["2 wd", "3 wd", "4 wd", "5 wd"]
    assert policy_on(A_WEDNESDAY).ladder(fast=True) == ENGLAND_DEFAULT.ladder(fast=True)


@pytest.mark.django_db
def test_a_clock_whose_trigger_counts_falls_due_a_working_day_sooner():
    case = a_case(a_partnership())
    with_policy({"count_trigger_day": ["icpc_hold"]})
    assert a_deadline(case).due_on == date(2026, 4, 9)
    with doing(case):
        other = deadlines.start(
            case,
            "visit",
            "maya",
            timescale="visit",
            since=A_WEDNESDAY,
            because="start of the plan",
            owner=case.chair,
            title="Visit",
            on=A_WEDNESDAY,
        )
    assert other.due_on == date(2026, 4, 1)


@pytest.mark.django_db
def test_counting_back_to_a_day_already_past_gives_one_working_day_and_says_short_notice():
    people = a_partnership()
    case = a_case(people)

    def report(subject, event_on):
        with doing(case):
            return deadlines.start_before(
                case,
                "report",
                subject,
                timescale="report_rcpc",
                event_on=event_on,
                because="review",
                owner=people[Role.AGENCY_LEAD],
                title="Report",
                on=A_WEDNESDAY,
            )

    in_time = report("a", date(2026, 4, 8))
    assert (in_time.due_on, in_time.short_notice) == (date(2026, 3, 30), False)
    assert in_time.explanation == (
        "5 working days before review 8 Apr 2026, skipping Good Friday 3 Apr and Easter Monday 6 Apr; policy 2026-1"
    )
    today = report("b", date(2026, 3, 25))
    assert (today.due_on, today.short_notice) == (A_WEDNESDAY, False)
    too_late = report("c", date(2026, 3, 24))
    assert (too_late.due_on, too_late.short_notice) == (date(2026, 3, 19), True)
    assert "short notice, one working day after 18 Mar" in too_late.explanation


def test_only_reviews_and_a_subjects_own_copy_are_owed_in_months():
    assert {code for code, rule in ENGLAND_2026_1.items() if rule.value.unit == "m"} == {
        "rcpc_first",
        "rcpc_next",
        "subject_access",
        "subject_access_extended",
    }
    assert Span.parse("3 m").after(date(2026, 11, 30), CALENDAR) == add_months(date(2026, 11, 30), 3)

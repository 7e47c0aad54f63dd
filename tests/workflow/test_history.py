"""The past as it was: what held at a moment, what changed and why, how far a date slipped."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing, noon
from workflow import deadlines, history
from workflow.acts import under_way
from workflow.errors import Unknown
from workflow.models import Deadline, Entry, FamilyMember, Role

pytestmark = pytest.mark.django_db

DUE = date(2026, 4, 10)
THURSDAY, FRIDAY, MONDAY = date(2026, 3, 19), date(2026, 3, 20), date(2026, 3, 23)
A_SECOND = timedelta(seconds=1)


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


@pytest.fixture
def deadline(case):
    return a_deadline(case)


def move(deadline, to, *, on, because="ill", by=None):
    with doing(deadline.case, on=on, by=by, reason=because):
        deadlines.move(deadline, to, on=on, because=because)


@pytest.fixture
def moved(deadline, people):
    move(deadline, date(2026, 4, 20), on=THURSDAY, because="the chair is ill", by=people[Role.CONFERENCE_CHAIR])
    move(deadline, date(2026, 4, 15), on=FRIDAY, because="an earlier room")
    return deadline


def test_as_it_was_gives_what_held_at_each_moment(moved):
    asked = [noon(A_WEDNESDAY) - A_SECOND, noon(A_WEDNESDAY) + A_SECOND, noon(THURSDAY), noon(FRIDAY), noon(MONDAY)]
    assert [row and row.due_on.day for row in (history.as_it_was(moved, at) for at in asked)] == [None, 10, 20, 15, 15]


def test_a_record_that_did_not_exist_yet_was_nothing(deadline):
    assert history.as_it_was(deadline, noon(date(2026, 3, 17))) is None


def test_each_change_says_from_what_to_what_who_when_and_why(moved, people):
    change = next(one for one in history.changes(moved) if one.field == "due_on")
    assert (change.was, change.now) == (DUE, date(2026, 4, 20))
    assert (change.by, change.reason) == (people[Role.CONFERENCE_CHAIR], "the chair is ill")
    assert change.happened_at == noon(THURSDAY)
    assert change.recorded_at > change.happened_at


def test_a_field_that_did_not_change_is_no_change_and_the_count_of_saves_is_none_either(case):
    mum = FamilyMember.objects.get(key="mum")
    with doing(case):
        mum.save()
    assert history.changes(mum) == []
    with doing(case):
        mum.name = "Ann Marsh"
        mum.save()
    assert [(one.field, one.was, one.now) for one in history.changes(mum)] == [("name", "Ann Reed", "Ann Marsh")]


def test_what_a_late_night_did_comes_after_what_people_did_that_day(case):
    mum = FamilyMember.objects.get(key="mum")
    for name, at in (("By day", noon(THURSDAY)), ("By night", noon(THURSDAY) - timedelta(hours=11, minutes=55))):
        with under_way("correct", case, by=None, at=at):
            mum.name = name
            mum.save()
    assert [one.now for one in history.changes(mum)] == ["By day", "By night"]
    assert history.as_it_was(mum, noon(FRIDAY)).name == mum.fresh().name == "By night"


# Dates


def test_every_move_of_a_date_is_told_with_its_reason_and_direction(case, moved, people):
    first, second = history.moves(case, "icpc", "maya")
    assert (first.was, first.now, first.later, first.reason) == (DUE, date(2026, 4, 20), True, "the chair is ill")
    assert (first.by, first.deadline_id, first.moved_at) == (people[Role.CONFERENCE_CHAIR], moved.pk, noon(THURSDAY))
    assert (second.was, second.now, second.later) == (date(2026, 4, 20), date(2026, 4, 15), False)
    assert history.later_moves(case, "icpc", "maya") == 1


def test_every_date_it_has_had_stays_on_record(case, moved):
    assert history.due_dates(case, "icpc", "maya") == [DUE, date(2026, 4, 20), date(2026, 4, 15)]


def test_a_save_that_leaves_the_date_alone_is_no_move(case, deadline, people):
    with doing(case, on=THURSDAY):
        deadlines.hand_over(deadline, people[Role.IRO], on=THURSDAY)
    assert history.moves(case, "icpc", "maya") == []
    assert history.due_dates(case, "icpc", "maya") == [DUE]


def test_being_owed_again_is_no_move_but_its_date_is_one_of_those_it_has_had(case, deadline):
    with doing(case, on=THURSDAY):
        deadlines.meet(deadline, on=THURSDAY)
    with doing(case, on=FRIDAY):
        deadlines.restart(deadline, on=FRIDAY, due=date(2026, 5, 1), because="not done after all")
    assert history.moves(case, "icpc", "maya") == []
    assert history.due_dates(case, "icpc", "maya") == [DUE, date(2026, 5, 1)]


def test_a_date_moved_after_it_had_passed_is_known_for_it(case, deadline):
    move(deadline, date(2026, 4, 20), on=DUE)
    move(deadline, date(2026, 4, 30), on=date(2026, 4, 21))
    assert [one.after_it_had_passed for one in history.moves(case, "icpc", "maya")] == [False, True]


def test_the_moves_of_one_thing_are_not_those_of_another(case, moved):
    leo = a_deadline(case, subject="leo")
    move(leo, date(2026, 6, 1), on=MONDAY)
    assert len(history.moves(case, "icpc", "maya")) == 2
    assert history.due_dates(case, "icpc", "leo") == [DUE, date(2026, 6, 1)]


def test_what_an_act_did_to_deadlines_is_read_from_what_it_wrote(case, moved):
    before = Entry.objects.last().pk
    with doing(case, on=MONDAY):
        deadlines.meet(moved, on=MONDAY)
    a_deadline(case, subject="leo", since=A_WEDNESDAY, on=MONDAY)
    leo = Deadline.objects.get(subject="leo")
    move(leo, date(2026, 6, 1), on=MONDAY)
    with doing(case, on=MONDAY):
        deadlines.waive(leo)
    done = history.deadline_changes(Entry.objects.filter(pk__gt=before))
    assert [row.id for row in done.met] == [moved.pk]
    assert [row.id for row in done.opened] == [row.id for row in done.waived] == [leo.pk]
    assert [(row.id, row.due_on, was) for row, was in done.moved] == [(leo.pk, date(2026, 6, 1), DUE)]


# The journal as a story


def test_the_timeline_tells_accepted_acts_in_order_and_up_to_a_moment(case, moved):
    with pytest.raises(Unknown), doing(case, on=MONDAY, name="nonsense"):
        raise Unknown
    told = history.timeline(case)
    assert [entry.number for entry in told] == sorted(entry.number for entry in told)
    assert "nonsense" not in [entry.act for entry in told]
    assert [entry.happened_at for entry in told][-1] == noon(FRIDAY)
    assert history.timeline(case, until=noon(THURSDAY)) == told[:-1]


def test_a_late_entry_is_one_written_down_more_than_a_day_after_it_was_true(case):
    now = datetime.now(UTC)
    for hours, late in ((1, False), (23, False), (25, True)):
        with under_way("visit", case, by=None, at=now - timedelta(hours=hours)) as act:
            entry = act.written()
        entry = Entry.objects.get(pk=entry.pk)
        assert history.is_late_entry(entry) is late


# As of any moment, history is what replaying the changes gives

steps = st.lists(
    st.tuples(st.integers(1, 3), st.sampled_from(["move", "hand over", "meet", "waive", "save"]), st.integers(1, 60)),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps, st.data())
def test_as_it_was_is_what_replaying_the_changes_gives(case, people, steps, data):
    day = A_WEDNESDAY
    one = a_deadline(case, subject=f"child-{Deadline.objects.count()}")
    lived = [(noon(day), as_kept(one))]
    for days, what, amount in steps:
        day += timedelta(days=days)
        with doing(case, on=day):
            do(one, what, amount, day, people)
        lived.append((noon(day), as_kept(one.fresh())))
    for asked in data.draw(st.lists(st.integers(-1, 30), min_size=1, max_size=5)):
        at = noon(A_WEDNESDAY + timedelta(days=asked)) + A_SECOND
        expected = [kept for moment, kept in lived if moment <= at]
        found = history.as_it_was(one, at)
        assert (found and as_kept(found)) == (expected[-1] if expected else None)


def as_kept(one):
    return {field.attname: getattr(one, field.attname) for field in Deadline._meta.fields if field.name != "version"}


def do(one, what, amount, day, people):
    if what == "move" and one.is_pending:
        deadlines.move(one, A_WEDNESDAY + timedelta(days=amount), on=day, because="drawn")
    elif what == "hand over":
        deadlines.hand_over(one, list(people.values())[amount % len(people)], on=day)
    elif what == "meet":
        deadlines.meet(one, on=day)
    elif what == "waive":
        deadlines.waive(one)
    else:
        one.save()

"""A record: its state is never assigned, a stale save is refused, nothing is deleted, every change is signed."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, a_professional, doing, noon, with_policy
from workflow import deadlines
from workflow.acts import under_way
from workflow.errors import StaleRecord, WrongState
from workflow.models import Agency, Child, Deadline, Entry, FamilyMember, Professional, Role
from workflow.records import QuietChange, Record, keep_new, ready

pytestmark = pytest.mark.django_db

NEXT_DAY = date(2026, 3, 19)


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


@pytest.fixture
def mum(case):
    return FamilyMember.objects.get(key="mum")


# Guarded


def test_a_state_is_never_assigned(case):
    deadline = a_deadline(case)
    with pytest.raises(AttributeError, match="state"):
        deadline.state = Deadline.State.MET
    assert deadline.state == deadline.fresh().state == "pending"


def test_a_state_is_not_even_assigned_to_a_fresh_copy(case):
    child = Child.objects.get().fresh()
    with pytest.raises(AttributeError):
        child.state = Child.State.DIED


def test_a_save_from_an_old_reading_is_refused_and_changes_nothing(case, mum):
    stale = mum.fresh()
    with doing(case):
        mum.name = "Ann Marsh"
        mum.save()
    with pytest.raises(StaleRecord), doing(case):
        stale.name = "Anne Reed"
        stale.save()
    assert mum.fresh().name == "Ann Marsh"
    assert mum.history.count() == 2
    assert stale.version == 1


def test_after_looking_again_the_save_is_taken(case, mum):
    with doing(case):
        mum.save()
    again = mum.fresh()
    with doing(case):
        again.name = "Anne Reed"
        again.save()
    assert (mum.fresh().name, mum.fresh().version) == ("Anne Reed", 3)


def test_two_people_deciding_from_the_same_page_do_not_both_decide(case):
    deadline = a_deadline(case)
    first, second = deadline.fresh(), deadline.fresh()
    with doing(case):
        deadlines.meet(first, on=A_WEDNESDAY)
    with pytest.raises(StaleRecord), doing(case):
        deadlines.waive(second)
    assert deadline.fresh().state == "met"


def test_nothing_is_saved_outside_an_act(case, mum):
    mum.name = "Somebody"
    with pytest.raises(QuietChange):
        mum.save()
    with pytest.raises(QuietChange):
        Agency(key="police", name="Police", quorum_group="police").save()
    assert mum.fresh().name == "Ann Reed"
    assert not Agency.objects.filter(key="police").exists()


def test_a_record_is_saved_whole_or_not_at_all(case, mum):
    mum.name = "Somebody"
    with doing(case), pytest.raises(QuietChange):
        mum.save(update_fields=["name"])
    assert mum.fresh().name == "Ann Reed"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda rows: rows.update(name="x"), id="update"),
        pytest.param(lambda rows: rows.bulk_update(list(rows), ["name"]), id="bulk_update"),
        pytest.param(lambda rows: rows.bulk_create([]), id="bulk_create"),
        pytest.param(lambda rows: rows.delete(), id="delete"),
        pytest.param(lambda rows: rows.first().delete(), id="delete-one"),
    ],
)
@pytest.mark.parametrize("inside_an_act", [True, False])
def test_no_change_leaves_no_history(case, mum, change, inside_an_act):
    rows = FamilyMember.objects.filter(pk=mum.pk)
    with pytest.raises(QuietChange):
        if inside_an_act:
            with doing(case):
                change(rows)
        else:
            change(rows)
    assert mum.fresh().name == "Ann Reed"
    assert mum.history.count() == 1


def test_related_rows_are_guarded_as_well(case):
    with doing(case), pytest.raises(QuietChange):
        case.family_members.update(name="x")
    with doing(case), pytest.raises(QuietChange):
        case.deadlines.all().delete()


@pytest.mark.parametrize("kind", Record.__subclasses__(), ids=lambda kind: kind.__name__)
def test_every_kind_of_record_refuses_quiet_changes(kind):
    with pytest.raises(QuietChange):
        kind.objects.update(version=9)
    with pytest.raises(QuietChange):
        kind.objects.all().delete()


def test_the_journal_is_neither_edited_nor_deleted(case):
    entry = Entry.objects.last()
    for change in (entry.save, entry.delete):
        with pytest.raises(WrongState):
            change()


def test_history_is_not_edited(case, mum):
    row = mum.history.get()
    row.name = "Somebody"
    with pytest.raises(QuietChange):
        row.save()


def test_a_step_that_may_not_start_here_is_refused_with_where_it_stands(case):
    deadline = a_deadline(case)
    ready(deadline.meet, deadline.waive)
    with doing(case):
        deadlines.meet(deadline, on=A_WEDNESDAY)
    with pytest.raises(WrongState, match="It is met") as refused:
        ready(deadline.waive)
    assert refused.value.about == ["icpc:maya"]


# Signed


def test_every_change_is_signed_with_who_in_which_role_for_whom_why_and_when(case, mum, people):
    manager, version = people[Role.TEAM_MANAGER], with_policy({"visit": "5 wd"})
    with doing(case, by=manager, on=NEXT_DAY, name="correct_name", reason="misspelt"):
        mum.name = "Ann Marsh"
        mum.save()
    row = mum.history.latest("history_id")
    assert (row.history_by, row.history_role, row.history_agency) == (manager, "team_manager", "social_care")
    assert (row.history_change_reason, row.history_policy) == ("misspelt", version.name)
    assert row.history_date == noon(NEXT_DAY)
    assert (row.history_entry.act, row.history_entry.case, row.history_entry.by) == ("correct_name", case, manager)
    assert (row.name, row.version) == ("Ann Marsh", 2)


def test_the_reason_of_one_act_does_not_stick_to_the_next(case, mum):
    with doing(case, reason="misspelt"):
        mum.save()
    with doing(case):
        mum.save()
    assert [row.history_change_reason for row in mum.history.order_by("version")] == ["", "misspelt", ""]


def test_what_the_system_does_by_itself_is_signed_by_nobody(case, mum):
    with doing(case):
        mum.save()
    row = mum.history.latest("history_id")
    assert (row.history_by, row.history_role, row.history_agency) == (None, "", "")
    assert row.history_entry is not None


def test_when_it_was_written_down_is_kept_apart_from_when_it_was_true(case, mum):
    with doing(case, on=NEXT_DAY):
        mum.save()
    row = mum.history.latest("history_id")
    assert row.history_date == noon(NEXT_DAY)
    assert abs(row.recorded_at - row.history_date) > timedelta(0)
    assert row.recorded_at.tzinfo is not None


def test_who_acted_is_kept_as_they_were_when_they_move_on(case, mum, people):
    worker = people[Role.AGENCY_PRACTITIONER]
    with doing(case, by=worker):
        mum.save()
    with doing():
        worker.role, worker.agency = Role.TEAM_MANAGER, Agency.objects.get(key="social_care")
        worker.save()
    row = mum.history.latest("history_id")
    assert (row.history_role, row.history_agency) == ("agency_practitioner", "health")


def test_two_rows_never_share_a_moment_under_a_clock_that_stands_still(case, mum):
    for _ in range(3):
        with under_way("correct", case, by=None, at=noon(NEXT_DAY)):
            mum.save()
            mum.save()
    moments = [row.history_date for row in mum.history.order_by("version")][1:]
    assert len(set(moments)) == 6
    assert moments == sorted(moments)
    assert moments[-1] - moments[0] < timedelta(seconds=1)


def test_two_rows_never_share_a_moment_when_several_are_written_at_once(case):
    found = set()
    for thread in (ticking := [threading.Thread(target=lambda: found.update(ticks(200))) for _ in range(4)]):
        thread.start()
    for thread in ticking:
        thread.join()
    assert len(found) == 800


def ticks(number):
    from workflow.acting import Acting

    act = Acting("tick", None, noon(date(2026, 9, 1)), "")
    return [act.tick() for _ in range(number)]


# Many at once


def officers(number):
    """Professionals not yet saved."""
    health = Agency.objects.get(key="health")
    return [
        Professional(key=f"pc{number}-{n}", name=f"PC {n}", role=Role.AGENCY_PRACTITIONER, agency=health)
        for n in range(number)
    ]


def test_many_new_records_leave_the_same_history_as_one(case):
    with doing(reason="joined the partnership"):
        kept = keep_new(officers(3))
        alone = a_professional("pc9", Role.AGENCY_PRACTITIONER, Agency.objects.get(key="health"))
    rows = [person.history.get() for person in [*kept, alone]]
    assert [person.version for person in kept] == [1, 1, 1]
    assert {row.history_type for row in rows} == {"+"}
    assert {(row.history_change_reason, row.history_entry_id, row.history_policy) for row in rows} == {
        ("joined the partnership", rows[-1].history_entry_id, "2026-1")
    }
    assert len({row.history_date for row in rows}) == 4
    with doing():
        kept[0].name = "PC One"
        kept[0].save()
    assert [row.name for row in kept[0].history.order_by("version")] == ["PC 0", "PC One"]


def test_many_new_records_cost_no_more_statements_than_few(case):
    def statements(number):
        with doing(), connection.execute_wrapper(counted := Counter()):
            keep_new(officers(number))
        return counted.number

    assert statements(2) == statements(40)


class Counter:
    number = 0

    def __call__(self, execute, *args):
        self.number += 1
        return execute(*args)


def test_many_new_records_are_kept_only_inside_an_act(case):
    with pytest.raises(QuietChange):
        keep_new(officers(2))
    assert keep_new([]) == []

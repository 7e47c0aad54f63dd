"""The gate every change goes through: who may, one transaction, one line in the journal, refusals written down."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from tests.making import A_WEDNESDAY, a_case, a_partnership, an_agency, doing, noon, with_policy
from workflow import permissions
from workflow.acts import ACTS, PARTNERSHIP, act, case_of, plain, refuse, under_way
from workflow.errors import NotPermitted, ReasonRequired, Unknown, WrongState
from workflow.models import Agency, AgencyPart, Child, Entry, FamilyMember, Role
from workflow.policy import policy_on

pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 3, 18, 23, 30, tzinfo=UTC)


@act
def correct_name(member, name, *, reason="", on, by):
    """A change for these tests: refuses a blank name after it has already saved something."""
    member.name = name
    member.save()
    if not name:
        raise ReasonRequired(about=[member.key])
    return member, on, by


@act
def bury(child):
    """A second death: the state machine refuses it."""
    child.die()
    child.save()


ACTS.pop("correct_name")
ACTS.pop("bury")


@pytest.fixture(autouse=True)
def rows_in_the_matrix(monkeypatch):
    for name in ("correct_name", "bury"):
        may_it = permissions.is_in_post & permissions.acts_as(frozenset({Role.TEAM_MANAGER}))
        monkeypatch.setitem(permissions.RULES, name, may_it)


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


@pytest.fixture
def manager(people):
    return people[Role.TEAM_MANAGER]


@pytest.fixture
def mum(case):
    return FamilyMember.objects.get(key="mum")


def journal(case):
    return list(Entry.objects.filter(case=case).order_by("number"))


def last(case):
    return journal(case)[-1]


def test_an_accepted_act_is_one_line_of_the_journal(case, mum, manager):
    before = len(journal(case))
    correct_name(mum, "Ann Marsh", reason="misspelt", by=manager, on=A_WEDNESDAY)
    entry = last(case)
    assert len(journal(case)) == before + 1
    assert (entry.act, entry.by, entry.role, entry.agency_key) == (
        "correct_name",
        manager,
        "team_manager",
        "social_care",
    )
    assert (entry.outcome, entry.code, entry.reason, entry.happened_at) == ("done", "", "misspelt", noon(A_WEDNESDAY))
    assert entry.details == {"member": "mum", "name": "Ann Marsh", "reason": "misspelt"}
    assert entry.policy_version == "2026-1"


def test_a_role_without_the_right_is_refused_and_that_is_written_down(case, mum, people):
    worker = people[Role.AGENCY_PRACTITIONER]
    with pytest.raises(NotPermitted):
        correct_name(mum, "Ann Marsh", by=worker, on=A_WEDNESDAY)
    entry = last(case)
    assert (entry.act, entry.by, entry.outcome, entry.code) == ("correct_name", worker, "refused", "NOT_PERMITTED")
    assert entry.about == ["correct_name"]
    assert mum.fresh().name == "Ann Reed"


def test_a_refusal_changes_nothing_however_far_the_act_had_come(case, mum, manager):
    with pytest.raises(ReasonRequired):
        correct_name(mum, "", by=manager, on=A_WEDNESDAY)
    assert mum.fresh().name == "Ann Reed"
    assert mum.history.count() == 1
    entry = last(case)
    assert (entry.outcome, entry.code, entry.about) == ("refused", "REASON_REQUIRED", ["mum"])
    assert [one.act for one in journal(case)].count("correct_name") == 1


def test_a_step_the_state_machine_forbids_is_refused_as_wrong_state(case, manager):
    child = Child.objects.get()
    bury(child, by=manager, on=A_WEDNESDAY)
    with pytest.raises(WrongState):
        bury(child.fresh(), by=manager, on=A_WEDNESDAY)
    assert [(one.outcome, one.code) for one in journal(case)[-2:]] == [("done", ""), ("refused", "WRONG_STATE")]
    assert child.history.count() == 2


def test_an_error_of_ours_leaves_neither_a_change_nor_a_line(case, mum):
    before = len(journal(case))
    with pytest.raises(ZeroDivisionError), doing(case):
        mum.name = "Somebody"
        mum.save()
        raise ZeroDivisionError
    assert (len(journal(case)), mum.fresh().name) == (before, "Ann Reed")


def test_the_system_acts_as_nobody_and_needs_no_row(case, mum):
    correct_name(mum, "Ann Marsh", by=None, on=A_WEDNESDAY)
    assert (last(case).by, last(case).role, last(case).outcome) == (None, "", "done")


def test_the_lines_of_a_case_are_numbered_without_a_gap_refused_ones_too(case, mum, manager, people):
    other = a_case(people, "CP-2")
    for name in ("A", "", "B"):
        try:
            correct_name(mum.fresh(), name, by=manager, on=A_WEDNESDAY)
        except ReasonRequired:
            with doing(other):
                pass
    assert [one.number for one in journal(case)] == list(range(1, len(journal(case)) + 1))
    assert [one.number for one in journal(other)] == list(range(1, len(journal(other)) + 1))


def test_an_act_about_the_whole_partnership_has_no_number():
    with doing(PARTNERSHIP, name="set_up"):
        pass
    entry = Entry.objects.get(act="set_up")
    assert (entry.case, entry.number) == (None, None)


def test_a_day_alone_means_noon_in_london_in_summer_and_winter(case, mum):
    for on, hour in ((A_WEDNESDAY, 12), (date(2026, 6, 17), 11)):
        correct_name(mum, "Ann", by=None, on=on)
        assert last(case).happened_at == datetime(on.year, on.month, on.day, hour, tzinfo=UTC)


def test_a_moment_is_kept_and_gives_the_day_it_is_in_london(case, mum):
    _, on, _ = correct_name(mum, "Ann", by=None, at=EVENING)
    assert (last(case).happened_at, on) == (EVENING, A_WEDNESDAY)
    summer = datetime(2026, 6, 17, 23, 30, tzinfo=UTC)
    assert correct_name(mum, "Ann", by=None, at=summer)[1] == date(2026, 6, 18)


def test_an_act_that_is_told_no_day_does_not_ask_the_clock(case, mum):
    with pytest.raises(TypeError, match="day"):
        correct_name(mum, "Ann", by=None)


def test_an_act_is_not_called_inside_another(case, mum):
    with pytest.raises(RuntimeError, match="inside another act"), doing(case):
        correct_name(mum, "Ann", by=None, on=A_WEDNESDAY)
    correct_name(mum, "Ann", by=None, on=A_WEDNESDAY)


def test_the_act_is_stamped_with_the_policy_of_its_day(case, mum):
    version = with_policy({"visit": "5 wd"}, on=date(2026, 3, 20))
    correct_name(mum, "A", by=None, on=date(2026, 3, 19))
    assert last(case).policy_version == "2026-1"
    correct_name(mum, "B", by=None, on=date(2026, 3, 20))
    assert last(case).policy_version == version.name == policy_on(date(2026, 3, 20)).version


def test_a_refusal_before_the_act_could_begin_is_written_down_too(case, manager):
    refuse("add_action", case, {"owner": "nobody"}, Unknown(about=["nobody"]), by=manager, at=noon(A_WEDNESDAY))
    entry = last(case)
    assert (entry.act, entry.outcome, entry.code, entry.about) == ("add_action", "refused", "UNKNOWN", ["nobody"])
    assert entry.details == {"owner": "nobody"}


def test_a_night_that_changes_nothing_writes_nothing(case, mum):
    before = Entry.objects.count()
    with under_way("watch", case, by=None, at=noon(A_WEDNESDAY), only_if_changed=True):
        pass
    assert Entry.objects.count() == before
    with under_way("watch", case, by=None, at=noon(A_WEDNESDAY), only_if_changed=True):
        mum.save()
        mum.save()
    assert Entry.objects.count() == before + 1
    assert {row.history_entry for row in mum.history.order_by("version")[1:]} == {last(case)}


def test_an_accepted_act_is_a_sign_of_life_of_the_doers_agency_and_a_refused_one_is_not(case, mum, people):
    part = AgencyPart.objects.get(case=case, agency__key="health")
    assert part.last_heard_at is None
    lead = people[Role.AGENCY_LEAD]
    with pytest.raises(NotPermitted):
        correct_name(mum, "Ann", by=lead, on=A_WEDNESDAY)
    part.refresh_from_db()
    assert part.last_heard_at is None
    with doing(case, by=lead):
        pass
    part.refresh_from_db()
    assert part.last_heard_at == noon(A_WEDNESDAY)


def test_the_subject_tells_the_case(case, mum):
    child = Child.objects.get()
    assert [case_of(one) for one in (case, mum, [child, mum], None, [])] == [case, case, case, None, None]
    with pytest.raises(TypeError, match="has no case"):
        case_of("CP-1")


@dataclass
class Draft:
    owner: Agency
    due: date


def test_what_was_asked_is_kept_as_plain_words(case, mum):
    with doing():
        police = an_agency("police")
    asked = {mum: [police, date(2026, 3, 18)], "draft": Draft(police, date(2026, 4, 1)), "n": 3, "set": {police}}
    assert plain(asked) == {
        "mum": ["police", "2026-03-18"],
        "draft": {"owner": "police", "due": "2026-04-01"},
        "n": 3,
        "set": ["police"],
    }
    assert plain(case) == case.reference

"""The audit finds a record that was changed behind the product's back, and says which and how."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing
from tests.unguarded import behind_its_back
from workflow import audit, deadlines
from workflow.models import Case, Chain, Child, Deadline, Entry, Role

pytestmark = pytest.mark.django_db

HISTORY = "workflow_historicaldeadline"


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


@pytest.fixture
def deadline(case):
    return a_deadline(case)


@pytest.fixture
def moved(deadline, case):
    with doing(case):
        deadlines.move(deadline, deadline.due_on.replace(day=20), on=A_WEDNESDAY, because="the chair is ill")
    return deadline


def checked(case=None):
    """What is found in the records and the journal; what the chain says of the same change is told in test_chain."""
    return [finding for finding in audit.check(case) if not finding.record.startswith("chain")]


def found(case=None):
    return [(finding.record, finding.what) for finding in checked(case)]


def the(deadline):
    return f"deadline icpc:maya ({deadline.pk})"


def test_a_story_told_by_the_product_leaves_a_whole_record(told):
    told("redated_action_still_shows_original_date")
    assert Deadline.history.count() > 5
    assert audit.check() == []
    assert audit.check(Case.objects.get()) == []


def test_a_date_changed_in_the_table_differs_from_its_history(deadline):
    behind_its_back("UPDATE workflow_deadline SET due_on = '2026-12-31' WHERE id = %s", deadline.pk)
    (finding,) = checked()
    assert (finding.record, finding.what) == (the(deadline), "differs from its history")
    assert finding.detail == "due_on is 2026-12-31 and was last recorded as 2026-04-10"


def test_any_field_changed_in_the_table_is_seen(case):
    behind_its_back("UPDATE workflow_child SET name = 'Somebody Else'")
    assert found() == [(f"child maya ({Child.objects.get().pk})", "differs from its history")]


def test_a_row_that_nobody_wrote_has_no_history(case, deadline):
    behind_its_back(f"DELETE FROM {HISTORY} WHERE id = %s", deadline.pk)
    assert found() == [(the(deadline), "has no history")]


def test_a_deleted_row_is_gone(deadline):
    behind_its_back("DELETE FROM workflow_deadline WHERE id = %s", deadline.pk)
    assert found() == [(the(deadline), "is gone")]


def test_a_line_of_history_taken_out_leaves_a_gap(moved):
    behind_its_back(f"DELETE FROM {HISTORY} WHERE id = %s AND version = 1", moved.pk)
    assert found() == [(the(moved), "has a gap in its history")]


def test_a_met_duty_made_pending_again_is_a_step_nobody_declared(case, deadline):
    with doing(case):
        deadlines.meet(deadline, on=A_WEDNESDAY)
    with doing(case):
        deadline.save()
    again = "state = 'pending', met_on = NULL"
    behind_its_back(f"UPDATE workflow_deadline SET {again} WHERE id = %s", deadline.pk)
    behind_its_back(f"UPDATE {HISTORY} SET {again} WHERE id = %s AND version = 3", deadline.pk)
    (finding,) = checked()
    assert (finding.record, finding.what) == (the(deadline), "moved by no declared transition")
    assert finding.detail == "from met to pending, at version 3"


def test_a_moved_date_without_a_reason_is_named(moved):
    for table in ("workflow_deadline", HISTORY):
        behind_its_back(f"UPDATE {table} SET moved_because = '' WHERE id = %s AND version = 2", moved.pk)
    (finding,) = checked()
    assert (finding.record, finding.what) == (the(moved), "was given another date without a reason")
    assert finding.detail == "from 2026-04-10 to 2026-04-20"


def test_a_second_move_does_not_hide_behind_the_reason_of_the_first(case, moved):
    with doing(case):
        moved.save()
    for table in ("workflow_deadline", HISTORY):
        behind_its_back(f"UPDATE {table} SET due_on = '2026-05-20' WHERE id = %s AND version = 3", moved.pk)
    assert found() == [(the(moved), "was given another date without a reason")]


def test_a_change_that_leads_to_no_entry_was_made_outside_any_act(deadline):
    behind_its_back(f"UPDATE {HISTORY} SET history_entry_id = 987654 WHERE id = %s", deadline.pk)
    assert found() == [(the(deadline), "changed outside any act")]


def test_a_change_cannot_lean_on_a_refused_entry(case, deadline):
    entry = Entry.objects.filter(case=case).last()
    behind_its_back("UPDATE workflow_entry SET outcome = 'refused', code = 'UNKNOWN' WHERE id = %s", entry.pk)
    assert (the(deadline), "changed outside any act") in found()


def test_an_entry_taken_out_leaves_a_gap_in_the_journal_of_the_case(case):
    for _ in range(3):
        with doing(case):
            pass
    behind_its_back("DELETE FROM workflow_seal")
    behind_its_back("DELETE FROM workflow_entry WHERE case_id = %s AND number = 2", case.pk)
    (finding,) = checked()
    assert (finding.record, finding.what) == ("case CP-1", "has a gap in its journal")
    assert finding.detail == "no entry has number 2"


def test_an_entry_without_a_number_is_a_gap_too(case):
    with doing(case):
        pass
    behind_its_back("UPDATE workflow_entry SET number = NULL WHERE case_id = %s", case.pk)
    assert found() == [("case CP-1", "has a gap in its journal")]


def test_one_case_is_looked_at_without_the_others(people, case, deadline):
    other = a_case(people, "CP-2")
    behind_its_back("UPDATE workflow_deadline SET title = 'Something else' WHERE id = %s", deadline.pk)
    assert found(other) == []
    assert found(case) == found() == [(the(deadline), "differs from its history")]


def test_every_kind_of_record_is_looked_at():
    heard = []
    audit.check(looking_at=heard.append)
    assert {"deadline", "conference", "action", "alert", "notification", "agency"} < set(heard)
    assert len(heard) == audit.steps()


def test_the_audit_asks_no_more_of_the_database_when_there_is_more_to_look_at(case, django_assert_num_queries):
    a_deadline(case)
    audit.check()
    # Rows, history and seals of each kind; the journal, the list of chains, their salts, the sealed reads; four for
    # each chain. Of what was destroyed: until which seal, what was kept of it, its certificates, and who lacks one.
    statements = 3 * len(audit.kinds()) + 4 + 4 * Chain.objects.count() + 4
    with django_assert_num_queries(statements):
        audit.check()
    for n in range(5):
        a_deadline(case, subject=f"child-{n}")
    with django_assert_num_queries(statements):
        audit.check()


def test_every_transition_with_an_open_source_or_several_ends_is_read_from_its_declaration():
    from escalation.models import Disagreement
    from meetings.models import Conference, Exclusion

    conference = audit.declared_transitions(Conference)["state"]
    assert {("open", "adjourned_inquorate"), ("open", "adjourned_other"), ("invited", "booked")} < conference
    assert ("held", "open") not in conference
    exclusion = audit.declared_transitions(Exclusion)["state"]
    assert ("excluded", "not_excluded") in exclusion and ("excluded", "requested") in exclusion
    assert ("stage3", "stage2") not in audit.declared_transitions(Disagreement)["state"]


def verify(**options):
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_record", stdout=said, **options)
    return ended.value.code, said.getvalue()


def test_the_command_says_that_a_whole_record_is_whole(case):
    assert verify() == (0, "The record is whole.\n")


def test_the_command_names_what_is_not_whole_and_fails(people, case, deadline):
    a_case(people, "CP-2")
    behind_its_back("UPDATE workflow_deadline SET owner_professional_id = %s", people[Role.DIRECTOR].pk)
    code, said = verify()
    assert code == 1
    assert said.startswith(f"{the(deadline)} differs from its history: owner_professional_id is ")
    assert said.endswith("1 finding.\n")
    assert verify(case="CP-1")[0] == 1
    assert verify(case="CP-2") == (0, "The record is whole.\n")


def test_the_command_knows_when_there_is_no_such_case(db):
    with pytest.raises(CommandError, match=r"There is no case CP-9\."):
        call_command("verify_record", case="CP-9")

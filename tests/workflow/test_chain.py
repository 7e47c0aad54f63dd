"""Whoever changes, adds or takes out what was done, in the tables themselves, breaks the chain at that very place."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing
from tests.unguarded import behind_its_back
from workflow import chain, deadlines
from workflow.acts import PARTNERSHIP
from workflow.chain import Head, check_chains, heads
from workflow.errors import ReasonRequired
from workflow.models import Case, Chain, Child, Entry, Seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def case():
    return a_case(a_partnership())


@pytest.fixture
def deadline(case):
    """A case with five acts: opened, a deadline, and three moves of it."""
    found = a_deadline(case)
    for day in (13, 14, 15):
        with doing(case):
            deadlines.move(found, found.due_on.replace(day=day), on=A_WEDNESDAY, because=f"the {day}th suits all")
    return found


def broken(case=None, kept=()):
    return [(finding.record.split(", ")[-1], finding.detail) for finding in check_chains(case, kept)]


def entries(case):
    return list(Entry.objects.filter(case=case).order_by("number"))


def test_what_the_product_wrote_is_sealed_from_the_first_entry_to_the_last(case, deadline):
    assert Seal.objects.count() == Entry.objects.count()
    assert [seal.number for seal in case.chain.seals.all()] == [entry.number for entry in entries(case)]
    assert broken() == []


def test_a_story_told_by_the_product_is_one_whole_chain(told):
    told("redated_action_still_shows_original_date")
    assert Chain.objects.count() == 2
    assert broken() == []
    assert broken(Case.objects.get()) == []


def test_a_reason_changed_in_the_journal_is_found_at_its_seal(case, deadline):
    third = entries(case)[2]
    behind_its_back("UPDATE workflow_entry SET reason = 'another' WHERE id = %s", third.pk)
    ((where, what),) = broken()
    assert where == f"seal {third.number}"
    assert what == "what make of 18 Mar 2026 says or changed is not what was sealed"


def test_a_date_changed_in_the_history_is_found_at_the_act_that_set_it(case, deadline):
    row = deadline.history.order_by("version")[1]
    behind_its_back(
        "UPDATE workflow_historicaldeadline SET due_on = '2026-12-31' WHERE history_id = %s", row.history_id
    )
    assert [where for where, _ in broken(case)] == [f"seal {row.history_entry.number}"]


def test_a_history_row_taken_out_is_found(case, deadline):
    row = deadline.history.order_by("version")[2]
    behind_its_back("DELETE FROM workflow_historicaldeadline WHERE history_id = %s", row.history_id)
    assert [where for where, _ in broken()] == [f"seal {row.history_entry.number}"]


def test_a_history_row_put_in_is_found(case, deadline):
    row = deadline.history.order_by("version")[2]
    columns = ", ".join(
        f'"{field.column}"' for field in type(row)._meta.concrete_fields if field.column != "history_id"
    )
    behind_its_back(
        f"INSERT INTO workflow_historicaldeadline ({columns}) SELECT {columns} FROM workflow_historicaldeadline "
        "WHERE history_id = %s",
        row.history_id,
    )
    assert [where for where, _ in broken()] == [f"seal {row.history_entry.number}"]


def test_when_it_was_written_down_cannot_be_put_back_either(case, deadline):
    second = entries(case)[1]
    behind_its_back("UPDATE workflow_entry SET recorded_at = '2026-03-18 12:00:00+00:00' WHERE id = %s", second.pk)
    assert [where for where, _ in broken()] == [f"seal {second.number}"]


def test_an_act_taken_out_of_the_middle_leaves_a_gap(case, deadline):
    third = entries(case)[2]
    behind_its_back("DELETE FROM workflow_seal WHERE entry_id = %s", third.pk)
    behind_its_back("DELETE FROM workflow_entry WHERE id = %s", third.pk)
    ((where, what),) = broken()
    assert (where, what) == (f"seal {third.number + 1}", f"seal {third.number} is missing")


def test_a_seal_made_anew_by_somebody_without_the_rest_breaks_the_next_one(case, deadline):
    third = entries(case)[2].seal
    forged = chain._link(case.chain.name, third.number, third.previous, "f" * 64)
    behind_its_back("UPDATE workflow_seal SET content = %s, hash = %s WHERE id = %s", "f" * 64, forged, third.pk)
    assert [where for where, _ in broken()] == [f"seal {third.number}"]


def test_an_end_cut_off_is_found_by_the_head_of_the_chain_and_by_one_kept_elsewhere(case, deadline):
    kept, last, before = heads(), entries(case)[-1], entries(case)[-2].seal
    behind_its_back("DELETE FROM workflow_seal WHERE entry_id = %s", last.pk)
    assert broken() == [
        ("chain of case CP-1", f"the last seal is {last.number - 1}, the chain says {last.number}"),
        ("chain of case CP-1", str(last)),
    ]
    behind_its_back("DELETE FROM workflow_historicaldeadline WHERE history_entry_id = %s", last.pk)
    behind_its_back("DELETE FROM workflow_entry WHERE id = %s", last.pk)
    behind_its_back(
        "UPDATE workflow_chain SET number = %s, hash = %s WHERE case_id = %s", before.number, before.hash, case.pk
    )
    assert broken() == []
    assert broken(kept=kept) == [(f"chain case-{case.pk}", f"seal {last.number} is not the one kept")]


def test_an_entry_slipped_in_beside_the_gate_was_never_sealed(case, deadline):
    Entry.objects.create(case=case, number=99, act="forged", happened_at=deadline.history.first().history_date)
    assert [where for where, _ in broken()] == ["chain of case CP-1"]


def test_a_refusal_is_sealed_too(case):
    with pytest.raises(ReasonRequired), doing(case):
        raise ReasonRequired()
    assert Chain.objects.get(case=case).number == 1
    assert broken() == []


def test_what_a_savepoint_took_back_is_not_sealed(case):
    child = Child.objects.get()
    with doing(case):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            child.missing = ["school"]
            child.save()
            _ = 1 / 0
        again = child.fresh()
        again.missing = ["religion"]
        again.save()
    assert broken() == []


def test_a_case_whose_text_went_without_an_order_is_found_though_its_salt_went_too(case, deadline):
    """What was lawfully destroyed has a certificate: see `test_destruction`."""
    behind_its_back("UPDATE workflow_chain SET salt = '' WHERE case_id = %s", case.pk)
    behind_its_back("UPDATE workflow_entry SET details = '{}', reason = '' WHERE case_id = %s", case.pk)
    assert [where for where, _ in broken()] == ["seal 1"]


def test_acts_for_the_whole_partnership_have_a_chain_of_their_own(case):
    with doing(PARTNERSHIP, name="deliver"):
        pass
    assert Chain.objects.get(name=Chain.PARTNERSHIP).seals.count() == Entry.objects.filter(case=None).count()


def test_a_chain_begins_where_an_older_journal_has_got_to(case):
    behind_its_back("DELETE FROM workflow_seal")
    behind_its_back("DELETE FROM workflow_chain")
    with doing(case):
        pass
    assert [seal.number for seal in Seal.objects.all()] == [entries(case)[-1].number]
    assert broken() == []


def test_the_command_holds_the_record_against_heads_kept_elsewhere(case, deadline, tmp_path):
    out = StringIO()
    call_command("export_heads", stdout=out)
    kept = tmp_path / "heads.jsonl"
    kept.write_text(out.getvalue())
    assert said_by("verify_record", heads=kept) == (0, "The record is whole.\n")
    kept.write_text(Head(f"case-{case.pk}", case.chain.number + 4, "a" * 64).as_line() + "\n")
    code, words = said_by("verify_record", heads=kept)
    assert code == 1
    assert "was cut off or rewritten" in words


def test_a_file_that_holds_no_heads_is_refused_in_a_sentence(case, tmp_path):
    kept = tmp_path / "heads.jsonl"
    kept.write_text("nonsense\n")
    with pytest.raises(CommandError, match="not a head of a chain"):
        call_command("verify_record", heads=kept)


def said_by(command, **options):
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(command, stdout=out, **options)
    return ended.value.code, out.getvalue()

"""However long a case is, and wherever somebody reaches into it: the chain is whole before, and names the place."""

from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.keeping import carry_out_destruction, propose_destruction, release_destruction
from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, doing, noon
from tests.unguarded import behind_its_back
from workflow import deadlines
from workflow.chain import check_chains, heads
from workflow.models import Certificate, Chain, Deadline, Entry, Professional, Read, Role, Seal
from workflow.reads import read, seal_reads

pytestmark = pytest.mark.django_db
EXAMPLES = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def deadline():
    return a_deadline(a_case(a_partnership()))


@pytest.fixture
def lived(deadline):
    """Ten more acts in the case."""
    for day in range(10, 20):
        with doing(deadline.case):
            deadlines.move(deadline, deadline.due_on.replace(day=day), on=A_WEDNESDAY, because=f"the {day}th suits all")
    return deadline.case


class Undone(Exception):
    """Takes back what was done to the tables."""


def after(case, *statements, kept=()):
    """What is found once these were run; then they are taken back."""
    found = []
    try:
        with transaction.atomic():
            for sql, *values in statements:
                behind_its_back(sql, *values)
            found = [finding.record.split(", ")[-1] for finding in check_chains(case, kept)]
            raise Undone
    except Undone:
        return found


@EXAMPLES
@given(data=st.data())
def test_an_edit_anywhere_is_named(lived, data):
    entries = list(Entry.objects.filter(case=lived, seal__isnull=False).order_by("number"))
    entry = data.draw(st.sampled_from(entries))
    column = data.draw(st.sampled_from(["reason", "act", "role", "policy_version", "about"]))
    assert after(lived) == []
    changed = (f"UPDATE workflow_entry SET {column} = %s WHERE id = %s", "else", entry.pk)
    if column == "about":
        changed = ("UPDATE workflow_entry SET about = '[\"else\"]' WHERE id = %s", entry.pk)
    assert after(lived, changed) == [f"seal {entry.seal.number}"]


@EXAMPLES
@given(data=st.data())
def test_a_deletion_in_the_middle_is_named_by_the_seal_after_it(lived, data):
    seal = data.draw(st.sampled_from(list(Seal.objects.filter(chain__case=lived).order_by("number"))[1:-1]))
    gone = (
        ("DELETE FROM workflow_seal WHERE id = %s", seal.pk),
        ("DELETE FROM workflow_historicaldeadline WHERE history_entry_id = %s", seal.entry_id),
        ("DELETE FROM workflow_entry WHERE id = %s", seal.entry_id),
    )
    assert after(lived, *gone) == [f"seal {seal.number + 1}"]


@EXAMPLES
@given(data=st.data())
def test_an_end_cut_off_with_its_head_set_back_is_found_by_the_head_kept_elsewhere_alone(lived, data):
    kept, name = heads(), Chain.objects.get(case=lived).name
    seals = list(Seal.objects.filter(chain__case=lived).order_by("number"))
    last = data.draw(st.sampled_from(seals[:-1]))
    gone = [seal.entry_id for seal in seals if seal.number > last.number]
    ids = ", ".join(str(pk) for pk in gone)
    cut = (
        (f"DELETE FROM workflow_seal WHERE entry_id IN ({ids})",),
        (f"DELETE FROM workflow_historicaldeadline WHERE history_entry_id IN ({ids})",),
        (f"DELETE FROM workflow_entry WHERE id IN ({ids})",),
        ("UPDATE workflow_chain SET number = %s, hash = %s WHERE name = %s", last.number, last.hash, name),
    )
    assert after(lived, *cut) == []
    assert after(lived, *cut, kept=kept) == [f"chain {name}"]


@pytest.fixture
def gone(lived):
    """The same case, lawfully destroyed after its six years, and looked at since."""
    people = {each.role: each for each in Professional.objects.order_by("-pk")}
    with doing(lived):
        deadlines.meet(Deadline.objects.get(), on=A_WEDNESDAY)
    on = date(2033, 1, 3)
    order = propose_destruction(lived, by=people[Role.PARTNERSHIP], on=on)
    order = release_destruction(order, by=people[Role.DIRECTOR], on=on)
    carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=on)
    for hour in range(3):
        read(lived, by=people[Role.AUDITOR], kind=Read.Kind.VIEW, at=noon(on), about=f"case-{hour}")
        seal_reads(noon(on))
    return lived


@EXAMPLES
@given(data=st.data())
def test_the_chain_of_a_destroyed_case_holds_together_and_a_forged_seal_is_named(gone, data):
    """What lawful destruction leaves: the seals, without what they sealed."""
    seals = list(Seal.objects.filter(chain__case=gone).order_by("number"))
    assert after(gone) == []
    broken = data.draw(st.sampled_from(seals))
    forged = ("UPDATE workflow_seal SET content = %s WHERE id = %s", "f" * 64, broken.pk)
    assert after(gone, forged) == [f"seal {broken.number}"]


@EXAMPLES
@given(data=st.data())
def test_an_edit_after_the_destruction_is_named(gone, data):
    since = Entry.objects.get(case=gone, act="carry_out_destruction").number
    entry = data.draw(st.sampled_from(list(Entry.objects.filter(case=gone, number__gte=since))))
    column = data.draw(st.sampled_from(["reason", "act", "role", "policy_version"]))
    assert after(gone, (f"UPDATE workflow_entry SET {column} = 'else' WHERE id = %s", entry.pk)) == [
        f"seal {entry.number}"
    ]


@EXAMPLES
@given(data=st.data())
def test_a_cut_in_a_destroyed_case_is_named(gone, data):
    seal = data.draw(st.sampled_from(list(Seal.objects.filter(chain__case=gone).order_by("number"))[1:-1]))
    cut = (
        ("DELETE FROM workflow_seal WHERE id = %s", seal.pk),
        ("DELETE FROM workflow_certificate WHERE entry_id = %s", seal.entry_id),
        ("DELETE FROM workflow_entry WHERE id = %s", seal.entry_id),
    )
    kept = heads()
    assert after(gone, *cut, kept=kept)
    if not Certificate.objects.filter(entry=seal.entry_id).exists():
        assert after(gone, *cut) == [f"seal {seal.number + 1}"]

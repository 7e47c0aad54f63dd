"""The read log: kept as it was written, sealed by the night, and counted by who is of the team."""

from datetime import timedelta

import pytest

from config import nightly
from escalation.models import SweepRun
from tests.making import A_WEDNESDAY, a_case, a_partnership, a_professional, an_agency, doing, noon
from tests.unguarded import behind_its_back
from workflow import reads
from workflow.audit import check
from workflow.errors import WrongState
from workflow.models import Chain, Entry, Read, Role, Seal
from workflow.people import link
from workflow.reads import Kind, check_reads, counted, hashed, read, reads_of, seal_reads
from workflow.verification import last_verified

pytestmark = pytest.mark.django_db
AT = noon(A_WEDNESDAY)


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    return a_case(people)


@pytest.fixture
def looked(case, people):
    return [read(case, by=people[Role.TEAM_MANAGER], kind=Kind.VIEW, at=AT, about=f"page {n}") for n in range(3)]


def found(case=None):
    return [(finding.record, finding.what) for finding in check_reads(case)]


def test_a_read_is_one_statement(case, people, django_assert_num_queries):
    with django_assert_num_queries(1):
        read(case, by=people[Role.AUDITOR], kind=Kind.EXPORT, at=AT, about="history")


def test_a_read_is_neither_edited_nor_deleted(looked):
    with pytest.raises(WrongState):
        looked[0].save()
    with pytest.raises(WrongState):
        looked[0].delete()


def test_what_was_searched_is_kept_only_as_a_hash_with_a_key(people, settings):
    kept = read(None, by=people[Role.TEAM_MANAGER], kind=Kind.SEARCH, at=AT, about="  Maya   REED ")
    assert kept.about == hashed("maya reed") and "maya" not in kept.about.lower()
    settings.SECRET_KEY = "another"
    assert hashed("maya reed") != kept.about


def test_the_night_seals_what_was_read_once(case, looked, people):
    read(None, by=people[Role.AUDITOR], kind=Kind.SEARCH, at=AT, about="reed")
    assert seal_reads(AT) == 4
    assert seal_reads(AT) == 0
    assert Entry.objects.filter(act="seal_reads").count() == 2
    assert check() == []


def test_only_what_came_since_is_sealed_the_next_night(case, looked, people):
    for night in range(1, 5):
        seal_reads(AT + timedelta(days=night))
        read(case, by=people[Role.AUDITOR], kind=Kind.VIEW, at=AT + timedelta(days=night), about="case")
    sealed = [set(each.details["reads"]) for each in Entry.objects.filter(act="seal_reads")]
    assert [len(each) for each in sealed] == [3, 1, 1, 1]
    assert set.union(*sealed) == {str(pk) for pk in Read.objects.values_list("pk", flat=True)[:6]}


def test_a_read_changed_after_it_was_sealed_is_found(case, looked):
    seal_reads(AT)
    behind_its_back("UPDATE workflow_read SET about = 'something else' WHERE id = %s", looked[1].pk)
    assert found() == found(case) == [(f"read {looked[1].pk}, case CP-1", "was changed")]


def test_a_read_taken_out_after_it_was_sealed_is_found(case, looked):
    seal_reads(AT)
    behind_its_back("DELETE FROM workflow_read WHERE id = %s", looked[2].pk)
    assert [str(each) for each in check()] == [f"read {looked[2].pk}, case CP-1 is gone: it was sealed on 18 Mar 2026"]


def test_a_sealing_changed_to_fit_breaks_the_chain(case, looked):
    seal_reads(AT)
    behind_its_back("DELETE FROM workflow_read WHERE id = %s", looked[2].pk)
    behind_its_back("UPDATE workflow_entry SET details = '{}' WHERE act = 'seal_reads'")
    assert "is broken" in [each.what for each in check()]


def test_who_is_of_the_team_is_asked_for_the_day_they_looked(case, people):
    with doing(case):
        teacher = a_professional("teacher", Role.AGENCY_PRACTITIONER, an_agency("education"))
        link(case, teacher, "core group", on=A_WEDNESDAY)
    for person, day in ((teacher, 0), (teacher, -1), (people[Role.AUDITOR], 0), (people[Role.TEAM_MANAGER], -1)):
        read(case, by=person, kind=Kind.VIEW, at=AT + timedelta(days=day), about="case")
    assert [(each.by.key, each.of_team) for each in reads_of(case)] == [
        ("auditor", False),
        ("teacher", True),
        ("team_manager", True),
        ("teacher", False),
    ]


def test_what_was_read_is_counted_in_one_statement(case, people, looked, django_assert_num_queries):
    for kind in (Kind.EXPORT, Kind.DOWNLOAD, Kind.PRINT, Kind.OPENING):
        read(case, by=people[Role.AUDITOR], kind=kind, at=AT, about="history")
    with django_assert_num_queries(1):
        told = counted(case)
    assert (told.people, told.outsiders, told.by_glass, told.exports, told.prints) == (2, 1, 0, 2, 1)


def test_the_night_seals_what_was_read_and_says_when_the_record_was_verified(case, looked):
    assert nightly.prove_the_record(A_WEDNESDAY) == []
    assert last_verified(case).seals == Seal.objects.count()
    assert not reads.unsealed_reads(case).exists()


def test_a_broken_link_makes_the_night_unclean_and_the_service_unwell(case, looked, client):
    seal_reads(AT)
    behind_its_back(
        "UPDATE workflow_seal SET previous = %s WHERE chain_id = %s", "f" * 64, Chain.objects.get(case=case).pk
    )
    (why,) = nightly.prove_the_record(A_WEDNESDAY)
    assert "it does not follow the seal before it" in why
    assert SweepRun.objects.get(day=A_WEDNESDAY).failures == [{"watch": "chain of seals", "why": why}]
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["record_is_whole"]) == (503, False)

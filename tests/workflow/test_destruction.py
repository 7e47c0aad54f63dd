"""A case is destroyed lawfully, whole and once, by two people and under no hold; its seals stay and are verified."""

from datetime import date
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, transaction

from config.keeping import (
    carry_out_destruction,
    clock_of,
    clocks,
    decline_destruction,
    lift_hold,
    propose_destruction,
    put_on_hold,
    read_logs,
    release_destruction,
    withdraw_destruction,
)
from config.nightly import run_night
from tests.making import a_case, a_deadline, a_partnership, cover, doing, noon
from tests.unguarded import behind_its_back
from workflow import audit, deadlines
from workflow.acts import PARTNERSHIP
from workflow.chain import heads
from workflow.destruction import What, destroyed_kinds
from workflow.errors import (
    AlreadyDestroyed,
    NotDue,
    NotPermitted,
    OnLegalHold,
    ReasonRequired,
    SecondPersonNeeded,
    WrongState,
)
from workflow.models import (
    Case,
    Certificate,
    Chain,
    Deadline,
    DestroyedLine,
    DestructionOrder,
    Draft,
    Entry,
    Family,
    MonthOfDrift,
    Read,
    Role,
    User,
)
from workflow.reads import read, seal_reads

pytestmark = pytest.mark.django_db

LAST = date(2026, 6, 1)
# Six years after the last entry, to the end of the year, and a day.
DUE = date(2033, 1, 1)
LATER = date(2040, 1, 2)
WORDS = ("Reed", "maya", "Maya", "suits all", "mum", "Because of the audit")


@pytest.fixture
def people():
    return a_partnership()


@pytest.fixture
def case(people):
    """A case about which everybody wrote something: acts, a night with an alert, a refusal, reads, a draft."""
    case = a_case(people)
    deadline = a_deadline(case)
    with doing(case, reason="It suits all"):
        deadlines.move(deadline, date(2026, 4, 13), on=date(2026, 3, 18), because="Maya: the 13th suits all")
    run_night(date(2026, 4, 20))
    with doing(case, on=LAST):
        deadlines.meet(deadline, on=LAST)
    read(case, by=people[Role.AUDITOR], kind=Read.Kind.OPENING, at=noon(LAST), about="Because of the audit of Maya")
    read(case, by=people[Role.AUDITOR], kind=Read.Kind.VIEW, at=noon(LAST), about="case-plan")
    seal_reads(noon(LAST))
    with pytest.raises(NotDue):
        propose_destruction(case, by=people[Role.PARTNERSHIP], on=LAST)
    Draft.objects.create(person=people[Role.CONFERENCE_CHAIR], place="/cases/CP-1/plan/", typed={"a": "Maya"},
                         saved_at=noon(LAST))  # fmt: skip
    return case


def released(case, people, on=DUE):
    order = propose_destruction(case, by=people[Role.PARTNERSHIP], on=on)
    return release_destruction(order, by=people[Role.SERVICE_MANAGER], on=on)


def destroyed(case, people, on=DUE):
    return carry_out_destruction(released(case, people, on), by=people[Role.PARTNERSHIP], on=on)


def found():
    return [str(one) for one in audit.check()]


def everything_written():
    """All text of all tables, by table."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                yield table, " ".join(map(str, row))


def test_nothing_is_due_before_its_years_are_over_to_the_end_of_the_calendar_year(case, people):
    assert clock_of(case, LAST).due_on == date(2032, 12, 31)
    assert not clock_of(case, LAST).is_due(date(2032, 12, 31))
    assert clock_of(case, LAST).is_due(DUE)
    with pytest.raises(NotDue):
        propose_destruction(case, by=people[Role.PARTNERSHIP], on=date(2032, 12, 31))


def test_what_is_still_owed_keeps_a_case(case, people):
    a_deadline(case, on=LAST)
    assert clock_of(case, LATER).open == ["dates owed: 1"]
    with pytest.raises(NotDue, match="dates owed: 1"):
        propose_destruction(case, by=people[Role.PARTNERSHIP], on=LATER)


def test_nothing_the_case_said_is_left_anywhere(case, people):
    before = list(everything_written())
    for word in WORDS:
        assert any(word in row for _, row in before), f"{word} was written nowhere, so it proves nothing"
    certificate = destroyed(case, people)
    assert [(table, word) for table, row in everything_written() for word in WORDS if word in row] == []
    assert not Draft.objects.exists() and not MonthOfDrift.objects.exists() and not Deadline.objects.exists()
    assert certificate.counts["workflow.deadline"] == [1, 3]
    assert certificate.counts["workflow.draft"] == [1, 0]
    assert certificate.rows == sum(map(sum, certificate.counts.values())) > 20


def test_the_chains_are_whole_before_and_after_and_go_on(case, people):
    assert found() == []
    kept = heads()
    certificate = destroyed(case, people)
    assert found() == []
    assert [str(one) for one in audit.check(kept=kept)] == []
    read(case, by=people[Role.AUDITOR], kind=Read.Kind.VIEW, at=noon(LATER), about="case")
    seal_reads(noon(LATER))
    assert found() == []
    assert (
        certificate.entry.seal.previous
        == certificate.entry.seal.chain.seals.get(number=certificate.entry.number - 1).hash
    )
    assert list(Entry.objects.filter(case=case, act="carry_out_destruction").values_list("details", flat=True)) == [
        {"order": str(certificate.order_id)}
    ]


def test_a_night_that_touched_other_cases_too_can_still_be_verified(case, people):
    """Its alerts were sealed in the chain of the partnership, which keeps its salt."""
    other = a_case(people, "CP-2")
    a_deadline(other)
    run_night(date(2026, 6, 2))
    destroyed(case, people)
    assert DestroyedLine.objects.exists()
    assert found() == []
    line = DestroyedLine.objects.first()
    behind_its_back("UPDATE workflow_destroyedline SET digest = %s WHERE id = %s", "f" * 64, line.pk)
    (broken, unlike) = found()
    assert broken.startswith("chain of the partnership, seal") and "not what was sealed" in broken
    assert unlike.startswith("case CP-1 has other digests than its certificate")


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE workflow_entry SET act = 'x' WHERE act = 'carry_out_destruction'", "not what was sealed"),
        ("UPDATE workflow_certificate SET counts = '{}'", "differs from its history"),
        ("UPDATE workflow_historicalcertificate SET counts = '{}'", "not what was sealed"),
        ("UPDATE workflow_seal SET content = previous WHERE number = 2", "its own hash is not what it should be"),
        ("UPDATE workflow_entry SET reason = 'back again' WHERE number = 2", "words of the journal"),
        ("UPDATE workflow_chain SET number = number - 1", "does not end where it says"),
        ("DELETE FROM workflow_read", "is gone"),
    ],
)  # fmt: skip
def test_a_change_after_the_destruction_is_found(case, people, sql, says):
    destroyed(case, people)
    read(case, by=people[Role.AUDITOR], kind=Read.Kind.VIEW, at=noon(DUE), about="case")
    seal_reads(noon(DUE))
    assert found() == []
    behind_its_back(sql)
    assert any(says in each for each in found()), found()


def test_an_end_cut_off_after_the_destruction_is_found_by_a_head_kept_elsewhere(case, people):
    destroyed(case, people)
    kept = [head for head in heads() if head.chain != Chain.PARTNERSHIP]
    last = Entry.objects.filter(case=case).order_by("number").last()
    behind_its_back("DELETE FROM workflow_certificate")
    behind_its_back("DELETE FROM workflow_historicalcertificate")
    behind_its_back("DELETE FROM workflow_destroyedline")
    behind_its_back("DELETE FROM workflow_seal WHERE entry_id = %s", last.pk)
    assert any("was cut off or rewritten" in str(one) for one in audit.check(kept=kept))


def test_a_case_marked_as_destroyed_without_a_certificate_is_found(case, people):
    behind_its_back("UPDATE workflow_case SET destroyed_on = '2030-01-01'")
    assert any("no certificate says by whom and why" in each for each in found())


def test_a_salt_that_is_gone_hides_nothing(case):
    behind_its_back("UPDATE workflow_chain SET salt = '' WHERE case_id = %s", case.pk)
    assert any("not what was sealed" in each for each in found())


def test_verify_record_says_what_was_destroyed_and_that_the_rest_is_whole(case, people):
    destroyed(case, people)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_record", stdout=out)
    assert ended.value.code == 0
    certificate = Certificate.objects.get()
    until = certificate.entry.number - 1
    assert (
        f"chain of case CP-1: sealed, content of seals 1 to {until} lawfully destroyed on 1 Jan 2033, "
        f"certificate {certificate.pk}" in out.getvalue()
    )


# Two people, and no hold


def test_nobody_releases_what_they_proposed_in_whatever_post(case, people):
    order = propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)
    with pytest.raises(SecondPersonNeeded):
        release_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
    user = User.objects.create(username="two_posts")
    with doing(on=DUE):
        for role in (Role.PARTNERSHIP, Role.SERVICE_MANAGER):
            post = people[role].fresh()
            post.user = user
            post.save()
    with pytest.raises(SecondPersonNeeded):
        release_destruction(order, by=people[Role.SERVICE_MANAGER].fresh(), on=DUE)
    with pytest.raises(SecondPersonNeeded):
        decline_destruction(order, reason="Not mine to say", by=people[Role.PARTNERSHIP].fresh(), on=DUE)


@pytest.mark.parametrize("role", set(Role) - {Role.CONFERENCE_ADMIN, Role.PARTNERSHIP})
def test_only_those_who_keep_the_files_propose(case, people, role):
    with pytest.raises(NotPermitted):
        propose_destruction(case, by=people[role], on=DUE)


@pytest.mark.parametrize("role", set(Role) - {Role.SERVICE_MANAGER, Role.DIRECTOR, Role.PARTNERSHIP})
def test_only_those_who_answer_for_the_files_release(case, people, role):
    order = propose_destruction(case, by=people[Role.CONFERENCE_ADMIN], on=DUE)
    with pytest.raises(NotPermitted):
        release_destruction(order, by=people[role], on=DUE)


@pytest.mark.parametrize("of_all", [True, False], ids=["every case", "this case"])
def test_nothing_under_hold_is_proposed_released_or_carried_out(case, people, of_all):
    hold = put_on_hold(
        PARTNERSHIP if of_all else case, why="inquiry", reason="The public inquiry", by=people[Role.PARTNERSHIP], on=DUE
    )

    def lifted():
        return lift_hold(hold, reason="It has reported", by=people[Role.DIRECTOR], on=DUE)

    def put_on():
        return put_on_hold(case, why="court", reason="Proceedings begin", by=people[Role.TEAM_MANAGER], on=DUE)

    with pytest.raises(OnLegalHold):
        propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)
    lifted()
    order = propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)
    hold = put_on()
    with pytest.raises(OnLegalHold):
        release_destruction(order, by=people[Role.SERVICE_MANAGER], on=DUE)
    lifted()
    order = release_destruction(order, by=people[Role.SERVICE_MANAGER], on=DUE)
    hold = put_on()
    with pytest.raises(OnLegalHold):
        carry_out_destruction(order, by=people[Role.SERVICE_MANAGER], on=DUE)
    assert Family.objects.get().name == "Reed"
    lifted()
    carry_out_destruction(order, by=people[Role.SERVICE_MANAGER], on=DUE)
    assert found() == []


def test_a_hold_needs_a_reason_to_be_put_on_and_to_be_lifted_and_not_everybody_lifts_it(case, people):
    with pytest.raises(ReasonRequired):
        put_on_hold(case, why="court", reason=" ", by=people[Role.CONFERENCE_CHAIR], on=DUE)
    hold = put_on_hold(case, why="court", reason="Proceedings", by=people[Role.CONFERENCE_CHAIR], on=DUE)
    with pytest.raises(ReasonRequired):
        lift_hold(hold, reason="", by=people[Role.DIRECTOR], on=DUE)
    with pytest.raises(NotPermitted):
        lift_hold(hold, reason="Over", by=people[Role.CONFERENCE_CHAIR], on=DUE)


def test_an_order_is_carried_out_once_and_only_when_released(case, people):
    order = propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)
    with pytest.raises(WrongState):
        carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
    with pytest.raises(WrongState):
        propose_destruction(case, by=people[Role.CONFERENCE_ADMIN], on=DUE)
    order = release_destruction(order, by=people[Role.SERVICE_MANAGER], on=DUE)
    carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
    with pytest.raises(WrongState):
        carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
    with pytest.raises(NotDue):
        propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)


def test_what_was_declined_or_withdrawn_is_not_carried_out_and_may_be_proposed_again(case, people):
    order = propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)
    order = decline_destruction(order, reason="A sibling has come back", by=people[Role.DIRECTOR], on=DUE)
    with pytest.raises(WrongState):
        release_destruction(order, by=people[Role.SERVICE_MANAGER], on=DUE)
    order = released(case, people)
    order = withdraw_destruction(order, reason="The archive wants it", by=people[Role.CONFERENCE_ADMIN], on=DUE)
    with pytest.raises(WrongState):
        carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
    destroyed(case, people)
    assert not [row for _, row in everything_written() if "sibling" in row or "archive" in row]


def test_something_that_happened_meanwhile_stops_what_was_released(case, people):
    order = released(case, people)
    with doing(case, on=DUE):
        pass
    with pytest.raises(NotDue):
        carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)


def test_what_fails_in_the_middle_leaves_everything_as_it_was(case, people, monkeypatch):
    order = released(case, people)
    before = sorted(everything_written())

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("config.keeping.keep_lines", fail)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        carry_out_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)
    assert sorted(everything_written()) == before
    assert found() == []


# Afterwards


def test_a_destroyed_case_is_in_no_list_and_nothing_can_be_done_in_it(case, people):
    destroyed(case, people)
    for person in people.values():
        assert not Case.objects.visible_to(person, DUE).exists()
        assert not Case.objects.counted_for(person).exists()
    with pytest.raises(AlreadyDestroyed), doing(case.fresh(), on=DUE, name="record_visit"):
        pass
    assert clocks(Case.objects.all(), DUE) == []
    assert Entry.objects.filter(case=case).order_by("number").last().code == "ALREADY_DESTROYED"
    assert found() == []


def test_who_looked_is_kept_six_years_longer_and_then_destroyed_in_its_turn(case, people):
    destroyed(case, people)
    assert list(Read.objects.values_list("kind", "about")) == [("opening", ""), ("view", "case-plan")]
    (clock,) = read_logs(DUE)
    assert clock.due_on == date(2039, 12, 31)
    with pytest.raises(NotDue):
        propose_destruction(case, by=people[Role.PARTNERSHIP], on=date(2039, 12, 31))
    certificate = destroyed(case, people, on=LATER)
    assert (certificate.order.what, certificate.counts) == (What.READ_LOG, {"workflow.read": [2, 0]})
    assert not Read.objects.exists() and read_logs(LATER) == []
    assert found() == []
    with pytest.raises(AlreadyDestroyed):
        propose_destruction(case, by=people[Role.PARTNERSHIP], on=date(2050, 1, 1))


def test_another_case_is_left_as_it_was(case, people):
    other = a_case(people, "CP-2")
    a_deadline(other)
    kept = {
        kind: list(kind._base_manager.filter(**{audit.path_to_case(kind): other.pk}).values_list("pk", "version"))
        for kind in destroyed_kinds()
    }
    destroyed(case, people)
    for kind, rows in kept.items():
        assert (
            list(kind._base_manager.filter(**{audit.path_to_case(kind): other.pk}).values_list("pk", "version")) == rows
        )
    assert other.chain.salt == Chain.objects.get(case=other).salt
    assert Entry.objects.filter(case=other).exclude(details={}).exists()


def test_every_table_that_leads_to_a_case_goes_or_says_why_it_stays():
    """A new table that points to a case, or to a record of one, has to be in one of these lists."""
    goes = set(destroyed_kinds())
    not_records = {"Writing", "Revision", "MonthOfDrift", "AgencyPart"}
    words_alone_go = {"Family", "LegalHold", "DestructionOrder", "Entry", "Read"}
    stays = {"Certificate", "Chain", "Seal", "DestroyedLine", "Verification"}
    leads = set()
    for kind in apps.get_models():
        if kind.__name__.startswith("Historical") or kind is Case or kind in goes:
            continue
        pointed = {field.related_model for field in kind._meta.concrete_fields if isinstance(field, models.ForeignKey)}
        if pointed & (goes | {Case}) or kind.__name__ == "Revision":
            leads.add(kind.__name__)
    assert leads | {"Family", "Seal", "DestroyedLine"} == not_records | words_alone_go | stays


def test_an_order_says_no_birthday():
    fields = {field.name for field in DestructionOrder._meta.concrete_fields}
    assert not fields & {"counted_from", "born_on", "reason"}


def test_the_days_a_cover_may_stand_in_do_not_make_two_people_of_one(case, people):
    order = propose_destruction(case, by=people[Role.PARTNERSHIP], on=DUE)
    cover(people[Role.SERVICE_MANAGER], people[Role.PARTNERSHIP], from_on=DUE, until_on=DUE)
    with pytest.raises(SecondPersonNeeded):
        release_destruction(order, by=people[Role.PARTNERSHIP], on=DUE)

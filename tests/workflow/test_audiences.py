"""What is kept from some of those who see a case: who reads it, where it is noted, and that no export has it."""

import pytest
from django.apps import apps

from config.bundle import sheets
from notifications import need_to_know
from tests.making import A_WEDNESDAY, a_case, a_partnership, a_professional, an_agency, cover, doing, noon
from workflow.acts import ACTS as EVERY_ACT
from workflow.audiences import ACTS, FIELDS, READERS, Matter, may_read, may_read_act, outside
from workflow.errors import NotPermitted, ReasonRequired, WrongState
from workflow.exporting import export_history
from workflow.held_facts import NOTED, end_held_fact, held_facts_for, hold_fact
from workflow.models import Role, User
from workflow.permissions import hats
from workflow.safe_tables import text_of

AT = noon(A_WEDNESDAY)
WORDS = "A red van was seen twice by the gate"


@pytest.fixture
def people(db):
    found = a_partnership()
    with doing():
        police = an_agency("police")
        found["officer"] = a_professional("officer", Role.AGENCY_PRACTITIONER, police)
        found["police_lead"] = a_professional("police_lead", Role.AGENCY_LEAD, police)
    return found


@pytest.fixture
def case(people):
    return a_case(people)


def readers(people, fact):
    return {key for key, person in people.items() if fact in held_facts_for(fact.case, hats(person, A_WEDNESDAY))}


# The declaration


def test_every_matter_has_readers_and_everything_declared_is_there():
    import config.urls  # noqa: F401 - every act is registered once the pages are known

    assert set(READERS) == set(Matter) and all(READERS.values())
    for label, field in FIELDS:
        assert apps.get_model(label)._meta.get_field(field)
    assert set(ACTS) <= set(EVERY_ACT)


def test_no_practitioner_of_another_agency_and_no_administrator_of_the_system_reads_any_of_it():
    kept_from = {Role.AGENCY_PRACTITIONER, Role.AGENCY_LEAD, Role.AGENCY_EXEC, Role.SYSTEM_ADMIN, Role.PARTNERSHIP}
    assert not kept_from & set().union(*READERS.values())


def test_a_matter_nobody_declared_is_read_by_nobody(people):
    assert not any(may_read("gossip", [person]) for person in people.values())


def test_words_of_an_act_about_it_never_leave_the_house():
    assert outside("request_exclusion", "He follows her") == "held back"
    assert outside("request_exclusion", "") == ""
    assert outside("book_conference", "A room was free") == "A room was free"


# Held facts


def test_the_roles_of_its_matter_read_it_and_the_agency_that_gave_it(people, case):
    fact = hold_fact(case, matter=Matter.POLICE, words=WORDS, by=people["officer"], on=A_WEDNESDAY)
    assert readers(people, fact) == {
        *(Role.LEAD_PRACTITIONER, Role.TEAM_MANAGER, Role.SERVICE_MANAGER, Role.DIRECTOR, Role.CONFERENCE_CHAIR),
        *(Role.AUDITOR, "officer", "police_lead"),
    }


def test_cover_reads_what_those_they_cover_read(people, case):
    fact = hold_fact(case, matter=Matter.POLICE, words=WORDS, by=people["officer"], on=A_WEDNESDAY)
    assert Role.AGENCY_EXEC not in readers(people, fact)
    cover(people[Role.TEAM_MANAGER], people[Role.AGENCY_EXEC], from_on=A_WEDNESDAY, until_on=A_WEDNESDAY)
    assert Role.AGENCY_EXEC in readers(people, fact)


def test_social_care_does_not_read_all_of_it_because_one_of_them_gave_it(people, case):
    """Else whoever is of social care would read what is kept from a conference administrator."""
    fact = hold_fact(case, matter=Matter.ADOPTION, words="By the sea", by=people[Role.TEAM_MANAGER], on=A_WEDNESDAY)
    assert Role.CONFERENCE_ADMIN not in readers(people, fact)


@pytest.mark.parametrize("matter", NOTED)
def test_each_matter_is_noted_and_read_by_its_readers(people, case, matter):
    fact = hold_fact(case, matter=matter, words=WORDS, by=people[Role.TEAM_MANAGER], on=A_WEDNESDAY)
    assert readers(people, fact) == {key for key, person in people.items() if person.role in READERS[matter]}


@pytest.mark.parametrize("words", ["", "  ", "x"])
def test_it_says_something(people, case, words):
    with pytest.raises(ReasonRequired):
        hold_fact(case, matter=Matter.POLICE, words=words, by=people["officer"], on=A_WEDNESDAY)


def test_what_other_records_hold_is_not_noted_here(people, case):
    with pytest.raises(ValueError):
        hold_fact(case, matter=Matter.CONTACT, words=WORDS, by=people["officer"], on=A_WEDNESDAY)


def test_a_reader_says_that_it_holds_no_longer_and_nobody_else(people, case):
    fact = hold_fact(case, matter=Matter.POLICE, words=WORDS, by=people["officer"], on=A_WEDNESDAY)
    said = {"reason": "The van was the plumber’s", "on": A_WEDNESDAY}
    with pytest.raises(NotPermitted):
        end_held_fact(fact, by=people[Role.AGENCY_LEAD], **said)
    with pytest.raises(ReasonRequired):
        end_held_fact(fact, by=people["officer"], reason=" ", on=A_WEDNESDAY)
    end_held_fact(fact, by=people["police_lead"], **said)
    assert fact.fresh().ended_on == A_WEDNESDAY
    with pytest.raises(WrongState):
        end_held_fact(fact.fresh(), by=people["officer"], **said)


# What leaves the house


def test_no_export_has_its_words(people, case):
    kept = hold_fact(case, matter=Matter.POLICE, words=WORDS, by=people["officer"], on=A_WEDNESDAY)
    end_held_fact(kept, reason="It was the plumber’s van", by=people["officer"], on=A_WEDNESDAY)
    manager = {"by": people[Role.SERVICE_MANAGER], "on": A_WEDNESDAY}
    need_to_know.restrict_case(case, why="staff", reason="A cousin works here", **manager)
    said = "\n".join(text_of(value) for sheet in sheets(case) for row in sheet.rows for value in row)
    told = export_history(case, children=[], reason="For court", by=people[Role.AUDITOR], on=A_WEDNESDAY)
    said += "\n".join(row["reason"] for row in told)
    assert "held back" in said
    assert not [word for word in ("red van", "plumber", "cousin") if word in said]


# The pages


@pytest.fixture
def sign_in(people, client, monkeypatch):
    monkeypatch.setattr("config.clock.now", lambda: AT)

    def as_one(key):
        with doing():
            person = people[key].fresh()
            if person.user is None:
                person.user = User.objects.create(username=person.key)
                person.save()
        client.force_login(person.user)

    return as_one


def test_it_is_noted_on_its_page_and_shown_to_its_readers_alone(people, case, client, sign_in):
    sign_in(Role.CONFERENCE_CHAIR)
    said = client.get("/cases/CP-1/kept-back/").content.decode()
    assert "There is nothing here that you may read" in said and "lead practitioner" in said
    answer = client.post("/cases/CP-1/kept-back/", {"do": "hold_fact", "matter": "police", "words": " "})
    assert answer.status_code == 200 and not case.held_facts.exists()
    client.post("/cases/CP-1/kept-back/", {"do": "hold_fact", "matter": "police", "words": WORDS})
    fact = case.held_facts.get()
    assert WORDS in client.get("/cases/CP-1/kept-back/").content.decode()
    sign_in(Role.AGENCY_LEAD)
    for address in ("/cases/CP-1/kept-back/", "/cases/CP-1/"):
        assert "red van" not in client.get(address).content.decode()
    assert client.get(f"/cases/CP-1/kept-back/{fact.pk}/").status_code == 404
    sign_in(Role.TEAM_MANAGER)
    answer = client.post(f"/cases/CP-1/kept-back/{fact.pk}/", {"reason": ""})
    assert "Say why" in answer.content.decode()
    client.post(f"/cases/CP-1/kept-back/{fact.pk}/", {"reason": "It was the plumber"})
    assert "Holds no longer" in client.get("/cases/CP-1/kept-back/").content.decode()


def test_the_story_tells_the_words_of_such_an_act_to_its_readers_alone(people, case, client, sign_in):
    need_to_know.restrict_case(
        case,
        why="staff",
        reason="A cousin works here",
        named=[people[Role.AGENCY_LEAD]],
        by=people[Role.SERVICE_MANAGER],
        on=A_WEDNESDAY,
    )
    assert may_read_act("restrict_case", [people[Role.CONFERENCE_CHAIR]])
    for key, reads in ((Role.CONFERENCE_CHAIR, True), (Role.AGENCY_LEAD, False)):
        sign_in(key)
        said = client.get("/cases/CP-1/").content.decode()
        assert "Case restricted to named people" in said
        assert ("A cousin works here" in said) is reads, key
        assert ("kept from some readers" in said.replace("Kept back", "")) is not reads, key

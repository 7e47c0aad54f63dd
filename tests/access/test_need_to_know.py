"""Restricted cases, broken glass and links that end: who sees the case, from when, until when, and who is told."""

from datetime import timedelta
from unittest import mock

import pytest
from bs4 import BeautifulSoup

from config import clock
from meetings.endings import hand_over_case
from notifications import need_to_know
from notifications.models import Notice
from notifications.tell import recipients_of
from tests.making import A_WEDNESDAY, a_case, a_partnership, a_professional, an_agency, cover, doing, noon
from workflow import deadlines
from workflow.errors import (
    AlreadyYours,
    HoldsTheCase,
    NotPermitted,
    OwnAccess,
    ReasonRequired,
    SecondPersonNeeded,
    StillHoldsCase,
    WrongState,
)
from workflow.models import BrokenGlass, Case, CaseLink, Deadline, Entry, Read, Role, User
from workflow.people import link
from workflow.reads import reads_of

pytestmark = pytest.mark.django_db
AT = noon(A_WEDNESDAY)
WHY = "A cousin of the mother works in the team"


@pytest.fixture
def people():
    found = a_partnership()
    with doing():
        found["other"] = a_professional("other", Role.AGENCY_PRACTITIONER, an_agency("police"), name="Otto Wick")
        found["second"] = a_professional("second", Role.SERVICE_MANAGER, found[Role.TEAM_MANAGER].agency)
        found["next"] = a_professional("next", Role.LEAD_PRACTITIONER, found[Role.TEAM_MANAGER].agency)
    return found


@pytest.fixture
def case(people):
    return a_case(people)


def restricted(case, people, *named):
    manager = people[Role.SERVICE_MANAGER]
    return need_to_know.restrict_case(case, why="staff", reason=WHY, named=named, by=manager, on=A_WEDNESDAY)


def sees(person, at=AT):
    return Case.objects.visible_to(person, A_WEDNESDAY, at=at).exists()


# Restricting


def test_only_the_people_named_the_holders_of_its_roles_and_auditors_see_a_restricted_case(people, case):
    before = {key for key, person in people.items() if sees(person)}
    restricted(case, people, people[Role.DIRECTOR])
    holders = {Role.LEAD_PRACTITIONER, Role.TEAM_MANAGER, Role.CONFERENCE_CHAIR, Role.CONFERENCE_ADMIN}
    named = holders | {Role.SERVICE_MANAGER, Role.DIRECTOR, Role.AUDITOR}
    assert {key for key, person in people.items() if sees(person)} == named
    assert {Role.AGENCY_LEAD, Role.AGENCY_EXEC, "social_care_lead", "second"} <= before - named


def test_a_name_on_the_list_is_no_wider_than_need_to_know_for_whoever_has_no_part(people, case):
    restricted(case, people, people["other"])
    assert not sees(people["other"])
    with doing(case):
        link(case, people["other"], "core group", on=A_WEDNESDAY)
    assert sees(people["other"])


def test_cover_does_not_open_a_restricted_case(people, case):
    cover(people[Role.TEAM_MANAGER], people["second"], from_on=A_WEDNESDAY, until_on=A_WEDNESDAY)
    restricted(case, people)
    assert not sees(people["second"])


def test_it_is_not_counted_for_others(people, case):
    restricted(case, people)
    assert not Case.objects.all().counted_for(people[Role.PARTNERSHIP]).exists()
    assert Case.objects.all().counted_for(people[Role.AUDITOR]).exists()


def test_somebody_named_later_sees_it_and_taken_off_sees_it_no_more(people, case):
    restriction, director = restricted(case, people), people[Role.DIRECTOR]
    said = {"reason": "Signs off the plan", "by": people[Role.SERVICE_MANAGER], "on": A_WEDNESDAY}
    need_to_know.name_reader(restriction, director, **said)
    assert sees(director)
    with pytest.raises(WrongState):
        need_to_know.name_reader(restriction, director, **said)
    need_to_know.take_reader_off(restriction, director, **said)
    assert not sees(director)
    with pytest.raises(HoldsTheCase):
        need_to_know.take_reader_off(restriction, people[Role.TEAM_MANAGER], **said)


def test_it_is_lifted_by_somebody_else(people, case):
    restriction = restricted(case, people)
    said = {"reason": "She has left the council", "on": A_WEDNESDAY}
    with pytest.raises(SecondPersonNeeded):
        need_to_know.lift_restriction(restriction, by=people[Role.SERVICE_MANAGER], **said)
    need_to_know.lift_restriction(restriction, by=people[Role.CONFERENCE_CHAIR], **said)
    assert sees(people[Role.AGENCY_LEAD])


def test_it_is_restricted_once_with_a_reason_by_who_may(people, case):
    with pytest.raises(ReasonRequired):
        need_to_know.restrict_case(case, why="staff", reason="  ", by=people[Role.DIRECTOR], on=A_WEDNESDAY)
    with pytest.raises(NotPermitted):
        need_to_know.restrict_case(case, why="staff", reason=WHY, by=people[Role.AGENCY_LEAD], on=A_WEDNESDAY)
    restricted(case, people)
    with pytest.raises(WrongState):
        restricted(case, people)


def test_a_role_that_is_handed_over_carries_the_name_with_it_and_ends_the_need_of_who_held_it(people, case):
    restricted(case, people)
    before, after = people[Role.LEAD_PRACTITIONER], people["next"]
    hand_over_case(
        case.fresh(), "lead_practitioner", after, reason="Moved", by=people[Role.TEAM_MANAGER], on=A_WEDNESDAY
    )
    assert sees(after)
    assert not CaseLink.objects.filter(case=case, professional=before, until_on=None).exists()


# Breaking the glass


def broken(case, person, reason="The nursery rings: she has not come home", at=AT):
    return need_to_know.break_glass(case, why="danger", reason=reason, by=person, at=at)


def test_it_opens_the_case_for_the_hours_of_the_policy_to_the_second(people, case):
    opened = broken(case, people["other"])
    assert opened.ends_at == AT + timedelta(hours=4)
    moments = (AT - timedelta(seconds=1), AT, opened.ends_at - timedelta(seconds=1), opened.ends_at)
    assert [sees(people["other"], at) for at in moments] == [False, True, True, False]
    assert not Case.objects.visible_to(people["other"], A_WEDNESDAY).exists()


def test_it_opens_a_restricted_case_too(people, case):
    restricted(case, people)
    broken(case, people["second"])
    assert sees(people["second"])


@pytest.mark.parametrize("reason", ["", "  ", "x"])
def test_it_needs_a_reason_and_the_attempt_is_written_down(people, case, reason):
    with pytest.raises(ReasonRequired):
        broken(case, people["other"], reason)
    assert not sees(people["other"])
    assert Entry.objects.get(act="break_glass").outcome == Entry.Outcome.REFUSED


def test_the_owner_the_manager_and_the_partnership_are_told_at_once(people, case):
    broken(case, people["other"])
    notice = Notice.objects.get(code="BREAK_GLASS")
    told = {people[role] for role in (Role.LEAD_PRACTITIONER, Role.TEAM_MANAGER, Role.PARTNERSHIP)}
    assert set(recipients_of(notice)) == told
    assert all(message.is_urgent for message in notice.notifications.all())


def test_nobody_breaks_what_is_open_to_them(people, case):
    with pytest.raises(AlreadyYours):
        broken(case, people[Role.TEAM_MANAGER])


def test_somebody_else_reviews_it_within_a_working_day(people, case):
    opened = broken(case, people["other"])
    owed = deadlines.pending(case, "break_glass_review", str(opened.pk))
    assert (owed.owner_professional, (owed.due_on - A_WEDNESDAY).days) == (people[Role.TEAM_MANAGER], 1)
    said = {"is_justified": False, "words": "She was at her aunt's", "on": A_WEDNESDAY}
    with pytest.raises(NotPermitted):
        need_to_know.review_broken_glass(opened, by=people["other"], **said)
    need_to_know.review_broken_glass(opened, by=people[Role.TEAM_MANAGER], **said)
    assert opened.fresh().state == BrokenGlass.State.NOT_JUSTIFIED
    assert not owed.fresh().is_pending
    assert people[Role.PARTNERSHIP] in recipients_of(Notice.objects.get(code="BREAK_GLASS_NOT_JUSTIFIED"))
    with pytest.raises(WrongState):
        need_to_know.review_broken_glass(opened.fresh(), by=people["second"], **said)


def test_nobody_reviews_their_own(people, case):
    restricted(case, people)
    opened = broken(case, people["second"])
    with pytest.raises(OwnAccess):
        need_to_know.review_broken_glass(opened, is_justified=True, words="It was", by=people["second"], on=A_WEDNESDAY)


# Links


def test_a_link_ends_with_a_reason_and_not_while_something_is_owed(people, case):
    with doing(case):
        link(case, people["other"], "core group", on=A_WEDNESDAY)
    assert sees(people["other"])
    ended = CaseLink.objects.get(professional=people["other"])
    said = {"by": people[Role.TEAM_MANAGER], "on": A_WEDNESDAY}
    with pytest.raises(ReasonRequired):
        need_to_know.end_link(ended, reason=" ", **said)
    need_to_know.end_link(ended, reason="The police have ended their work", **said)
    assert not sees(people["other"])
    with pytest.raises(StillHoldsCase):
        holder = CaseLink.objects.get(professional=people[Role.LEAD_PRACTITIONER])
        need_to_know.end_link(holder, reason="Moved", **said)


def test_a_link_that_begins_later_opens_nothing_yet(people, case):
    with doing(case):
        link(case, people["other"], "core group", on=A_WEDNESDAY + timedelta(days=1))
    assert not sees(people["other"])
    assert Case.objects.visible_to(people["other"], A_WEDNESDAY + timedelta(days=1)).exists()


# The pages


@pytest.fixture
def sign_in(people, client):
    with doing():
        for key in (Role.TEAM_MANAGER, Role.SERVICE_MANAGER, "other", Role.DIRECTOR):
            person = people[key].fresh()
            person.user = User.objects.create_user(username=person.key, password="a-long-password")
            person.save()
    with mock.patch.object(clock, "now", return_value=AT):
        yield lambda key: client.force_login(User.objects.get(username=people[key].key))


def test_the_page_says_who_sees_the_case_and_restricts_it(people, case, client, sign_in):
    sign_in(Role.SERVICE_MANAGER)
    said = client.get("/cases/CP-1/access/").content.decode()
    assert "Whoever needs to know" in said and "Restrict this case" in said
    answer = client.post("/cases/CP-1/access/", {"do": "restrict_case", "why": "staff", "reason": ""})
    assert "reason" in answer.content.decode() and not need_to_know.restriction_of(case)
    client.post("/cases/CP-1/access/", {"do": "restrict_case", "why": "staff", "reason": WHY})
    said = client.get("/cases/CP-1/access/").content.decode()
    soup = BeautifulSoup(said, "html.parser")
    assert WHY in said and "Restricted" in soup.find(class_="moj-identity-bar").get_text()
    sign_in(Role.DIRECTOR)
    assert client.get("/cases/CP-1/access/").status_code == 404
    assert "CP-1" not in client.get("/cases/").content.decode()


def test_the_page_breaks_the_glass_only_with_the_password_and_a_reason(people, case, client, sign_in):
    sign_in("other")
    assert "/break-glass/" in client.get("/cases/CP-1/").content.decode()
    said = {"reference": "CP-1", "why": "danger", "reason": "Not home since four", "again-password": "a-long-password"}
    for field, typed, words in (
        ("again-password", "nonsense", "This is not the password you sign in with."),
        ("reason", "x", "Say why"),
        ("reference", "CP-99", "No case has this reference."),
    ):
        answer = client.post("/break-glass/", {**said, field: typed})
        assert words in answer.content.decode(), field
        assert not BrokenGlass.objects.exists(), field
    answer = client.post("/break-glass/", said)
    assert answer["Location"] == "/cases/CP-1/"
    assert "opened by break-glass until 16:00" in client.get("/cases/CP-1/").content.decode()


def test_what_was_opened_is_shown_to_the_last_second_and_not_after_it(people, case, client, sign_in):
    opened = broken(case, people["other"])
    sign_in("other")
    for moment, status in ((opened.ends_at - timedelta(seconds=1), 200), (opened.ends_at, 404)):
        with mock.patch.object(clock, "now", return_value=moment):
            for address in ("/cases/CP-1/", "/cases/CP-1/plan/"):
                assert client.get(address).status_code == status, (address, moment)
    assert set(Read.objects.filter(case=case).values_list("by__key", flat=True)) == {"other"}
    assert {each.by_glass for each in reads_of(case)} == {True}


def test_it_waits_in_the_queue_of_reviews_late_once_its_day_is_over(people, case, client, sign_in):
    opened = broken(case, people["other"])
    sign_in(Role.TEAM_MANAGER)
    assert f"/break-glass/used/{opened.pk}/" in client.get("/break-glass/used/").content.decode()
    owed = deadlines.pending(case, "break_glass_review", str(opened.pk))
    assert Deadline.objects.overdue(owed.due_on + timedelta(days=1)).filter(pk=owed.pk).exists()
    assert not Deadline.objects.overdue(owed.due_on).filter(pk=owed.pk).exists()


def test_why_it_was_opened_is_read_by_its_readers_alone(people, case, client, sign_in):
    broken(case, people["other"], reason="She has not come home")
    with doing():
        nurse = people[Role.AGENCY_LEAD].fresh()
        nurse.user = User.objects.create_user(username=nurse.key)
        nurse.save()
    for key, reads in ((Role.TEAM_MANAGER, True), (Role.AGENCY_LEAD, False)):
        sign_in(key)
        for address in ("/cases/CP-1/access/", "/break-glass/used/", "/cases/CP-1/"):
            assert ("She has not come home" in client.get(address).content.decode()) is reads, (key, address)


def test_the_review_has_its_page(people, case, client, sign_in):
    opened = broken(case, people["other"])
    sign_in(Role.TEAM_MANAGER)
    assert "Review" in client.get("/break-glass/used/").content.decode()
    answer = client.post(f"/break-glass/used/{opened.pk}/", {"verdict": "yes", "words": "The nursery confirms it"})
    assert answer["Location"] == "/break-glass/used/"
    assert "Found justified" in client.get("/break-glass/used/").content.decode()

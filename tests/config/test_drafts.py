"""What is typed and not sent: kept for the person alone, never covering what another page typed, gone when sent."""

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client

from config.drafts import forgotten_when_sent
from config.nightly import run_night
from tests.making import A_WEDNESDAY, a_partnership, doing, noon
from workflow.drafting import (
    KEPT_FOR,
    LONGEST,
    NewerElsewhere,
    NotText,
    SentMeanwhile,
    TooLong,
    aside_at,
    draft_at,
    forget_old_drafts,
    keep_draft,
)
from workflow.models import Draft, Role, User

PLACE = "/alerts/1/"
AT = noon(A_WEDNESDAY)


@pytest.fixture
def people(db):
    made = a_partnership()
    with doing(name="give_sign_ins"):
        for person in made.values():
            person.user = User.objects.create(username=person.key)
            person.save()
    return made


@pytest.fixture
def chair(people):
    return people[Role.CONFERENCE_CHAIR]


@pytest.fixture(autouse=True)
def the_day(monkeypatch):
    monkeypatch.setattr("config.clock.now", lambda: AT)


def keep(person, words, number=0, **other):
    return keep_draft(person, PLACE, {"plan": [words]}, at=AT, number=number, **other)


class TestKeeping:
    def test_each_save_has_the_next_number(self, chair):
        assert keep(chair, "Ring").number == 1
        assert keep(chair, "Ring the school", 1).number == 2
        assert draft_at(chair, PLACE).typed == {"plan": ["Ring the school"]}

    def test_a_second_page_covers_nothing_and_loses_nothing(self, chair):
        keep(chair, "the first page")
        keep(chair, "the first page goes on", 1)
        with pytest.raises(NewerElsewhere) as told:
            keep(chair, "the second page", 1)
        assert told.value.newer.number == 2
        assert draft_at(chair, PLACE).typed == {"plan": ["the first page goes on"]}
        assert aside_at(chair, PLACE).typed == {"plan": ["the second page"]}

    def test_a_person_may_go_on_with_the_second_page_and_the_first_stays_aside(self, chair):
        keep(chair, "the first page")
        keep(chair, "the second page", 0, instead=True)
        assert draft_at(chair, PLACE).typed == {"plan": ["the second page"]}
        assert aside_at(chair, PLACE).typed == {"plan": ["the first page"]}

    def test_an_answer_that_got_lost_on_the_way_is_no_second_page(self, chair):
        keep(chair, "taken, but the answer never came")
        again = keep(chair, "and on", 0, unsure=[{"plan": ["taken, but the answer never came"]}])
        assert again.number == 2
        assert aside_at(chair, PLACE) is None

    def test_a_late_save_does_not_bring_back_what_was_sent(self, chair):
        with pytest.raises(SentMeanwhile):
            keep(chair, "late", 3)
        assert not Draft.objects.exists()

    def test_too_much_or_what_no_database_takes_is_refused(self, chair):
        with pytest.raises(TooLong):
            keep(chair, "x" * LONGEST)
        for words in ("a\0b", "half \ud83d of an emoji"):
            with pytest.raises(NotText):
                keep(chair, words)
        assert keep(chair, "<script>{{7*7}} \u202e 👍").number == 1

    def test_after_thirty_days_untouched_it_is_forgotten_by_night(self, chair):
        keep(chair, "old")
        forget_old_drafts(AT + KEPT_FOR)
        assert draft_at(chair, PLACE)
        run_night(A_WEDNESDAY + KEPT_FOR + timedelta(days=1))
        assert draft_at(chair, PLACE) is None


class TestOverTheWire:
    def save(self, client, words="Ring", number=0, **other):
        said = {"place": PLACE, "number": number, "typed": {"plan": [words]}, **other}
        return client.post("/drafts/", json.dumps(said), "application/json")

    def test_a_page_saves_and_another_finds_it_again(self, client, chair):
        client.force_login(chair.user)
        assert self.save(client).json() == {"number": 1, "at": "12:00"}
        found = client.get("/drafts/", {"place": PLACE}).json()
        assert found["draft"]["typed"] == {"plan": ["Ring"]}
        assert found["aside"] is None

    def test_nobody_else_is_shown_it(self, client, chair, people):
        client.force_login(chair.user)
        self.save(client)
        client.force_login(people[Role.TEAM_MANAGER].user)
        assert client.get("/drafts/", {"place": PLACE}).json() == {"draft": None, "aside": None}
        client.delete(f"/drafts/?place={PLACE}")
        assert draft_at(chair, PLACE)

    def test_nobody_signed_in_is_told_so_and_not_led_away(self, client, people):
        assert self.save(client).status_code == 401
        assert client.get("/drafts/", {"place": PLACE}).status_code == 401

    def test_each_refusal_has_its_own_answer(self, client, chair):
        client.force_login(chair.user)
        self.save(client)
        newer = self.save(client, "other", 5)
        assert (newer.status_code, newer.json()["at"]) == (409, "12:00")
        assert self.save(client, "a\0b", 1).status_code == 422
        assert self.save(client, "x" * LONGEST, 1).status_code == 413
        assert self.save(client, "x" * 3_000_000, 1).status_code == 413
        assert client.post("/drafts/", "{", "application/json").status_code == 400
        assert self.save(client, place="elsewhere").status_code == 400
        assert draft_at(chair, PLACE).typed == {"plan": ["Ring"]}

    def test_thrown_away_is_gone_and_what_is_aside_apart(self, client, chair):
        client.force_login(chair.user)
        self.save(client)
        self.save(client, "other", 5)
        client.delete(f"/drafts/?place={PLACE}")
        assert draft_at(chair, PLACE) is None
        assert aside_at(chair, PLACE)
        client.delete(f"/drafts/?place={PLACE}&aside=1")
        assert not Draft.objects.exists()

    def test_a_form_that_leads_on_has_no_draft_any_more_and_one_shown_again_keeps_it(self, rf, chair):
        keep(chair, "Ring")
        request = rf.post(PLACE)
        request.user, request.at = chair.user, AT
        forgotten_when_sent(lambda request: HttpResponse())(request)
        assert draft_at(chair, PLACE)
        forgotten_when_sent(lambda request: HttpResponseRedirect("/"))(request)
        assert draft_at(chair, PLACE) is None

    def test_a_page_of_several_forms_names_the_one_that_was_sent(self, rf, chair):
        for place in ("/x/", "/x/#one", "/y/"):
            keep_draft(chair, place, {"a": ["b"]}, at=AT, number=0)
        for said, gone in (({"draft": "/x/#one"}, "/x/#one"), ({"draft": "/y/"}, "/x/")):
            request = rf.post("/x/", said)
            request.user, request.at = chair.user, AT
            forgotten_when_sent(lambda request: HttpResponseRedirect("/"))(request)
            assert draft_at(chair, gone) is None
        assert draft_at(chair, "/y/")


class TestAPageOpenTooLong:
    def refused(self, person=None, **typed):
        client = Client(enforce_csrf_checks=True)
        if person:
            client.force_login(person.user)
        answer = client.post(PLACE, {"csrfmiddlewaretoken": "old", "password": "secret", **typed})
        assert answer.status_code == 403
        return BeautifulSoup(answer.content, "html.parser")

    def test_it_says_when_the_draft_was_saved_and_leads_back(self, chair):
        keep(chair, "Ring")
        soup = self.refused(chair, plan="Ring <b>her</b>")
        said = " ".join(soup.get_text(" ").split())
        assert "nothing you typed is lost" in said
        assert "last saved at Wed 18 Mar 2026, 12:00" in said
        assert "Ring <b>her</b>" in said
        assert "secret" not in said
        assert soup.find("a", string=lambda text: text and "Go back to the page" in text)["href"] == PLACE

    def test_somebody_signed_out_signs_in_first(self, people):
        soup = self.refused(plan="Ring")
        assert soup.find("a", class_="govuk-button")["href"] == f"/sign-in/?next={PLACE.replace('/', '%2F')}"
        assert "Ring" in soup.get_text()

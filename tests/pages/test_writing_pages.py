"""Pages on which minutes are written, signed off, compared, challenged and added to, as each reader meets them."""

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings import writing
from meetings.challenging import challenge_minutes
from meetings.minutes import approve_minutes, distribute_minutes, draft_minutes
from meetings.models import Minutes
from tests.making import A_WEDNESDAY, a_professional, doing, noon
from tests.meetings.minuting import a_scene
from tests.pages.played import words
from workflow.models import Agency, Role, User

AT = noon(A_WEDNESDAY)
JSON = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def scene(db, monkeypatch):
    monkeypatch.setattr("config.clock.now", lambda: AT)
    made = a_scene()
    with doing(name="give_sign_ins"):
        agency = Agency.objects.get(key="health")
        made.people["stranger"] = a_professional("stranger", Role.AGENCY_PRACTITIONER, agency, name="Sam Stranger")
        for person in made.people.values():
            person.user = User.objects.create(username=person.key)
            person.save()
    return made


@pytest.fixture
def as_(client, scene):
    def sign_in(who):
        client.force_login({"clerk": scene.clerk, "chair": scene.chair}.get(who, scene.people.get(who)).user)
        return client

    return sign_in


def soup(answer, status=200):
    assert answer.status_code == status, answer.content[:500]
    return BeautifulSoup(answer.content, "html.parser")


def address(scene, more=""):
    return f"/meetings/{scene.conference.pk}/minutes/{more}"


def write(scene, text, based_on=0, by=None, item=0):
    return writing.write(scene.items[item], text, by=by or scene.clerk, at=AT, based_on=based_on)


class TestWriting:
    def test_what_is_typed_is_saved_and_said_with_and_without_script(self, scene, as_):
        clerk = as_("clerk")
        told = clerk.post(address(scene, "1/"), {"text": "One\r\ntwo ", "based_on": 0}, **JSON)
        assert told.json() == {"number": 1, "at": "12:00", "warnings": []}
        assert writing.text_of(scene.items[0]).text == "One\ntwo "
        page = soup(clerk.post(address(scene, "1/"), {"text": "Three", "based_on": 1}, follow=True))
        assert "Saved at 12:00." in words(page)
        assert page.find("textarea").text.strip() == "Three"
        assert page.find("input", {"name": "based_on"})["value"] == "2"

    def test_a_second_save_on_an_older_text_is_the_conflict_page_and_loses_nothing(self, scene, as_):
        write(scene, "Health came at ten", by=scene.chair)
        page = soup(as_("clerk").post(address(scene, "1/"), {"text": "Health came at nine", "based_on": 0}), 409)
        said = words(page)
        assert "has changed this meanwhile" in said
        assert [each.text for each in page.find_all("mark")] == ["only here: ten", "only here: nine"]
        assert writing.text_of(scene.items[0]).text == "Health came at ten"
        assert writing.waiting_texts(scene.items[0]).get().text == "Health came at nine"

    def test_a_page_that_saves_by_itself_is_told_who_and_where_to_choose(self, scene, as_):
        write(scene, "one", by=scene.chair)
        told = as_("clerk").post(address(scene, "1/"), {"text": "two", "based_on": 0}, **JSON)
        assert told.status_code == 409
        assert told.json() == {"who": scene.chair.name, "at": "12:00", "choose": address(scene, "1/choose/")}

    def test_choosing_is_deliberate(self, scene, as_):
        write(scene, "ten", by=scene.chair)
        parked = write(scene, "nine").parked
        clerk = as_("clerk")
        said = {"parked": parked.pk, "based_on": 1, "merged": "nine or ten"}
        assert "needs an answer" in words(soup(clerk.post(address(scene, "1/choose/"), said)))
        assert writing.text_of(scene.items[0]).text == "ten"
        page = soup(clerk.post(address(scene, "1/choose/"), said | {"stands": "merged"}, follow=True))
        assert "Chosen and saved" in words(page)
        assert writing.text_of(scene.items[0]).text == "nine or ten"

    def test_choosing_against_what_has_changed_again_is_shown_again(self, scene, as_):
        write(scene, "ten", by=scene.chair)
        parked = write(scene, "nine").parked
        write(scene, "eleven", 1, by=scene.chair)
        said = {"parked": parked.pk, "based_on": 1, "stands": "parked"}
        page = soup(as_("clerk").post(address(scene, "1/choose/"), said), 409)
        assert "Somebody has saved again" in words(page)
        assert page.find("input", {"name": "based_on"})["value"] == "2"
        assert writing.text_of(scene.items[0]).text == "eleven"

    def test_while_one_writes_another_reads_and_may_take_over(self, scene, as_):
        told = as_("clerk").post(address(scene, "1/hold/"), {"what": "hold"}, **JSON)
        assert told.json() == {"mine": True, "holder": scene.clerk.name, "number": 0}
        page = soup(as_("chair").get(address(scene, "1/")))
        assert f"{scene.clerk.name} is writing here – read only." in words(page)
        assert page.find("textarea") is None
        page = soup(as_("chair").post(address(scene, "1/hold/"), {"what": "take_over"}, follow=True))
        assert page.find("textarea")
        assert writing.holder_of(writing.state_of(scene.items[0]), AT) == scene.chair

    def test_a_reader_reads_marked_text_and_is_refused_writing_by_address(self, scene, as_):
        write(scene, "Hello <b>all</b>\n/action School writes")
        practitioner = as_(Role.LEAD_PRACTITIONER)
        page = soup(practitioner.get(address(scene, "1/")))
        assert page.find("textarea") is None
        assert page.find("strong", class_="govuk-tag").text.strip() == "Action"
        assert "Hello <b>all</b>" in words(page)
        refused = practitioner.post(address(scene, "1/"), {"text": "mine", "based_on": 1}, **JSON)
        assert refused.status_code == 423
        assert "Ask whoever holds the role" in refused.json()["said"]
        assert writing.text_of(scene.items[0]).number == 1

    def test_somebody_who_may_not_see_the_case_is_told_it_is_not_there(self, scene, as_):
        stranger = as_("stranger")
        for more in (
            "",
            "1/",
            "1/text/",
            "1/choose/",
            "1/earlier/",
            "versions/",
            "challenges/",
            "sign-off/",
            "addenda/",
        ):
            assert stranger.get(address(scene, more)).status_code == 404
        for more in ("1/", "1/hold/", "1/choose/"):
            assert stranger.post(address(scene, more)).status_code == 404

    def test_approved_text_is_not_edited_by_address_either(self, scene, as_):
        write(scene, "one")
        draft_minutes(scene.conference, by=scene.clerk, at=AT)
        approve_minutes(scene.conference, by=scene.chair, at=AT)
        clerk = as_("clerk")
        assert clerk.post(address(scene, "1/"), {"text": "two", "based_on": 1}, **JSON).status_code == 423
        page = soup(clerk.post(address(scene, "1/"), {"text": "two", "based_on": 1}))
        assert "Approved minutes are not edited" in words(page)
        assert soup(clerk.get(address(scene, "1/"))).find("textarea") is None

    def test_a_page_that_names_its_item_finds_it_after_the_items_changed_places(self, scene, as_):
        said = {"text": "For the second", "based_on": 0, "item": scene.items[1].pk}
        as_("clerk").post(address(scene, "1/"), said, **JSON)
        assert writing.text_of(scene.items[1]).text == "For the second"
        assert writing.text_of(scene.items[0]) is None

    def test_a_character_no_database_takes_is_refused_kindly(self, scene, as_):
        told = as_("clerk").post(address(scene, "1/"), {"text": "a\0b", "based_on": 0}, **JSON)
        assert told.status_code == 422
        assert "Null characters" in told.json()["said"]

    def test_a_name_that_should_perhaps_not_be_there_is_said_while_writing(self, scene, as_):
        told = as_("clerk").post(address(scene, "2/"), {"text": "Father was seen", "based_on": 0}, **JSON)
        assert "speaks of the father" in told.json()["warnings"][0]
        page = words(soup(as_("clerk").get(address(scene, "2/"))))
        assert "speaks of the father" in page
        assert "Everyone , but not Tom Hale (father)." in page

    def test_every_earlier_text_can_be_read_with_what_changed(self, scene, as_):
        write(scene, "Health came at ten")
        write(scene, "Health came at nine", 1)
        page = soup(as_("clerk").get(address(scene, "1/earlier/")))
        assert [each.text for each in page.find_all("del")] == ["gone: ten"]
        assert "Health came at ten" in words(page)

    def test_a_title_names_no_child_and_no_adult(self, scene, as_):
        write(scene, "one")
        for more in ("", "1/", "1/earlier/", "versions/", "challenges/", "sign-off/", "addenda/"):
            title = soup(as_("clerk").get(address(scene, more))).title.text
            assert "CP-1" in title
            assert "Maya" not in title and "Reed" not in title


class TestTheNextStep:
    def test_the_minute_taker_gives_the_draft_and_the_chair_approves_what_they_read(self, scene, as_):
        write(scene, "one")
        page = soup(as_("clerk").post(address(scene), {"step": "draft"}, follow=True))
        assert "The draft is with the chair." in words(page)
        page = soup(as_("chair").get(address(scene, "sign-off/")))
        assert "For: Everyone, but not Tom Hale (father)" in words(page)
        stale = soup(as_("chair").post(address(scene, "sign-off/"), {"version": 7}))
        assert "newer draft than the one you read" in words(stale)
        page = soup(as_("chair").post(address(scene, "sign-off/"), {"version": 1}, follow=True))
        assert "Approved. From now on the text is not edited" in words(page)

    def test_given_back_with_notes_the_minute_taker_reads_them(self, scene, as_):
        draft_minutes(scene.conference, by=scene.clerk, at=AT)
        assert "needs an answer" in words(soup(as_("chair").post(address(scene, "sign-off/"), {"notes": " "})))
        as_("chair").post(address(scene, "sign-off/"), {"notes": "Item 1 lacks the GP"})
        assert "Item 1 lacks the GP" in words(soup(as_("clerk").get(address(scene))))

    def test_nobody_else_is_offered_approving_and_trying_is_refused(self, scene, as_):
        draft_minutes(scene.conference, by=scene.clerk, at=AT)
        page = soup(as_("clerk").get(address(scene, "sign-off/")))
        assert "Only the chair of this conference approves" in words(page)
        page = soup(as_("clerk").post(address(scene, "sign-off/"), {"version": 1}))
        assert "Ask whoever holds the role" in words(page)
        assert scene.minutes.fresh().state == Minutes.State.WITH_CHAIR

    def test_a_chair_who_wrote_in_them_is_told_who_approves_instead(self, scene, as_):
        write(scene, "one", by=scene.chair)
        draft_minutes(scene.conference, by=scene.clerk, at=AT)
        assert "another conference chair or a service manager has to" not in words(
            soup(as_(Role.SERVICE_MANAGER).get(address(scene, "sign-off/")))
        )
        page = soup(as_("chair").get(address(scene, "sign-off/")))
        assert "another conference chair or a service manager has to approve it" in words(page)
        assert "Approve these minutes" not in words(page)
        page = soup(as_("chair").post(address(scene, "sign-off/"), {"version": 1}))
        assert "Nobody approves a text they wrote themselves" in words(page)
        page = soup(as_(Role.SERVICE_MANAGER).post(address(scene, "sign-off/"), {"version": 1}, follow=True))
        assert "Approved." in words(page)

    def test_a_refusal_is_shown_where_the_step_was_asked_for(self, scene, as_):
        write(scene, "ten", by=scene.chair)
        write(scene, "nine")
        page = soup(as_("clerk").post(address(scene), {"step": "draft"}))
        assert "Two texts wait for somebody to choose" in words(page)


class TestAfterwards:
    @pytest.fixture
    def out(self, scene):
        write(scene, "Health came at ten")
        draft_minutes(scene.conference, by=scene.clerk, at=AT)
        approve_minutes(scene.conference, by=scene.chair, at=AT)
        to = [Agency.objects.get(key="social_care"), Agency.objects.get(key="health")]
        distribute_minutes(scene.conference, to=to, redacted_to=[], by=scene.clerk, at=AT)
        return scene

    def challenged(self, scene):
        health = Agency.objects.get(key="health")
        lead = scene.people[Role.AGENCY_LEAD]
        return challenge_minutes(scene.conference, health, point="It was nine", by=lead, at=AT)

    def test_a_recipient_challenges_for_their_own_agency_only(self, out, as_):
        lead = as_(Role.AGENCY_LEAD)
        page = soup(lead.get(address(out, "challenges/")))
        assert [each["value"] for each in page.find("select").find_all("option")] == ["", "health"]
        page = soup(lead.post(address(out, "challenges/"), {"party": "social_care", "point": "x"}))
        assert "Select a valid choice" in words(page)
        page = soup(lead.post(address(out, "challenges/"), {"party": "health", "point": "It was nine"}, follow=True))
        assert "The chair has to answer it" in words(page)
        assert "In the window" in words(page)

    def test_the_chair_accepts_with_corrected_words_and_both_versions_can_be_compared(self, out, as_):
        made = self.challenged(out)
        key = f"item-{out.items[0].pk}"
        chair = as_("chair")
        page = soup(chair.get(address(out, f"challenges/{made.pk}/")))
        assert page.find("textarea", {"name": key}).text.strip() == "Health came at ten"
        said = {"verdict": "accept", "reason": "So it was", key: "Health came at nine"}
        page = soup(chair.post(address(out, f"challenges/{made.pk}/"), said, follow=True))
        assert "The new version goes to everybody" in words(page)
        page = soup(chair.get(address(out, "versions/?from=1&to=2")))
        assert [each.text for each in page.find_all("ins")] == ["new: nine"]
        assert [each.text for each in page.find_all("del")] == ["gone: ten"]
        assert "1. Introductions changed: So it was" in words(page)

    def test_nobody_but_the_chair_answers(self, out, as_):
        made = self.challenged(out)
        clerk = as_("clerk")
        assert "Only the chair" in words(soup(clerk.get(address(out, f"challenges/{made.pk}/"))))
        said = {"verdict": "reject", "reason": "No"}
        page = soup(clerk.post(address(out, f"challenges/{made.pk}/"), said))
        assert "Ask whoever holds the role" in words(page)
        assert made.fresh().state == "open"

    def test_words_are_added_to_final_minutes_alone(self, out, as_):
        assert "only to final minutes" in words(soup(as_("chair").get(address(out, "addenda/"))))
        with doing(out.conference):
            minutes = out.minutes.fresh()
            minutes.finalise()
            minutes.save()
        page = soup(as_("chair").post(address(out, "addenda/"), {"text": "A late report came"}, follow=True))
        assert "A late report came" in words(page)
        assert soup(as_("clerk").get(address(out, "addenda/"))).find("textarea") is None


@pytest.mark.parametrize("more", ["", "1/", "1/text/", "1/earlier/", "versions/", "challenges/", "sign-off/"])
def test_a_page_costs_no_more_for_many_items_than_for_one(scene, as_, more):
    client = as_("clerk")
    write(scene, "text")
    draft_minutes(scene.conference, by=scene.clerk, at=AT)
    with CaptureQueriesContext(connection) as for_one:
        client.get(address(scene, more))
    write(scene, "text, and on", 1)
    for number in (1, 2):
        write(scene, f"text {number}", item=number)
    with CaptureQueriesContext(connection) as for_many:
        client.get(address(scene, more))
    assert len(for_many) == len(for_one)
    assert len(for_many) <= 15, "\n".join(each["sql"][:150] for each in for_many)

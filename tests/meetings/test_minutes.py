"""The text of the minutes: frozen for the chair, approved by somebody who did not write it, corrected, never edited."""

import hashlib
import json

import pytest

from meetings import writing
from meetings.challenging import add_addendum, answer_challenge, challenge_minutes
from meetings.minutes import (
    acknowledge_minutes,
    approve_minutes,
    distribute_minutes,
    draft_minutes,
    latest_version,
    return_minutes,
    text_to_release,
)
from meetings.models import AgendaItem, Minutes, MinutesCopy
from tests.making import A_WEDNESDAY, cover, doing, noon, with_policy
from tests.meetings.minuting import a_scene
from workflow.errors import MinutesLocked, NotPermitted, OwnText, ReasonRequired, Unknown, WrongState
from workflow.models import Agency, Role

AT = noon(A_WEDNESDAY)


@pytest.fixture
def scene(db):
    return a_scene()


def write(scene, number, text, by=None):
    item = scene.items[number - 1]
    state = writing.state_of(item)
    return writing.write(item, text, by=by or scene.clerk, at=AT, based_on=state.number if state else 0)


def draft(scene):
    return draft_minutes(scene.conference, by=scene.clerk, at=AT)


def approve(scene, by=None):
    return approve_minutes(scene.conference, by=by or scene.chair, at=AT)


def agency(key):
    return Agency.objects.get(key=key)


def sent(scene):
    """Approved and sent to social care and health."""
    write(scene, 1, "Health came at ten")
    write(scene, 2, "Not for him")
    draft(scene)
    approve(scene)
    to = [agency("social_care"), agency("health")]
    return distribute_minutes(scene.conference, to=to, redacted_to=[], by=scene.clerk, at=AT)


def challenge(scene, key="health"):
    return challenge_minutes(scene.conference, agency(key), point="At nine", by=scene.people[Role.AGENCY_LEAD], at=AT)


def answer(scene, **said):
    told = {"accept": True, "reason": "So it was", "by": scene.chair, "at": AT} | said
    return answer_challenge(scene.conference, agency(told.pop("key", "health")), **told)


class TestTheDraft:
    def test_it_is_what_stands_under_every_item_in_its_order_with_its_readers(self, scene):
        write(scene, 2, "Kept from him")
        write(scene, 1, "Hello & <welcome>")
        version = latest_version(draft(scene))
        assert version.number == 1
        assert version.released_as is None
        assert [(each["number"], each["heading"], each["text"]) for each in version.sections] == [
            (1, "Introductions", "Hello & <welcome>"),
            (2, "What the father may not read", "Kept from him"),
            (3, "For professionals", ""),
        ]
        assert [each["kept_from"] for each in version.sections] == [[], ["dad"], []]
        assert [each["audience"] for each in version.sections] == ["everyone", "everyone", "professionals"]

    def test_its_hash_is_of_the_sections_as_canonical_json(self, scene):
        write(scene, 1, "Ä “quoted” 👍")
        version = latest_version(draft(scene))
        canonical = json.dumps(version.sections, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert version.sha256 == hashlib.sha256(canonical.encode()).hexdigest()

    def test_what_is_written_afterwards_is_not_in_it_and_a_new_draft_is_the_next_version(self, scene):
        write(scene, 1, "one")
        minutes = draft(scene)
        write(scene, 1, "two")
        assert latest_version(minutes).sections[0]["text"] == "one"
        return_minutes(scene.conference, notes="More", by=scene.chair, at=AT)
        draft(scene)
        assert [each.sections[0]["text"] for each in minutes.versions.all()] == ["one", "two"]

    def test_it_cannot_be_given_twice_nor_by_anybody(self, scene):
        with pytest.raises(NotPermitted):
            draft_minutes(scene.conference, by=scene.people[Role.LEAD_PRACTITIONER], at=AT)
        draft(scene)
        with pytest.raises(WrongState):
            draft(scene)
        approve(scene)
        with pytest.raises(MinutesLocked):
            draft(scene)
        assert scene.minutes.versions.count() == 1


class TestApproving:
    def test_it_lets_the_latest_draft_out_as_version_one(self, scene):
        draft(scene)
        return_minutes(scene.conference, notes="More", by=scene.chair, at=AT)
        minutes = draft(scene)
        assert text_to_release(minutes) is None
        released = text_to_release(approve(scene))
        assert (released.number, released.released_as) == (2, 1)

    def test_nobody_approves_what_they_wrote_themselves_and_another_chair_or_a_service_manager_does(self, scene):
        write(scene, 1, "The chair writes", by=scene.chair)
        draft(scene)
        with pytest.raises(OwnText):
            approve(scene)
        with pytest.raises(NotPermitted):
            approve(scene, by=scene.people[Role.TEAM_MANAGER])
        with pytest.raises(NotPermitted):
            approve(scene, by=scene.clerk)
        assert approve(scene, by=scene.people[Role.SERVICE_MANAGER]).state == Minutes.State.APPROVED

    def test_a_service_manager_approves_only_then(self, scene):
        write(scene, 1, "The clerk writes")
        draft(scene)
        with pytest.raises(NotPermitted):
            approve(scene, by=scene.people[Role.SERVICE_MANAGER])

    def test_somebody_covering_for_the_chair_does_not_approve_their_own_words_either(self, scene):
        manager = scene.people[Role.TEAM_MANAGER]
        cover(scene.chair, manager, from_on=A_WEDNESDAY, until_on=A_WEDNESDAY)
        write(scene, 1, "Written while covering", by=manager)
        draft(scene)
        with pytest.raises(OwnText):
            approve(scene, by=manager)
        assert approve(scene).state == Minutes.State.APPROVED

    def test_where_the_partnership_allows_it_a_chair_approves_their_own_text(self, scene):
        with_policy({"minutes_not_by_own_author": False})
        write(scene, 1, "The chair writes", by=scene.chair)
        draft(scene)
        assert approve(scene).state == Minutes.State.APPROVED


class TestChallenges:
    def test_accepted_corrections_are_the_next_version_and_the_one_before_stays(self, scene):
        minutes = sent(scene)
        before = text_to_release(minutes)
        challenge(scene)
        key = before.sections[0]["key"]
        answer(scene, corrections={key: "Health came at nine"})
        after = text_to_release(minutes)
        assert [each["text"] for each in after.sections] == ["Health came at nine", "Not for him", ""]
        assert (after.number, after.released_as) == (2, 2)
        assert after.what_changed == "1. Introductions changed: So it was"
        assert before.fresh().sections[0]["text"] == "Health came at ten"
        assert minutes.fresh().text_version == 2
        assert minutes.fresh().state == Minutes.State.AMENDED

    def test_each_earlier_recipient_has_a_row_for_each_version_and_confirms_the_latest(self, scene):
        minutes = sent(scene)
        acknowledge_minutes(scene.conference, agency("health"), by=scene.people[Role.AGENCY_LEAD], at=AT)
        challenge(scene)
        answer(scene)
        rows = MinutesCopy.objects.filter(minutes=minutes).values_list("agency__key", "text_version", "state")
        assert sorted(rows) == [
            ("health", 1, "acknowledged"),
            ("health", 2, "sent"),
            ("social_care", 1, "sent"),
            ("social_care", 2, "sent"),
        ]
        acknowledge_minutes(scene.conference, agency("health"), by=scene.people[Role.AGENCY_LEAD], at=AT)
        assert MinutesCopy.objects.filter(agency__key="health", text_version=2, state="acknowledged").exists()

    def test_rejecting_makes_no_version(self, scene):
        minutes = sent(scene)
        challenge(scene)
        answer(scene, accept=False, corrections={"item-0": "x"})
        assert minutes.versions.count() == 1
        assert minutes.fresh().state == Minutes.State.DISTRIBUTED

    def test_a_correction_of_a_section_that_is_not_there_is_refused_whole(self, scene):
        minutes = sent(scene)
        challenge(scene)
        with pytest.raises(Unknown):
            answer(scene, corrections={"item-0": "x"})
        assert minutes.versions.count() == 1
        assert minutes.fresh().state == Minutes.State.CHALLENGED

    def test_only_the_chair_answers_and_gives_a_reason(self, scene):
        sent(scene)
        challenge(scene)
        with pytest.raises(NotPermitted):
            answer(scene, by=scene.clerk)
        with pytest.raises(ReasonRequired):
            answer(scene, reason=" ")
        with pytest.raises(Unknown):
            answer(scene, key="social_care")


class TestAddenda:
    def final(self, scene):
        minutes = sent(scene)
        with doing(scene.conference):
            minutes = minutes.fresh()
            minutes.finalise()
            minutes.save()
        return minutes

    def add(self, scene, text="The report came later", by=None):
        return add_addendum(scene.conference, text=text, by=by or scene.chair, at=AT)

    def test_the_chair_adds_dated_words_to_final_minutes_and_the_text_stays(self, scene):
        minutes = self.final(scene)
        added = self.add(scene)
        assert (added.text, added.added_on) == ("The report came later", A_WEDNESDAY)
        assert minutes.versions.count() == 1

    def test_nobody_else_adds_and_nothing_is_added_empty(self, scene):
        self.final(scene)
        for role in (Role.CONFERENCE_ADMIN, Role.TEAM_MANAGER, Role.SERVICE_MANAGER):
            with pytest.raises(NotPermitted):
                self.add(scene, by=scene.people[role])
        with pytest.raises(ReasonRequired):
            self.add(scene, " \n")

    def test_before_they_are_final_it_is_refused(self, scene):
        sent(scene)
        with pytest.raises(WrongState):
            self.add(scene)


def test_an_item_added_after_the_draft_does_not_change_what_was_frozen(scene):
    minutes = draft(scene)
    with doing(scene.conference):
        AgendaItem(conference=scene.conference, number=4, code="more", section="Part", title="More").save()
    assert len(latest_version(minutes).sections) == 3

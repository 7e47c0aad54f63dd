"""Two people let a document go, and what goes is what was looked at."""

from datetime import date

import pytest
from django.test import TestCase

from meetings import challenging, letters, minutes, releasing
from meetings.documents.renditions import file_of, kept
from meetings.models import LetterCopy, MinutesCopy, Release
from notifications.models import Notification, OutsideMail
from tests.making import cover, doing
from tests.meetings.sent import (
    DECIDED_ON,
    MONDAY,
    decided,
    nine,
    person,
    prepared,
    ready_to_send,
    relative,
    released,
    row_of,
    written,
)
from tests.stories.small import at
from workflow import deadlines
from workflow.errors import (
    NotApproved,
    NotAsPreviewed,
    NotPermitted,
    ReasonRequired,
    SecondPersonNeeded,
    TranslationMissing,
    WrongState,
)
from workflow.models import Protection


class Sending(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conference = ready_to_send()

    def release(self, prepared_release, by="manager"):
        return releasing.release_document(prepared_release, by=person(by), at=nine(hour=10))


class Preparing(Sending):
    def test_every_recipient_has_a_way_that_is_open_to_them(self):
        ways = {row["party"]: (row["channel"], row["to"]) for row in prepared(self.conference).rows}
        assert ways == {
            "social_care": ("in_service", "Ada Quill"),
            "health": ("in_service", "Olga Reed"),
            "education": ("link", "Pat Shaw"),
            "police": ("link", "Ned Oake"),
            "ida": ("link", ""),
            "ole": ("post", ""),
        }

    def test_nothing_has_gone_out_and_no_duty_is_met(self):
        prepared(self.conference)
        assert not LetterCopy.objects.exists() and not OutsideMail.objects.filter(written_at__gte=nine()).exists()
        assert deadlines.pending(self.conference.case, "letter", "rcpc-1") is not None

    def test_preparing_anew_takes_back_what_was_waiting(self):
        first = prepared(self.conference)
        second = prepared(self.conference)
        assert (first.fresh().state, second.state) == (Release.State.WITHDRAWN, Release.State.PREPARED)

    def test_only_an_administrator_prepares(self):
        with pytest.raises(NotPermitted):
            releasing.prepare_release(self.conference, of="letter", by=person("cp_chair"), at=nine())

    def test_minutes_nobody_has_approved_are_not_prepared(self):
        with pytest.raises(NotApproved):
            prepared(self.conference, "minutes")

    def test_somebody_who_reads_another_language_needs_a_translation(self):
        with doing(self.conference.case, on=DECIDED_ON):
            ida = relative("ida")
            ida.language = "Polish"
            ida.save()
        with pytest.raises(TranslationMissing) as refused:
            prepared(self.conference)
        assert refused.value.about == ["ida"]
        release = releasing.prepare_release(
            self.conference, of="letter", translated_for=[relative("ida")], by=person("clerk"), at=nine()
        )
        assert self.release(release).state == Release.State.RELEASED


class Releasing(Sending):
    def test_the_person_who_prepared_it_does_not_let_it_go(self):
        release = prepared(self.conference)
        with pytest.raises(SecondPersonNeeded):
            self.release(release, by="clerk")
        assert not LetterCopy.objects.exists()

    def test_nor_the_system_itself(self):
        release = prepared(self.conference)
        with pytest.raises(SecondPersonNeeded):
            releasing.release_document(release, by=None, at=nine())

    def test_nor_the_same_person_in_another_post(self):
        with doing(on=DECIDED_ON):
            clerk, manager = person("clerk"), person("manager")
            clerk.user = manager.user = person("social_worker").user
            clerk.save()
            manager.save()
        with pytest.raises(SecondPersonNeeded):
            self.release(prepared(self.conference))

    def test_covering_for_a_second_person_makes_nobody_two(self):
        cover(person("manager"), person("clerk"), from_on=MONDAY, until_on=MONDAY)
        with pytest.raises(SecondPersonNeeded):
            self.release(prepared(self.conference), by="clerk")

    def test_an_agency_does_not_let_it_go(self):
        with pytest.raises(NotPermitted):
            self.release(prepared(self.conference), by="health_visitor")

    def test_every_copy_holds_the_very_document_that_was_looked_at(self):
        release = prepared(self.conference)
        looked_at = {row["party"]: row["sha256"] for row in release.rows}
        files = {key: file_of(kept(value), "docx", nine()).sha256 for key, value in looked_at.items()}
        self.release(release)
        copies = {copy.party.key: copy for copy in LetterCopy.objects.all()}
        assert {key: copy.sha256 for key, copy in copies.items()} == looked_at
        opened = {key: file_of(kept(copy.sha256), "docx", nine(hour=15)).sha256 for key, copy in copies.items()}
        assert opened == files

    def test_the_duty_is_met_and_the_conference_goes_on(self):
        self.release(prepared(self.conference))
        assert deadlines.latest(self.conference.case, "letter", "rcpc-1").met_on == MONDAY
        assert self.conference.fresh().state == "letter_sent"
        release = Release.objects.get()
        assert (release.prepared_by, release.released_by) == (person("clerk"), person("manager"))

    def test_the_copies_say_how_they_went_and_what_they_lack(self):
        self.release(prepared(self.conference))
        ole = LetterCopy.objects.get(family_member=relative("ole"))
        assert (ole.channel, ole.posted_on, ole.removed) == ("post", None, ["Decision about Jonah Lowe"])
        health = LetterCopy.objects.get(agency__key="health")
        assert (health.channel, health.addressee) == ("in_service", person("health_visitor"))

    def test_a_mail_to_the_outside_holds_a_link_and_names_nobody(self):
        self.release(prepared(self.conference))
        mails = OutsideMail.objects.filter(written_at__gte=nine())
        assert {mail.to_address for mail in mails} == {
            "ida@post.example",
            "teacher@education.example",
            "police.officer@police.example",
        }
        for mail in mails:
            assert "/l/" in mail.body and self.conference.mark in mail.subject
            for name in ("Lowe", "Mira", "Jonah", "Ida", "Varga", "SP-T", "letter", "child"):
                assert name not in f"{mail.subject} {mail.body}", name

    def test_who_reads_it_in_the_service_is_told_there(self):
        self.release(prepared(self.conference))
        told = Notification.objects.filter(code="LETTER_FOR_YOU")
        assert {each.recipient.key for each in told} == {"social_worker", "health_visitor"}

    def test_what_was_let_go_is_not_let_go_again_nor_prepared(self):
        release = self.release(prepared(self.conference))
        for again in (release.fresh(), release):
            with pytest.raises(WrongState):
                self.release(again, by="cp_chair")
        with pytest.raises(WrongState):
            prepared(self.conference.fresh())


class SomethingChanged(Sending):
    def refused(self, release):
        with pytest.raises(NotAsPreviewed) as refused:
            self.release(release)
        assert not LetterCopy.objects.exists()
        assert release.fresh().state == Release.State.PREPARED
        return refused.value.about

    def test_a_document_that_would_say_something_else_does_not_go(self):
        release = prepared(self.conference)
        with doing(self.conference.case, on=MONDAY):
            row = self.conference.about.get(child__key="jonah")
            row.reason = "Another reason"
            row.save()
        assert self.refused(release) == ["education", "health", "ida", "police", "social_care"]

    def test_an_address_that_came_to_be_known_changes_the_way(self):
        release = prepared(self.conference)
        with doing(self.conference.case, on=MONDAY):
            ole = relative("ole")
            ole.email = "ole@post.example"
            ole.save()
        assert self.refused(release) == ["ole"]

    def test_a_recipient_who_has_left_their_post_is_not_written_to(self):
        release = prepared(self.conference)
        with doing(self.conference.case, on=MONDAY):
            teacher = person("teacher")
            teacher.left_on = MONDAY
            teacher.save()
        assert self.refused(release) == ["education"]

    def test_a_protection_recorded_since_stops_minutes(self):
        written(self.conference)
        release = prepared(self.conference, "minutes")
        with doing(self.conference.case, on=MONDAY):
            Protection(protected=relative("ole"), kept_from=relative("ida")).save()
        with pytest.raises(NotAsPreviewed) as refused:
            self.release(release)
        assert refused.value.about == ["ida"]
        assert not MinutesCopy.objects.exists()

    def test_worked_out_anew_it_goes(self):
        release = prepared(self.conference)
        with doing(self.conference.case, on=MONDAY):
            row = self.conference.about.get(child__key="jonah")
            row.reason = "Another reason"
            row.save()
        self.refused(release)
        assert self.release(prepared(self.conference)).state == Release.State.RELEASED


class Withdrawing(Sending):
    def test_it_needs_a_reason_and_then_nothing_goes(self):
        release = prepared(self.conference)
        with pytest.raises(ReasonRequired):
            releasing.withdraw_release(release, reason=" ", by=person("cp_chair"), at=nine())
        releasing.withdraw_release(release, reason="A name is wrong", by=person("cp_chair"), at=nine())
        assert release.fresh().why_withdrawn == "A name is wrong"
        with pytest.raises(WrongState):
            self.release(release.fresh())

    def test_what_is_out_is_not_taken_back(self):
        release = self.release(prepared(self.conference))
        with pytest.raises(WrongState):
            releasing.withdraw_release(release, reason="Too late", by=person("cp_chair"), at=nine())

    def test_an_agency_does_not_take_it_back(self):
        with pytest.raises(NotPermitted):
            releasing.withdraw_release(prepared(self.conference), reason="x", by=person("teacher"), at=nine())


class Minutes(Sending):
    def test_minutes_go_in_three_versions_and_their_window_runs(self):
        written(self.conference)
        release = released(self.conference, "minutes", by="cp_chair")
        record = minutes.minutes_of(self.conference)
        assert record.state == "distributed" and record.window_until == date(2026, 10, 5)
        assert deadlines.latest(self.conference.case, "minutes", "rcpc-1").met_on == MONDAY
        copies = {copy.party.key: copy for copy in record.copies.all()}
        assert copies["ole"].is_redacted and not copies["ida"].is_redacted
        assert {copy.sha256 for copy in copies.values()} == {row["sha256"] for row in release.rows}
        assert row_of(release, "health")["removed"] == []

    def test_corrected_minutes_go_to_each_as_the_record_finds_them_now(self):
        written(self.conference)
        released(self.conference, "minutes")
        said = {"by": person("teacher"), "at": nine(date(2026, 9, 22))}
        challenging.challenge_minutes(self.conference, person("teacher").agency, point="The date", **said)
        answer = {"accept": True, "reason": "It was the 4th", "corrections": {"item-2": "A call on 4 September."}}
        by = {"by": person("cp_chair"), "at": nine(date(2026, 9, 23))}
        challenging.answer_challenge(self.conference, person("teacher").agency, **answer, **by)
        record = minutes.minutes_of(self.conference)
        second = {copy.party.key: copy for copy in record.copies.filter(text_version=2)}
        said = kept(second["health"].sha256)
        assert said.version == "2" and "A call on 4 September." in [each.text for each in said.sections]
        assert second["education"].channel == "link" and second["ole"].channel == "post"
        assert "4 September" not in kept(second["ole"].sha256).as_json.decode()
        assert OutsideMail.objects.filter(written_at__gte=nine(date(2026, 9, 23))).count() == 3


def test_the_verbs_of_the_record_let_go_as_ever_and_keep_what_went(db):
    _, conference = decided(at("2026-09-21", "clerk", "send_letter", {"conference": "rcpc-1"}))
    copies = {copy.party.key: copy for copy in conference.letter_copies.all()}
    assert set(copies) == {"social_care", "health", "education", "police", "ida", "ole"}
    assert copies["health"].channel == "in_service" and copies["ida"].posted_on == MONDAY
    assert kept(copies["ole"].sha256).recipient == "Ole Varga"
    assert not OutsideMail.objects.filter(subject__contains="document").exists()
    with pytest.raises(WrongState):
        letters.send_letter(conference.fresh(), by=person("clerk"), on=MONDAY)

"""What becomes of a copy: opened, confirmed, disputed, sent again, posted; and the truth about each."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import TestCase
from pypdf import PdfReader

from meetings import challenging, copies, minutes
from meetings.copies import copies_of, standings
from meetings.documents.pdf import can_be_drawn
from meetings.links import follow_link
from meetings.models import Exclusion, MinutesCopy, SignedLink
from meetings.postal import postal_pack
from meetings.proof import proof_of
from notifications.models import OutsideMail
from tests.making import doing
from tests.meetings.sat import invited
from tests.meetings.sent import MONDAY, nine, person, ready_to_send, relative, released, written
from tests.services import missing
from workflow.errors import (
    LinkNotValid,
    NotARecipient,
    NotPermitted,
    ReasonRequired,
    RecipientRestricted,
    WrongState,
)
from workflow.models import Entry, Protection


class Sent(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.conference = ready_to_send()
        released(cls.conference)
        written(cls.conference.fresh())
        released(cls.conference.fresh(), "minutes")

    def letter(self, key):
        return self._of(self.conference.letter_copies, key)

    def copy(self, key):
        return self._of(MinutesCopy.objects, key)

    @staticmethod
    def _of(found, key):
        return next(copy for copy in found.select_related("agency", "family_member") if copy.party.key == key)

    def steps(self, key, of="letter"):
        copy = self.letter(key) if of == "letter" else self.copy(key)
        [standing] = standings([copy], minutes.minutes_of(self.conference).challenges.all())
        return standing


class Opening(Sent):
    def test_the_first_opening_is_kept_and_each_is_in_the_journal(self):
        for hour in (11, 12):
            copies.open_copy(self.letter("health"), by=person("health_visitor"), at=nine(hour=hour))
        assert self.letter("health").opened_at == nine(hour=11)
        assert Entry.objects.filter(act="open_copy").count() == 2

    def test_another_agency_does_not_open_it(self):
        for who in ("teacher", "clerk"):
            with pytest.raises(NotARecipient):
                copies.open_copy(self.letter("health"), by=person(who), at=nine(hour=11))
        assert self.letter("health").opened_at is None

    def test_nobody_of_the_service_opens_what_is_the_familys(self):
        with pytest.raises(NotARecipient):
            copies.open_copy(self.letter("ida"), by=person("clerk"), at=nine(hour=11))

    def test_somebody_kept_out_since_does_not_open_it(self):
        with doing(self.conference.case, on=MONDAY):
            exclusion = Exclusion(conference=self.conference, person=relative("ida"), grounds=["violence"])
            exclusion.save()
            exclusion.decide(excluded=True, reason="Threats", other_means="A call", may_receive="nothing")
            exclusion.save()
        with pytest.raises(RecipientRestricted):
            copies.open_copy(self.letter("ida"), by=None, at=nine(hour=11))

    def test_whole_minutes_close_to_whom_somebody_is_protected_from_since(self):
        with doing(self.conference.case, on=MONDAY):
            Protection(protected=relative("ole"), kept_from=relative("ida")).save()
        with pytest.raises(RecipientRestricted):
            copies.open_copy(self.copy("ida"), by=None, at=nine(hour=11))
        copies.open_copy(self.copy("ole"), by=None, at=nine(hour=11))

    def test_a_letter_closes_that_holds_an_address_protected_since(self):
        with doing(self.conference.case, on=MONDAY):
            ole = relative("ole")
            ole.postal_address = "Meals are still missed"
            ole.save()
            Protection(protected=ole, kept_from=relative("ida")).save()
        with pytest.raises(RecipientRestricted):
            copies.open_copy(self.letter("ida"), by=None, at=nine(hour=11))

    def test_the_dead_and_those_who_have_left_have_nothing_open(self):
        with doing(self.conference.case, on=MONDAY):
            ida, teacher = relative("ida"), person("teacher")
            ida.is_deceased, teacher.left_on = True, MONDAY
            ida.save()
            teacher.save()
        assert not self.letter("ida").is_open_to_its_recipient()
        assert not self.letter("education").is_open_to_its_recipient()
        assert self.letter("health").is_open_to_its_recipient()


class Links(Sent):
    def test_a_link_ends_for_somebody_who_may_not_have_it_any_more(self):
        mail = OutsideMail.objects.filter(to_address="ida@post.example").first()
        token = mail.body.split("/l/")[1].split("/")[0]
        follow_link(token, SignedLink.Purpose.READ, at=nine(hour=11))
        with doing(self.conference.case, on=MONDAY):
            ida = relative("ida")
            ida.is_deceased = True
            ida.save()
        with pytest.raises(LinkNotValid):
            follow_link(token, SignedLink.Purpose.READ, at=nine(hour=12))


class Confirming(Sent):
    def test_a_recipient_confirms_once(self):
        copies.acknowledge_copy(self.letter("ida"), by=None, at=nine(hour=11))
        assert self.letter("ida").acknowledged_at == nine(hour=11)
        with pytest.raises(WrongState):
            copies.acknowledge_copy(self.letter("ida"), by=None, at=nine(hour=12))

    def test_minutes_confirmed_by_their_link_count_as_confirmed(self):
        copies.acknowledge_copy(self.copy("ida"), by=None, at=nine(hour=11))
        assert self.copy("ida").state == MinutesCopy.State.ACKNOWLEDGED

    def test_minutes_confirmed_in_the_service_say_when(self):
        who = person("health_visitor")
        minutes.acknowledge_minutes(self.conference, who.agency, by=who, at=nine(hour=11))
        assert self.copy("health").acknowledged_at == nine(hour=11)

    def test_nobody_confirms_for_another_agency(self):
        with pytest.raises(NotARecipient):
            copies.acknowledge_copy(self.letter("health"), by=person("teacher"), at=nine(hour=11))


class SendingAgain(Sent):
    def test_it_needs_a_reason(self):
        with pytest.raises(ReasonRequired):
            copies.send_copy_again(self.letter("ida"), reason=" ", by=person("clerk"), at=nine(hour=11))

    def test_only_an_administrator_sends_again(self):
        with pytest.raises(NotPermitted):
            copies.send_copy_again(self.letter("ida"), reason="x", by=person("teacher"), at=nine(hour=11))

    def test_the_same_copy_goes_the_way_that_is_open_now_and_the_old_link_ends(self):
        before = self.letter("education")
        copies.send_copy_again(before, reason="Not there any more", by=person("clerk"), at=nine(hour=11))
        after = self.letter("education")
        mails = list(OutsideMail.objects.filter(about_id=after.pk, reason="Not there any more"))
        assert after.sha256 == before.sha256
        assert any(mail.written_at == nine(hour=11) and mail.to_name == "Pat Shaw, School" for mail in mails)
        links = SignedLink.objects.filter(made_for="Pat Shaw, School", purpose="read", about_id=after.pk).order_by("id")
        letters = [link.state for link in links if link.about_type.model == "lettercopy"]
        assert letters == [SignedLink.State.REVOKED, SignedLink.State.OPEN]

    def test_without_an_address_any_more_it_goes_by_post(self):
        with doing(self.conference.case, on=MONDAY):
            ida = relative("ida")
            ida.email = ""
            ida.save()
        copies.send_copy_again(self.letter("ida"), reason="Came back", by=person("clerk"), at=nine(hour=11))
        assert self.letter("ida").channel == "post"
        assert self.steps("ida").task == "To be posted"


class Posting(Sent):
    def test_posted_once_and_only_what_goes_by_post(self):
        copies.post_copy(self.letter("ole"), by=person("clerk"), on=MONDAY)
        assert self.letter("ole").posted_on == MONDAY
        for key in ("ole", "health"):
            with pytest.raises(WrongState):
                copies.post_copy(self.letter(key), by=person("clerk"), on=MONDAY)

    def test_only_an_administrator_says_so(self):
        with pytest.raises(NotPermitted):
            copies.post_copy(self.letter("ole"), by=person("cp_chair"), on=MONDAY)

    def test_the_pack_has_a_cover_sheet_and_the_name_on_every_page(self):
        if not can_be_drawn():
            missing("Pango")
        pack = PdfReader(BytesIO(postal_pack([self.letter("ole"), self.letter("ida")])))
        said = [" ".join(page.extract_text().split()) for page in pack.pages]
        whose = ["Ole Varga" if "Ole Varga" in page else "Ida Lowe" for page in said]
        assert "Behind this sheet" in said[0] and "No address is on record" in said[0]
        second = whose.index("Ida Lowe")
        assert "14 Quarry Lane" in said[second] and "Behind this sheet" in said[second]
        assert all("Ole Varga" in page and "Quarry" not in page for page in said[:second])
        assert all("Ida Lowe" in page for page in said[second:])

    def test_nothing_waits_no_pack(self):
        assert postal_pack([]) is None

    def test_the_pack_refuses_a_copy_that_is_closed(self):
        with doing(self.conference.case, on=MONDAY):
            ole = relative("ole")
            ole.is_deceased = True
            ole.save()
        with pytest.raises(RecipientRestricted):
            postal_pack([self.letter("ole")])


class HowItStands(Sent):
    def mail_of(self, key):
        copy = self.letter(key)
        return next(each for each in OutsideMail.objects.filter(about_id=copy.pk) if each.about == copy)

    def test_every_state_is_in_words(self):
        assert self.steps("health").steps == ["In the service since 21 Sep 2026"]
        assert self.steps("ole").task == "To be posted"
        assert self.steps("ida").steps == ["Waiting to be sent"]
        with doing(self.conference.case, on=MONDAY):
            taken, refused = self.mail_of("ida"), self.mail_of("education")
            taken.hand_over(at=nine(hour=11))
            taken.save()
            refused.fail(said="550 no such person")
            refused.save()
        assert self.steps("ida").steps == ["Handed over on 21 Sep 2026, 11:00: The mail server took it: accepted."]
        failed = self.steps("education")
        assert failed.task == "Could not be delivered" and "550 no such person" in failed.steps[0]

    def test_what_was_opened_confirmed_and_disputed_is_said_with_its_time(self):
        copies.open_copy(self.copy("ida"), by=None, at=nine(hour=11))
        copies.acknowledge_copy(self.copy("ida"), by=None, at=nine(hour=12))
        challenging.challenge_minutes(self.conference, relative("ida"), point="x", by=None, at=nine(hour=13))
        assert self.steps("ida", "minutes").steps[1:] == [
            "Opened on 21 Sep 2026, 11:00",
            "Confirmed on 21 Sep 2026, 12:00",
            "Disputed on 21 Sep 2026: open",
        ]

    def test_however_many_copies_the_statements_are_the_same(self):
        with self.assertNumQueries(4):
            found = copies_of(self.conference)
            standings(found, [])
        assert len(found) == 12


class Proof(Sent):
    def proof(self, hours=3):
        sections = proof_of(self.conference.fresh(), nine() + timedelta(hours=hours)).sections
        return {each.heading: each for each in sections}

    def rows(self, heading):
        return [" | ".join(row) for row in self.proof()[heading].table.rows]

    def test_it_says_who_was_asked_and_why_who_came_and_what_never_came(self):
        expected = self.rows("Who was expected")
        assert any("Ole Varga | parental responsibility for Mira Lowe" in row for row in expected)
        assert "Olga Reed | Health | 18 Sep 2026 | In the room | from 12:00" in self.rows("Who was there")
        assert "Police | 11 Sep 2026 |  | never" in self.rows("Reports")
        assert self.rows("Quorum over time") == ["18 Sep 2026, 12:00 | yes"]

    def test_it_has_each_copy_with_its_hash_and_whether_it_was_in_time(self):
        row = next(row for row in self.rows("Copies of the decision letter") if row.startswith("Ole"))
        assert "By post | 21 Sep 2026, in time | Waiting to be posted" in row
        assert any(row.endswith(self.letter("ole").sha256) for row in self.rows("Hash of each copy"))
        assert any("version 1, redacted" in row for row in self.rows("Copies of the minutes"))

    def test_a_letter_sent_late_is_said_to_be_late(self):
        with doing(self.conference.case, on=MONDAY):
            copy = self.letter("ole")
            copy.sent_on = MONDAY + timedelta(days=1)
            copy.save()
        row = next(row for row in self.rows("Copies of the decision letter") if row.startswith("Ole"))
        assert "22 Sep 2026, late" in row

    def test_it_has_the_journals_numbers_of_what_was_done_and_refused(self):
        with pytest.raises(NotARecipient):
            copies.open_copy(self.letter("health"), by=person("teacher"), at=nine(hour=11))
        rows = self.rows("In the journal of the case")
        numbers = {str(entry.number) for entry in Entry.objects.filter(case=self.conference.case)}
        assert {row.split(" | ")[0] for row in rows} <= numbers
        for act in ("Book conference", "Decide conference", "Prepare release", "Release document"):
            assert any(act in row for row in rows), act
        assert any("Open copy | Pat Shaw | refused: not a recipient" in row for row in rows)


def test_before_it_has_decided_there_is_proof_of_who_was_asked(db):
    _, conference = invited()
    sections = {each.heading: each for each in proof_of(conference, nine()).sections}
    assert "Who was there" not in sections
    assert len(sections["Who was expected"].table.rows) == 6
    assert sections["Copies of the minutes"].text == "None has gone out."

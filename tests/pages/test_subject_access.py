"""Somebody asks for what is held about them: nothing of anybody else is given before two people have looked."""

import io
import zipfile
from datetime import date, datetime, timedelta
from unittest import mock

import openpyxl
from bs4 import BeautifulSoup
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config import clock, subject_pack
from config.keeping import clock_of
from meetings.documents.pdf import can_be_drawn
from plans.models import ProfessionalsMeeting, Visit
from tests.making import a_case, a_partnership, doing
from tests.pages.played import TODAY, words
from workflow import deadlines
from workflow.acting import LONDON
from workflow.errors import (
    DateInFuture,
    KeptFromYou,
    NotPermitted,
    OthersNotDecided,
    ReasonRequired,
    SecondPersonNeeded,
    ToldTooLate,
    WrongState,
)
from workflow.held_facts import hold_fact
from workflow.models import Child, Deadline, Entry, FamilyMember, Passage, Read, Role, SubjectRequest, User
from workflow.policy import calendar

PLAYED = {
    "clerk": Role.CONFERENCE_ADMIN,
    "cp_chair": Role.CONFERENCE_CHAIR,
    "manager": Role.TEAM_MANAGER,
    "stranger": Role.IRO,
    "service": Role.SERVICE_MANAGER,
    "lead": Role.AGENCY_LEAD,
}
ASKED = {"asked_by": "Her solicitor, with her authority", "received_on": date(2026, 8, 31)}


class SubjectAccess(TestCase):
    """Maya asks. She has a brother and two parents, and all of them are spoken of."""

    @classmethod
    def setUpTestData(cls):
        assert connection.features.supports_json_field
        found = a_partnership()
        cls.case = a_case(found)
        cls.child = Child.objects.get()
        with doing(cls.case, name="record_family", reason="The school spoke to Maya and her brother"):
            cls.other = Child(case=cls.case, key="otto", name="Otto Reed", born_on=date(2018, 2, 1))
            cls.other.save()
            FamilyMember(case=cls.case, key="dad", name="Karl Stone", relation="father").save()
            for child, words_of in (
                (cls.child, "She was asleep"),
                (cls.child, "She hid behind Otto"),
                (cls.child, "Mrs Reed held her"),
                (cls.child, "She said “I like it here”"),
                (cls.other, "He was out, said the aunt"),
                (cls.other, "He asked where Maya was"),
            ):
                Visit(child=child, why_not_seen=words_of, visited_on=TODAY, recorded_on=TODAY, was_seen=False).save()
            ProfessionalsMeeting(case=cls.case, held_on=TODAY, outcome="Keep the address from him").save()
        with doing(name="give_sign_ins"):
            for role, person in found.items():
                person = person.fresh()
                person.user = User.objects.create(username=str(role))
                person.save()
                found[role] = person
        cls.people = {key: found[role] for key, role in PLAYED.items()}
        cls.request = subject_pack.open_subject_request(
            cls.case, about=cls.child, **ASKED, by=cls.people["clerk"], on=TODAY
        )

    def setUp(self):
        nine = datetime(TODAY.year, TODAY.month, TODAY.day, 9, 0, tzinfo=LONDON)
        stopped = mock.patch.object(clock, "now", return_value=nine)
        stopped.start()
        self.addCleanup(stopped.stop)

    def sign_in(self, key):
        self.client.force_login(self.people[key].user)

    def page(self, address, key=None, status=200):
        if key:
            self.sign_in(key)
        answer = self.client.get(address)
        self.assertEqual(answer.status_code, status, address)
        return BeautifulSoup(answer.content, "html.parser")

    def passage(self, text):
        return Passage.objects.get(text=text)

    def decided(self):
        """Everything is decided by the administrator: names out."""
        for each in Passage.objects.filter(state=Passage.State.TO_DECIDE):
            subject_pack.decide_passage(each, decision="names_out", reason="Others are in it",
                                        by=self.people["clerk"], on=TODAY)  # fmt: skip
        return subject_pack.prepare_subject_pack(self.request, by=self.people["clerk"], on=TODAY)

    def test_it_is_owed_a_calendar_month_after_it_was_received(self):
        owed = Deadline.objects.get(code="subject_access")
        self.assertEqual((owed.due_on, owed.subject), (date(2026, 9, 30), "sar-1"))
        self.assertIn("dates owed", " ".join(clock_of(self.case, TODAY).open))

    def test_a_text_of_ones_own_is_kept_one_that_names_another_waits_and_anothers_is_not_there(self):
        self.assertEqual(self.passage("She was asleep").state, "kept")
        waits = self.passage("She hid behind Otto")
        self.assertEqual((waits.state, waits.others), ("to_decide", ["Otto"]))
        self.assertFalse(Passage.objects.filter(text="He was out, said the aunt").exists())
        for text, why in (
            ("Mrs Reed held her", "names somebody else, or says how to reach them"),
            ("She said “I like it here”", "quotes somebody"),
            ("Keep the address from him", "is not about this person alone"),
            ("The school spoke to Maya and her brother", "is not about this person alone"),
        ):
            self.assertIn(why, self.passage(text).why_look)
            self.assertEqual(self.passage(text).state, "to_decide")
        self.assertEqual(self.passage("He asked where Maya was").state, "to_decide")

    def test_no_text_that_names_another_is_kept_by_itself(self):
        names = {word for one in (*Child.objects.all(), *FamilyMember.objects.all()) for word in one.name.split()}
        names -= set(self.child.name.split())
        for each in Passage.objects.filter(state=Passage.State.KEPT):
            self.assertFalse([name for name in names if name in each.text], each.text)

    def test_a_parent_is_not_given_the_other_parents_address_by_itself(self):
        father, mother = FamilyMember.objects.order_by("id")[:2]
        with doing(self.case, on=TODAY, name="record_contact_details"):
            mother = mother.fresh()
            mother.postal_address = "2 Hidden Row, LE1 1AA"
            mother.save()
            Visit(
                child=self.child,
                why_not_seen="They are at LE1 1AA now",
                visited_on=TODAY,
                recorded_on=TODAY,
                was_seen=False,
            ).save()
        request = subject_pack.open_subject_request(self.case, about=father, **ASKED, by=self.people["clerk"], on=TODAY)
        texts = {each.text: each for each in request.passages.all()}
        self.assertNotIn("2 Hidden Row, LE1 1AA", texts)
        for text, each in texts.items():
            if "LE1 1AA" in text:
                self.assertEqual(each.state, "to_decide")

    def test_it_is_not_prepared_before_everything_is_decided_and_each_decision_has_a_reason(self):
        clerk = {"by": self.people["clerk"], "on": TODAY}
        with self.assertRaises(OthersNotDecided):
            subject_pack.prepare_subject_pack(self.request, **clerk)
        waits = Passage.objects.filter(state="to_decide").first()
        with self.assertRaises(ReasonRequired):
            subject_pack.decide_passage(waits, decision="kept", reason=" ", **clerk)

    def test_a_second_person_who_decided_nothing_lets_it_go(self):
        chair, manager = self.people["cp_chair"], self.people["manager"]
        waits = Passage.objects.filter(state="to_decide").first()
        subject_pack.decide_passage(waits, decision="left_out", reason="It is his", by=manager, on=TODAY)
        request = self.decided()
        with self.assertRaises(SecondPersonNeeded):
            subject_pack.release_subject_pack(request, by=manager, on=TODAY)
        with self.assertRaises(NotPermitted):
            subject_pack.release_subject_pack(request, by=self.people["clerk"], on=TODAY)
        request = subject_pack.send_subject_pack_back(request, reason="Look at the visits", by=chair, on=TODAY)
        self.assertTrue(request.is_open)
        request = subject_pack.prepare_subject_pack(request, by=self.people["clerk"], on=TODAY)
        with self.assertRaises(WrongState):
            subject_pack.export_subject_pack(request, by=manager, on=TODAY)
        request = subject_pack.release_subject_pack(request, by=chair, on=TODAY)
        self.assertEqual(Deadline.objects.get(code="subject_access").met_on, TODAY)
        with self.assertRaises(WrongState):
            subject_pack.decide_passage(waits, decision="kept", reason="Changed my mind", by=manager, on=TODAY)

    # Longer

    def extended(self, **said):
        told = {"because": "complex", "reason": "Thirty meetings and two agencies", "told_on": TODAY} | said
        return subject_pack.extend_subject_request(self.request, **told, by=self.people["clerk"], on=TODAY)

    def test_it_may_take_two_months_longer_once_when_they_were_told_why(self):
        owed = Deadline.objects.get(code="subject_access")
        request = self.extended()
        moved = owed.fresh()
        self.assertEqual((owed.due_on, moved.due_on), (date(2026, 9, 30), date(2026, 11, 30)))
        self.assertEqual((moved.timescale, moved.value), ("subject_access_extended", "3 m"))
        self.assertIn("the request is complex", moved.explanation)
        self.assertEqual(deadlines.worked_out_again(moved, calendar()), moved.due_on)
        self.assertEqual((request.told_longer_on, request.extended_on, request.is_open), (TODAY, TODAY, True))
        self.assertEqual(Entry.objects.latest("pk").act, "extend_subject_request")
        with self.assertRaises(WrongState):
            self.extended()
        self.assertEqual(owed.fresh().due_on, date(2026, 11, 30))

    def test_not_without_telling_them_why_nor_in_the_future_nor_by_somebody_else(self):
        for said, refused in (
            ({"reason": " "}, ReasonRequired),
            ({"told_on": TODAY + timedelta(days=1)}, DateInFuture),
            ({"told_on": ASKED["received_on"] - timedelta(days=1)}, ToldTooLate),
        ):
            with self.subTest(said), self.assertRaises(refused):
                self.extended(**said)
        with self.assertRaises(NotPermitted):
            subject_pack.extend_subject_request(
                self.request, because="many", reason="Five in a year", told_on=TODAY, by=self.people["cp_chair"],
                on=TODAY,
            )  # fmt: skip
        self.assertEqual(Deadline.objects.get(code="subject_access").due_on, date(2026, 9, 30))

    def test_they_have_to_be_told_within_the_first_month_whenever_that_is_recorded(self):
        late, last = date(2026, 10, 5), date(2026, 9, 30)
        said = {"because": "many", "reason": "Five in a year", "by": self.people["clerk"], "on": late}
        with self.assertRaises(ToldTooLate):
            subject_pack.extend_subject_request(self.request, told_on=last + timedelta(days=1), **said)
        subject_pack.extend_subject_request(self.request, told_on=last, **said)
        self.assertEqual(Deadline.objects.get(code="subject_access").due_on, date(2026, 11, 30))

    def test_one_that_is_answered_or_withdrawn_takes_no_longer(self):
        self.decided()
        self.extended()  # a prepared one may
        for request in (self.request.fresh(),):
            subject_pack.release_subject_pack(request, by=self.people["cp_chair"], on=TODAY)
        with self.assertRaises(WrongState):
            self.extended()

    # Earlier wordings

    def changed(self, record, **to):
        with doing(self.case, on=TODAY + timedelta(days=1), name="correct_visit"):
            record = record.fresh()
            for name, words_of in to.items():
                setattr(record, name, words_of)
            record.save()

    def asked_again(self, about=None):
        on = TODAY + timedelta(days=2)
        about = about or self.child
        found = subject_pack.open_subject_request(self.case, about=about, **ASKED, by=self.people["clerk"], on=on)
        return {each.text: each for each in found.passages.all()}

    def test_what_was_changed_is_there_as_it_stood_and_waits_for_somebody_to_look(self):
        visit = Visit.objects.get(why_not_seen="She was asleep")
        self.changed(visit, why_not_seen="She was at school")
        self.changed(visit, why_not_seen="She was at her aunt’s")
        texts = self.asked_again()
        self.assertEqual(texts["She was at her aunt’s"].state, "kept")
        for before in ("She was asleep", "She was at school"):
            each = texts[before]
            self.assertEqual((each.state, each.until_on, each.why_look),
                             ("to_decide", TODAY + timedelta(days=1), ["was changed since"]))  # fmt: skip
            self.assertEqual(subject_pack.part_of(each), f"Why not seen, until {each.until_on:%-d %B %Y}")

    def test_what_it_says_again_or_says_with_other_blanks_is_there_once(self):
        visit = Visit.objects.get(why_not_seen="She was asleep")
        self.changed(visit, why_not_seen="Nothing is known")
        self.changed(visit, why_not_seen="She  was asleep")
        texts = self.asked_again()
        self.assertNotIn("She was asleep", texts)
        self.assertEqual(texts["She  was asleep"].until_on, None)
        self.assertIsNotNone(texts["Nothing is known"].until_on)

    def test_what_was_said_of_somebody_else_before_is_not_theirs_and_what_was_theirs_is(self):
        """A visit recorded for the wrong child and put right: each is given what was said of them."""
        visit = Visit.objects.get(why_not_seen="He was out, said the aunt")
        self.changed(visit, child=self.child, why_not_seen="Out with the aunt")
        texts = self.asked_again()
        self.assertIn("Out with the aunt", texts)
        self.assertNotIn("He was out, said the aunt", texts)
        self.assertIsNotNone(self.asked_again(self.other)["He was out, said the aunt"].until_on)

    def test_a_name_somebody_had_before_is_found_too(self):
        dad = FamilyMember.objects.get(key="dad")
        self.changed(dad, name="Karl Flint")
        visit = Visit.objects.get(why_not_seen="She was asleep")
        self.changed(visit, why_not_seen="She ran from Stone")
        self.assertEqual(self.asked_again()["She ran from Stone"].others, ["Stone"])

    def test_an_earlier_wording_is_in_the_pack_with_its_day(self):
        self.changed(Visit.objects.get(why_not_seen="She was asleep"), why_not_seen="She was at school")
        self.request = next(iter(self.asked_again().values())).request
        self.decided()
        held, _ = subject_pack.sheets(self.request.fresh(), TODAY)
        changed_on = TODAY + timedelta(days=1)
        part = f"Why not seen, until {changed_on:%-d %B %Y}"
        self.assertIn([part, "She was asleep"], [list(row[1:]) for row in held.rows])
        self.assertIn(["Why not seen", "She was at school"], [list(row[1:]) for row in held.rows])

    # What not everybody who works on it reads

    def about_adoption(self):
        """A new request, with something about adoption among its passages; of those here managers alone read that."""
        words_of = "The link family lives by the sea"
        hold_fact(self.case, matter="adoption", words=words_of, by=self.people["manager"], on=TODAY)
        asked = subject_pack.open_subject_request(
            self.case, about=self.child, **ASKED, by=self.people["clerk"], on=TODAY
        )
        return asked, asked.passages.filter(text=words_of).last()

    def test_a_passage_about_a_matter_is_shown_to_and_decided_by_its_readers_alone(self):
        asked, kept = self.about_adoption()
        self.assertEqual((kept.matter, kept.state), ("adoption", "to_decide"))
        one = reverse("subject-request", args=[self.case.reference, asked.pk])
        address = reverse("subject-passage", args=[self.case.reference, asked.pk, kept.pk])
        for who, reads in (("manager", True), ("clerk", False), ("cp_chair", False)):
            with self.subTest(who):
                self.assertEqual(kept.text in words(self.page(one, who)), reads)
                self.page(address, status=200 if reads else 404)
        said = {"decision": "kept", "reason": "It is hers", "on": TODAY}
        with self.assertRaises(KeptFromYou):
            subject_pack.decide_passage(kept, by=self.people["clerk"], **said)
        self.assertEqual(subject_pack.decide_passage(kept, by=self.people["manager"], **said).state, "kept")

    def test_who_lets_it_go_reads_all_of_it_and_who_takes_it_out_all_that_is_given(self):
        for given, taken_by_the_clerk in (("left_out", True), ("kept", False)):
            with self.subTest(given):
                self.request, _ = self.about_adoption()
                by = {"by": self.people["manager"], "on": TODAY}
                for each in self.request.passages.filter(state="to_decide"):
                    subject_pack.decide_passage(each, decision=given, reason="As agreed", **by)
                subject_pack.prepare_subject_pack(self.request, **by)
                with self.assertRaises(KeptFromYou):
                    subject_pack.release_subject_pack(self.request, by=self.people["cp_chair"], on=TODAY)
                subject_pack.release_subject_pack(self.request, by=self.people["service"], on=TODAY)
                self.sign_in("clerk")
                one = reverse("subject-request", args=[self.case.reference, self.request.pk])
                answer = self.client.post(one, {"do": "export_subject_pack"}, follow=True)
                self.assertEqual(answer["Content-Type"] == "application/zip", taken_by_the_clerk)
                if not taken_by_the_clerk:
                    self.assertContains(answer, "a matter you do not read")
                self.sign_in("manager")
                answer = self.client.post(one, {"do": "export_subject_pack"})
                self.assertEqual(answer["Content-Type"], "application/zip")

    def test_what_is_declared_by_field_or_act_is_known_to_be_about_a_matter_also_as_it_stood(self):
        mother = FamilyMember.objects.exclude(key="dad").get()
        self.changed(mother, safe_contact="Rings the school office on Tuesdays")
        self.changed(mother, safe_contact="Is never rung at home")
        texts = self.asked_again(mother)
        for told, state in (("Is never rung at home", "kept"), ("Rings the school office on Tuesdays", "to_decide")):
            self.assertEqual((texts[told].matter, texts[told].state), ("contact", state))

    def test_who_only_sees_the_case_sees_that_somebody_asked_and_nothing_that_was_gathered(self):
        listed = reverse("subject-requests", args=[self.case.reference])
        page = self.page(listed, "lead")
        self.assertIn("sar-1", words(page))
        self.assertFalse(page.main.find("a", string="sar-1"))
        self.page(reverse("subject-request", args=[self.case.reference, self.request.pk]), status=404)
        waits = Passage.objects.first()
        self.page(reverse("subject-passage", args=[self.case.reference, self.request.pk, waits.pk]), status=404)

    def test_a_withdrawn_request_owes_nothing(self):
        subject_pack.withdraw_subject_request(
            self.request, reason="She has what she needs", by=self.people["manager"], on=TODAY
        )
        self.assertEqual(Deadline.objects.get(code="subject_access").state, "waived")

    def test_the_pack_is_one_file_without_the_others_and_its_taking_is_on_record(self):
        subject_pack.release_subject_pack(self.decided(), by=self.people["cp_chair"], on=TODAY)
        self.sign_in("clerk")
        address = reverse("subject-request", args=[self.case.reference, self.request.pk])
        answer = self.client.post(address, {"do": "export_subject_pack"})
        name = f"{self.case.reference}-sar-1"
        self.assertEqual(answer["Content-Disposition"], f'attachment; filename="{name}.zip"')
        pack = zipfile.ZipFile(io.BytesIO(answer.content))
        self.assertEqual(set(pack.namelist()), {f"{name}.xlsx", f"{name}.pdf" if can_be_drawn() else "no-pdf.txt"})
        book = openpyxl.load_workbook(io.BytesIO(pack.read(f"{name}.xlsx")))
        texts = [str(row[2].value) for row in book["What is held"].iter_rows(min_row=2)]
        self.assertIn("She was asleep", texts)
        self.assertIn("She hid behind [another person]", texts)
        names = {word for one in (*Child.objects.all(), *FamilyMember.objects.all()) for word in one.name.split()}
        for name in names - set(self.child.name.split()):
            self.assertFalse([text for text in texts if name in text], name)
        self.assertEqual(Read.objects.latest("pk").kind, Read.Kind.EXPORT)
        self.assertEqual(Entry.objects.latest("pk").act, "export_subject_pack")

    # The pages

    def test_a_request_is_begun_decided_and_let_go_on_its_pages(self):
        SubjectRequest.objects.get()
        self.sign_in("clerk")
        listed = reverse("subject-requests", args=[self.case.reference])
        said = {"do": "open_subject_request", "subject": f"child-{self.other.pk}", "received_on-day": "1",
                "received_on-month": "9", "received_on-year": "2026"}  # fmt: skip
        self.assertContains(self.client.post(listed, said), "Say why.")
        self.client.post(listed, said | {"asked_by": "His grandmother, who has parental responsibility"})
        request = SubjectRequest.objects.get(key="sar-2")
        for _ in range(request.passages.filter(state="to_decide").count()):
            waits = request.passages.filter(state="to_decide").first()
            address = reverse("subject-passage", args=[self.case.reference, request.pk, waits.pk])
            answer = self.client.post(address, {"decision": "left_out"})
            self.assertContains(answer, "Say why.")
            self.client.post(address, {"decision": "left_out", "reason": "Others are in it"})
        one = reverse("subject-request", args=[self.case.reference, request.pk])
        self.client.post(one, {"do": "prepare_subject_pack"})
        self.assertNotIn("Take the pack out", words(self.page(one, "manager")))
        self.client.post(one, {"do": "release_subject_pack"})
        self.assertIn("Take the pack out", words(self.page(one, "clerk")))

    def test_it_takes_longer_on_its_page_and_what_was_typed_is_kept_when_that_is_refused(self):
        one = reverse("subject-request", args=[self.case.reference, self.request.pk])
        self.assertIn("by Wed 30 Sep 2026", words(self.page(one, "clerk")))
        said = {"do": "extend_subject_request", "because": "complex", "reason": "Thirty meetings",
                "told_on-day": "1", "told_on-month": "1", "told_on-year": "2026"}  # fmt: skip
        answer = self.client.post(one, said)
        self.assertContains(answer, "told, with the reason, within a month")
        self.assertContains(answer, "Thirty meetings")
        today = {"told_on-day": TODAY.day, "told_on-month": TODAY.month, "told_on-year": TODAY.year}
        self.assertEqual(self.client.post(one, said | today).status_code, 302)
        told = words(self.page(one))
        self.assertIn("due on Mon 30 Nov 2026", told)
        self.assertIn("the request is complex. They were told on", told)
        self.assertNotIn("It takes longer", told)
        listed = words(self.page(reverse("subject-requests", args=[self.case.reference])))
        self.assertIn("Two months longer", listed)

    def test_pages_name_nobody_in_their_title_and_ask_few_questions(self):
        waits = Passage.objects.filter(state="to_decide").first()
        for name, args in (
            ("subject-requests", ()),
            ("subject-request", (self.request.pk,)),
            ("subject-passage", (self.request.pk, waits.pk)),
        ):
            address = reverse(name, args=[self.case.reference, *args])
            self.sign_in("clerk")
            with self.subTest(name), CaptureQueriesContext(connection) as asked:
                page = self.page(address)
            self.assertLessEqual(len(asked), 15, "\n".join(each["sql"][:150] for each in asked))
            self.assertNotIn("Maya", page.title.text)
            self.page(address, "stranger", status=404)

    def test_a_passage_of_another_request_is_not_there(self):
        waits = Passage.objects.first()
        self.page(reverse("subject-passage", args=[self.case.reference, 999, waits.pk]), "clerk", status=404)

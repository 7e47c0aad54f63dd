"""What the family and the child say to the plan, and the visits agreed with it beside those that were made."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from plans.models import Plan, PlanAgreement, VisitPattern
from plans.with_the_family import kept, record_agreement, set_visit_pattern
from plans.work import record_visit
from tests.making import doing
from tests.pages.played import TODAY, PlayedCase, words
from workflow.errors import DateInFuture, NotPermitted, PatternNotPossible, TextMissing, Unknown, WrongState
from workflow.models import FamilyMember

PAGE = "/cases/SP-0001/plan/"


class WithTheFamily(PlayedCase):
    def setUp(self):
        super().setUp()
        self.plan = Plan.objects.open().get(child__key="jonah")
        self.mother = FamilyMember.objects.filter(case=self.plan.case).earliest("pk")

    def section(self, key="social_worker"):
        """The part of the page that is about Jonah."""
        page = self.page(PAGE, key)
        return words(page.find(attrs={"aria-labelledby": f"child-{self.plan.child_id}"}))

    def say(self, who=None, says="does_not", text="I was not asked", on=TODAY, by="social_worker"):
        return record_agreement(self.plan, who=who, says=says, words=text, said_on=on, by=self.people[by], on=TODAY)

    def agree_visits(self, visits=4, weeks=8, unannounced=1, by="social_worker", on=TODAY):
        said = {"visits": visits, "weeks": weeks, "unannounced": unannounced}
        return set_visit_pattern(self.plan, **said, by=self.people[by], on=on)

    # What they say

    def test_a_plan_nobody_was_asked_about_says_so(self):
        assert "Nobody has been asked yet" in self.section()

    def test_each_answer_stands_on_the_plan_with_the_words_and_the_day_and_the_latest_counts(self):
        self.say(self.mother, on=date(2026, 8, 3))
        self.say(self.mother, "agrees", "It is fair now")
        self.say(None, "could_not", "Two years old")
        said = self.section()
        assert f"{self.mother.name} Agrees It is fair now" in said
        assert "I was not asked" not in said and "Could not answer" in said and "Two years old" in said
        assert PlanAgreement.objects.count() == 3

    def test_an_answer_to_an_earlier_edition_is_shown_as_earlier(self):
        self.say(self.mother, "agrees", "")
        with doing(self.plan.case, on=TODAY):
            self.plan.agree()
            self.plan.save()
        assert f"not asked about edition {self.plan.edition} yet" in self.section()

    def test_a_no_and_a_silence_need_words_and_a_yes_does_not(self):
        for says in ("does_not", "could_not"):
            with pytest.raises(TextMissing):
                self.say(self.mother, says, "  ")
        assert self.say(self.mother, "agrees", "").says == "agrees"

    def test_a_day_to_come_somebody_of_another_family_and_a_reader_are_refused(self):
        with pytest.raises(DateInFuture):
            self.say(self.mother, on=date(2026, 9, 2))
        with pytest.raises(NotPermitted):
            self.say(self.mother, by="inspector")
        with pytest.raises(Unknown):
            self.say(FamilyMember(case_id=self.plan.case_id + 1, key="other"))

    def test_nothing_is_said_to_a_plan_that_has_ended(self):
        with doing(self.plan.case, on=TODAY):
            self.plan.end_at_review(on=TODAY)
            self.plan.save()
        with pytest.raises(WrongState):
            self.say(self.mother)
        with pytest.raises(WrongState):
            self.agree_visits()

    def test_the_form_keeps_what_was_typed_beside_what_is_missing(self):
        address = f"{PAGE}{self.plan.pk}/agreement/"
        self.sign_in("social_worker")
        day = {"said_on-day": "1", "said_on-month": "9", "said_on-year": "2026"}
        answer = self.client.post(address, {"who": self.mother.key, "says": "does_not", "words": "", **day})
        page = answer.content.decode()
        assert "id_words-error" in page and 'value="does_not"' in page
        answer = self.client.post(address, {"who": "", "says": "does_not", "words": "Not fair", **day})
        assert answer["Location"] == PAGE
        assert PlanAgreement.objects.get().member is None

    # How the child is visited

    def test_the_visits_agreed_stand_beside_those_that_were_made(self):
        assert "No pattern is agreed yet" in self.section()
        self.agree_visits()
        said = self.section()
        assert "4 visits in 8 weeks, 1 of them unannounced." in said and "too lately to be measured" in said

    def test_fewer_than_agreed_is_said_once_the_weeks_are_over(self):
        self.agree_visits(visits=9, weeks=2, unannounced=3, on=date(2026, 8, 10))
        assert "Fewer than agreed" in self.section()

    def test_an_unannounced_visit_counts_as_one_and_a_closed_door_does_not(self):
        lately = self.plan.child.visits.filter(visited_on__gt=date(2026, 8, 25), was_seen=True)
        one_more = lately.filter(was_unannounced=True).count() + 1
        self.agree_visits(visits=one_more, weeks=1, unannounced=one_more, on=date(2026, 8, 3))
        assert "Fewer than agreed" in self.section()
        told = {"unannounced": True, "by": self.people["social_worker"], "on": TODAY}
        record_visit(self.plan.case, seen=[], not_seen={self.plan.child: "Nobody opened"}, **told)
        assert "Fewer than agreed" in self.section()
        record_visit(self.plan.case, seen=[self.plan.child], **told)
        said = self.section()
        assert f"{one_more} unannounced." in said and "Fewer than agreed" not in said

    def test_visits_outside_the_weeks_do_not_count(self):
        pattern = {"visits": 1, "weeks": 1, "unannounced": 0, "agreed_on": "2026-01-01"}
        seen = {"seen": True, "unannounced": False}
        assert kept(pattern, [{"on": "2026-08-25", **seen}], on=TODAY).made == 0
        assert kept(pattern, [{"on": "2026-08-26", **seen}], on=TODAY).made == 1

    def test_a_pattern_nobody_could_keep_is_refused_by_the_act_and_by_the_database(self):
        for bad in ({"visits": 0}, {"weeks": 0}, {"unannounced": 5}):
            with pytest.raises(PatternNotPossible):
                self.agree_visits(**bad)
        with doing(self.plan.case, on=TODAY), pytest.raises(IntegrityError), transaction.atomic():
            VisitPattern(plan=self.plan, visits=1, weeks=1, unannounced=2, agreed_on=TODAY).save()

    def test_a_pattern_is_agreed_on_its_page_by_those_who_work_with_the_child(self):
        address = f"{PAGE}{self.plan.pk}/visits/"
        self.page(address, "inspector", status=403)
        self.sign_in("social_worker")
        page = self.client.post(address, {"visits": "2", "weeks": "4", "unannounced": "3"}).content.decode()
        assert "id_unannounced-error" in page
        answer = self.client.post(address, {"visits": "2", "weeks": "4", "unannounced": "2"})
        assert answer["Location"] == PAGE
        assert "2 visits in 4 weeks, 2 of them unannounced." in self.section()

    def test_a_plan_of_another_case_is_not_there(self):
        for part in ("agreement", "visits"):
            self.page(f"{PAGE}999999/{part}/", "social_worker", status=404)
            self.page(f"{PAGE}{self.plan.pk}/{part}/", "stranger", status=404)

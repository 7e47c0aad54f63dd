"""The register of other plans: one of a kind for one person; a clash where a review falls on one of our meetings."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from meetings.models import Conference
from plans.models import OtherPlan, Plan
from plans.other_plans import change_other_plan, clashes, end_other_plan, record_other_plan
from tests.making import doing
from tests.pages.played import TODAY, PlayedCase, words
from workflow import deadlines
from workflow.errors import AlreadyExists, DateInPast, NotPermitted, ReasonRequired, TextMissing, Unknown, WrongState
from workflow.models import Child, Deadline, FamilyMember

PLAN = "/cases/SP-0001/plan/"
REGISTER = "/cases/SP-0001/other-plans/"


@pytest.mark.parametrize(
    ("review", "said"),
    [
        pytest.param(date(2026, 9, 9), ["On the same day"], id="the-day-itself"),
        pytest.param(date(2026, 9, 7), ["In the same week"], id="monday-of-that-week"),
        pytest.param(date(2026, 9, 13), ["In the same week"], id="sunday-of-that-week"),
        pytest.param(date(2026, 9, 6), [], id="the-sunday-before"),
        pytest.param(date(2026, 9, 14), [], id="the-monday-after"),
    ],
)
def test_a_review_clashes_with_a_meeting_of_the_same_day_or_week(review, said):
    assert [one.tag for one in clashes(review, [("Core group", date(2026, 9, 9))])] == said


class OtherPlans(PlayedCase):
    def setUp(self):
        super().setUp()
        self.jonah, self.mira = Child.objects.get(key="jonah"), Child.objects.get(key="mira")
        self.case = self.jonah.case
        self.adult = FamilyMember.objects.filter(case=self.case).earliest("pk")

    def record(self, who=None, kind="ehcp", led_by="Special needs team", review=None, by="social_worker"):
        said = {"kind": kind, "led_by": led_by, "next_review_on": review}
        return record_other_plan(self.case, who or self.jonah, **said, by=self.people[by], on=TODAY)

    def section(self, child):
        page = self.page(PLAN, "social_worker")
        return words(page.find(attrs={"aria-labelledby": f"child-{child.pk}"}))

    def test_a_plan_of_a_child_stands_with_that_child_and_one_of_an_adult_with_every_child(self):
        assert "No other plan is on the register" in self.section(self.jonah)
        self.record()
        self.record(self.adult, "marac", "Police")
        jonah, mira = self.section(self.jonah), self.section(self.mira)
        assert "Education, health and care plan , led by Special needs team; no review date known" in jonah
        assert "Education, health" not in mira
        assert f"MARAC of {self.adult.name}" in jonah and f"MARAC of {self.adult.name}" in mira

    def test_a_review_on_the_day_of_one_of_our_meetings_is_said_on_the_plan(self):
        due = deadlines.pending(self.case, "core_group", "jonah").due_on
        other = self.record(review=due)
        assert "On the same day Core group about Jonah Kellow is due" in self.section(self.jonah)
        end_other_plan(other, reason="Ceased", by=self.people["social_worker"], on=TODAY)
        assert "On the same day" not in self.section(self.jonah)

    def test_a_review_in_the_week_of_a_booked_conference_is_said_on_the_plan(self):
        day = date(2026, 11, 18)
        with doing(self.case, on=TODAY):
            Conference(case=self.case, key="rcpc-9", kind="review", state="booked", booked_for=day).save()
        self.record(review=date(2026, 11, 17))
        assert "In the same week Review conference is booked for 18 Nov 2026" in self.section(self.jonah)

    def test_an_action_due_on_the_day_of_a_review_says_whose_it_is(self):
        owed = Deadline.objects.pending().filter(case=self.case, code="action", due_on__gt=TODAY).first()
        self.record(review=owed.due_on)
        said = self.section(self.jonah)
        assert f"An action that day {owed.owner} owes {owed.subject} that day" in said
        with doing(self.case, on=TODAY):
            deadlines.hand_over(owed, self.adult, on=TODAY)
        self.record(self.adult, "probation", "Probation", review=owed.due_on)
        assert f"The same person that day {self.adult.name} owes {owed.subject} that day" in self.section(self.jonah)

    def test_an_action_due_the_day_before_is_no_clash(self):
        owed = Deadline.objects.pending().filter(case=self.case, code="action", due_on__gt=TODAY).first()
        self.record(review=owed.due_on + timedelta(days=1))
        assert f"owes {owed.subject} that day" not in self.section(self.jonah)

    def test_a_plan_that_has_ended_clashes_with_nothing(self):
        self.record(review=deadlines.pending(self.case, "core_group", "jonah").due_on)
        plan = Plan.objects.open().get(child=self.jonah)
        with doing(self.case, on=TODAY):
            plan.end_at_review(on=TODAY)
            plan.save()
        assert "On the same day" not in self.section(self.jonah)

    def test_a_review_whose_day_has_passed_is_said(self):
        other = self.record(review=TODAY)
        with doing(self.case, on=TODAY):
            other.next_review_on = date(2026, 8, 3)
            other.save()
        assert "Its review date has passed" in self.section(self.jonah)

    def test_one_of_a_kind_runs_for_one_person_in_the_act_and_in_the_database(self):
        self.record()
        with pytest.raises(AlreadyExists):
            self.record()
        with doing(self.case, on=TODAY), pytest.raises(IntegrityError), transaction.atomic():
            OtherPlan(case=self.case, child=self.jonah, kind="ehcp", led_by="X", recorded_on=TODAY).save()
        self.record(self.mira)
        self.record(kind="other")
        assert self.record(kind="other").pk

    def test_it_is_for_one_person_alone(self):
        with doing(self.case, on=TODAY), pytest.raises(IntegrityError), transaction.atomic():
            OtherPlan(case=self.case, kind="ehcp", led_by="X", recorded_on=TODAY).save()

    def test_what_is_missing_is_refused(self):
        with pytest.raises(TextMissing):
            self.record(led_by=" ")
        with pytest.raises(DateInPast):
            self.record(review=date(2026, 8, 31))
        with pytest.raises(NotPermitted):
            self.record(by="inspector")
        with pytest.raises(Unknown):
            self.record(Child(case_id=self.case.pk + 1, key="other"))

    def test_what_has_ended_is_kept_and_changes_no_more(self):
        other, told = self.record(), {"by": self.people["manager"], "on": TODAY}
        with pytest.raises(ReasonRequired):
            end_other_plan(other, reason="", **told)
        end_other_plan(other, reason="Ceased", **told)
        with pytest.raises(WrongState):
            change_other_plan(other, led_by="Y", next_review_on=None, **told)
        with pytest.raises(WrongState):
            end_other_plan(other, reason="Again", **told)
        assert "Ended" in words(self.page(REGISTER, "social_worker"))

    def test_the_register_is_kept_on_its_pages(self):
        self.sign_in("social_worker")
        said = {"who": "child:jonah", "kind": "care", "led_by": ""}
        page = self.client.post(REGISTER, said).content.decode()
        assert "id_led_by-error" in page
        assert self.client.post(REGISTER, said | {"led_by": "Ward 4"})["Location"] == REGISTER
        other = OtherPlan.objects.get()
        address = f"{REGISTER}{other.pk}/"
        day = {"next_review_on-day": "2", "next_review_on-month": "10", "next_review_on-year": "2026"}
        assert self.client.post(address, {"led_by": "Ward 5"} | day)["Location"] == REGISTER
        assert "Ward 5" in words(self.page(REGISTER)) and OtherPlan.objects.get().next_review_on == date(2026, 10, 2)
        assert "id_reason-error" in self.client.post(address, {"reason": " "}).content.decode()
        assert self.client.post(address, {"reason": "Discharged"})["Location"] == REGISTER
        assert OtherPlan.objects.get().ended_on == TODAY

    def test_a_reader_sees_the_register_and_cannot_write(self):
        other = self.record()
        for address in (REGISTER, f"{REGISTER}{other.pk}/"):
            assert not self.page(address, "inspector").select("main form")
            assert self.client.post(address, {"led_by": "X"}).status_code == 403
            self.page(address, "stranger", status=404)

    def test_the_pages_cost_a_fixed_number_of_statements(self):
        other = self.record()
        self.sign_in("social_worker")
        for address, statements in {REGISTER: 8, f"{REGISTER}{other.pk}/": 7, PLAN: 15}.items():
            with self.subTest(address=address), self.assertNumQueries(statements):
                self.client.get(address)

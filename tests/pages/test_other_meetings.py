"""The meetings that are not conferences: begun, recorded and sent out on their pages, refusals beside the field."""

from datetime import date

from bs4 import BeautifulSoup

from meetings.law import record_legal_status
from meetings.models import (
    CoreGroup,
    DischargeMeeting,
    LegalPlanningMeeting,
    LookedAfterReview,
    RecordCopy,
    StrategyDiscussion,
)
from plans.actions import cancel_action
from plans.models import Action
from plans.new_dates import approve_new_date, ask_for_new_date
from tests.pages.played import TODAY, PlayedCase, words
from workflow.errors import NotPermitted
from workflow.models import Case, Deadline

CASE = "/cases/SP-0001"
LIFE = {"life_jonah": "Jonah sleeps in his own bed now", "life_mira": "Mira was clean and fed"}


def a_day(name, day):
    return {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}


class OtherMeetings(PlayedCase):
    def send(self, address, key, **typed):
        self.sign_in(key)
        return self.client.post(address, typed)

    def text(self, answer):
        return answer.content.decode()

    def case(self):
        return Case.objects.get(reference="SP-0001")


class ACoreGroup(OtherMeetings):
    there = ["social_worker", "health_visitor", "nursery_lead"]

    def hold(self, **typed):
        return self.send(f"{CASE}/core-group/hold/", "social_worker", **{"attended": self.there, **LIFE, **typed})

    def test_it_asks_for_each_childs_life_with_the_words_of_last_time_beside(self):
        soup = self.page(f"{CASE}/core-group/hold/", "social_worker")
        before = CoreGroup.objects.get(key="cg-3").about.get(child__key="mira").lived_experience
        assert "Last time, 24 Jul 2026" in words(soup)
        assert before in words(soup)
        assert "Last score: " in words(soup)

    def test_held_it_says_so_who_was_there_and_what_was_scored(self):
        answer = self.hold(
            family_present=["dana"],
            apologies_with_report=["housing"],
            score_mira_O1="6",
            evidence_O1="Weight on the line",
            engagement_dana="engaged",
        )
        assert answer.status_code == 302, self.text(answer)
        held = CoreGroup.objects.latest("pk")
        assert (held.state, held.key, held.held_on) == (CoreGroup.State.HELD, "cg-4", TODAY)
        said = words(self.page(answer["Location"]))
        for part in (
            "The core group is recorded.",
            "Quorate: social care and at least one other group were there.",
            "Dana Reis, mother (family never counts towards the quorum)",
            "No: apologies with a report",
            "Jonah sleeps in his own bed now",
            "The time before, 24 Jul 2026",
            "6 of 10",
            "Weight on the line",
            "Dana Reis: engaged",
            "It has not been sent to anybody.",
        ):
            assert part in said, part

    def test_with_too_few_it_is_partial_and_says_that_no_clock_is_touched(self):
        answer = self.hold(attended=["social_worker"])
        said = words(self.page(answer["Location"]))
        assert "Partial: too few agencies" in said
        assert "no clock is touched" in said

    def test_a_child_without_words_is_refused_beside_its_field_with_all_that_was_typed(self):
        answer = self.hold(life_mira=" ")
        assert answer.status_code == 200
        soup = self.soup(answer)
        assert "Say in the child's section" in words(soup.select_one("#id_life_mira-error"))
        assert LIFE["life_jonah"] in words(soup)
        assert not CoreGroup.objects.filter(key="cg-4").exists()

    def soup(self, answer):
        return BeautifulSoup(answer.content, "html.parser")

    def test_one_that_did_not_happen_needs_a_reason_and_leaves_its_date(self):
        due = Deadline.objects.pending().get(code="core_group", subject="mira").due_on
        answer = self.send(f"{CASE}/core-group/miss/", "social_worker", reason="")
        assert "Say why." in self.text(answer)
        answer = self.send(f"{CASE}/core-group/miss/", "social_worker", reason="The room was double booked")
        said = words(self.page(answer["Location"]))
        assert "The same due date stays." in said
        assert "The room was double booked" in said
        assert Deadline.objects.pending().get(code="core_group", subject="mira").due_on == due

    def test_its_record_is_written_and_goes_to_members_family_and_always_the_chair(self):
        address = self.hold()["Location"]
        assert self.page(address, "social_worker").find(id="distribute_record") is None
        assert "There is nothing written yet" in self.text(
            self.send(address, "social_worker", do="write_record", text="")
        )
        self.send(address, "social_worker", do="write_record", text="We talked about <b>bedtime</b> & food")
        soup = self.page(address, "social_worker")
        assert "We talked about <b>bedtime</b> & food" in words(soup)
        offered = {box["value"] for box in soup.select("input[name=to]")}
        assert "dana" in offered
        assert "lewis" not in offered
        assert "Not offered: Lewis Kellow, from whom somebody in the family is protected." in words(soup)
        self.send(address, "social_worker", do="distribute_record", to=["health", "dana"])
        copies = RecordCopy.objects.filter(record_key="cg-4")
        assert {str(copy.to_chair or copy.party) for copy in copies} == {
            str(self.people["health_lead"].agency),
            "Dana Reis",
            str(self.people["cp_chair"]),
        }
        soup = self.page(address, "social_worker")
        assert "By post" in words(soup)
        assert soup.find("textarea") is None

    def test_nothing_is_recorded_once_the_record_is_out(self):
        found = CoreGroup.objects.get(key="cg-3")
        answer = self.send(f"/core-group/{found.pk}/", "social_worker", do="write_record", text="Later words")
        assert answer.status_code == 302
        assert "Nothing was recorded" in words(self.page(answer["Location"]))

    def test_it_shows_what_a_conference_asked_for_and_was_altered(self):
        asked_for = Action.objects.exclude(from_conference="").filter(state="agreed").first()
        worker, manager = self.people["social_worker"], self.people["manager"]
        ask_for_new_date(
            asked_for, date(2026, 12, 1), reason="The clinic is full", approver=manager, by=worker, on=TODAY
        )
        approve_new_date(asked_for, by=manager, on=TODAY)
        found = CoreGroup.objects.get(key="cg-3")
        said = words(self.page(f"/core-group/{found.pk}/", "cp_chair"))
        assert "Given a new date on 1 Sep 2026 by" in said
        assert "the chair was told: The clinic is full" in said

    def test_only_a_chair_drops_what_a_conference_asked_for_and_that_is_shown_too(self):
        asked_for = Action.objects.exclude(from_conference="").filter(state="agreed").first()
        with self.assertRaises(NotPermitted):
            cancel_action(asked_for, reason="Not needed", by=self.people["social_worker"], on=TODAY)
        cancel_action(asked_for.fresh(), reason="Moved to another town", by=self.people["cp_chair"], on=TODAY)
        found = CoreGroup.objects.get(key="cg-3")
        said = words(self.page(f"/core-group/{found.pk}/", "social_worker"))
        assert "Dropped on 1 Sep 2026 by" in said
        assert "chair: Moved to another town" in said

    def test_who_may_not_write_is_offered_nothing_and_refused(self):
        address = self.hold()["Location"]
        assert self.page(address, "health_visitor").find("textarea") is None
        answer = self.send(address, "health_visitor", do="write_record", text="Mine")
        assert "You are not one of the people who may do this." in self.text(answer)


class AStrategyDiscussion(OtherMeetings):
    typed = {"about": ["mira"], "reason": "Not brought to three appointments"}
    there = ["manager", "police_officer", "paediatrician"]

    def call(self):
        return self.send(f"{CASE}/strategy/call/", "manager", **self.typed)["Location"]

    def conclude(self, address, **typed):
        said = {
            "do": "conclude_strategy",
            "attended": self.there,
            "considered": ["jonah", "mira"],
            "outcome": "assessment",
        }
        return self.send(address, "manager", **{**said, **typed})

    def test_called_concluded_written_and_sent_to_the_agencies_that_were_there(self):
        address = self.call()
        assert "Not brought to three appointments" in words(self.page(address, "manager"))
        assert self.conclude(address).status_code == 302
        said = words(self.page(address))
        assert "The discussion is concluded." in said
        assert "Jonah Kellow, Mira Kellow" in said
        self.send(address, "manager", do="write_record", text="What was said")
        offered = {box["value"] for box in self.page(address).select("input[name=to]")}
        assert offered == {"social_care", "police", "health"}
        self.send(address, "manager", do="distribute_record", to=["police", "health"])
        assert StrategyDiscussion.objects.latest("pk").state == "record_distributed"

    def test_a_missing_group_and_a_forgotten_child_are_said_beside_their_questions(self):
        address = self.call()
        answer = self.conclude(address, attended=["manager", "police_officer"])
        assert 'id="conclude_strategy_attended-error"' in self.text(answer)
        answer = self.conclude(address, considered=["mira"])
        assert 'id="conclude_strategy_considered-error"' in self.text(answer)
        assert StrategyDiscussion.objects.latest("pk").state == "called"

    def test_first_review_and_emergency_are_told_apart_in_words(self):
        found = {each.key: each for each in StrategyDiscussion.objects.all()}
        for key, kind in (("strategy-1", "First discussion"), ("strategy-2", "Review discussion")):
            assert kind in words(self.page(f"/strategy/{found[key].pk}/", "manager")), key
        typed = {
            "about_children": ["mira"],
            "attended": ["manager", "police_officer"],
            "considered": ["jonah", "mira"],
            "outcome": "assessment",
            "emergency": "Found alone at night",
        }
        answer = self.send(f"{CASE}/strategy/hold/", "manager", **typed)
        said = words(self.page(answer["Location"]))
        assert "Emergency discussion" in said
        assert "Found alone at night" in said

    def test_one_that_was_called_is_cancelled_with_a_reason(self):
        address = self.call()
        assert 'id="cancel_strategy_reason-error"' in self.text(
            self.send(address, "manager", do="cancel_strategy", reason="")
        )
        self.send(address, "manager", do="cancel_strategy", reason="Answered by telephone")
        assert StrategyDiscussion.objects.latest("pk").state == "cancelled"

    def test_only_a_manager_is_shown_the_form(self):
        assert self.page(f"{CASE}/strategy/call/", "social_worker").find("textarea") is None
        answer = self.send(f"{CASE}/strategy/call/", "social_worker", **self.typed)
        assert answer.status_code == 200
        assert not StrategyDiscussion.objects.filter(reason=self.typed["reason"]).exists()


class LegalPlanning(OtherMeetings):
    def test_recommended_by_the_chair_held_by_the_manager_and_sent_to_nobody(self):
        answer = self.send(f"{CASE}/legal-planning/recommend/", "cp_chair", about=["mira"])
        address = answer["Location"]
        assert "Mira Kellow" in words(self.page(address, "manager"))
        answer = self.send(address, "manager", do="hold_legal_planning", advice="", outcome="Wait")
        assert 'id="hold_legal_planning_advice-error"' in self.text(answer)
        self.send(address, "manager", do="hold_legal_planning", advice="The threshold is met", outcome="Proceed")
        self.send(address, "manager", do="write_record", text="In words")
        assert LegalPlanningMeeting.objects.get().state == "held"
        soup = self.page(address)
        assert "The threshold is met" in words(soup)
        assert "this record is sent to nobody" in words(soup)
        assert not soup.select("input[name=to]")


class ADischarge(OtherMeetings):
    def call(self, key="health_visitor", **typed):
        said = {"about": "mira", "hospital": "Ward 4", **a_day("planned_for", TODAY), **typed}
        return self.send(f"{CASE}/discharge/call/", key, **said)

    def hold(self, address, **typed):
        said = {"do": "hold_discharge_meeting", "attended": ["social_worker", "health_visitor"], "is_safe": "yes"}
        return self.send(address, "social_worker", **{**said, **typed})

    def test_called_by_the_ward_and_held_on_conditions(self):
        address = self.call()["Location"]
        forms = self.page(address, "social_worker").select("main form[data-autosave]")
        assert len({form["id"] for form in forms}) == len(forms) == 2, "each form keeps a draft of its own"
        answer = self.hold(address)
        assert 'id="hold_discharge_meeting_conditions-error"' in self.text(answer)
        assert self.hold(address, conditions="A cot first").status_code == 302
        said = words(self.page(address))
        assert "Yes, the child may go home" in said
        assert "A cot first" in said

    def test_nothing_has_to_be_in_place_is_said_and_not_left_empty(self):
        address = self.call()["Location"]
        assert "not both" in self.text(self.hold(address, conditions="A cot", none_needed="true"))
        self.hold(address, none_needed="true")
        assert DischargeMeeting.objects.get().conditions == "none"
        assert "In place first Nothing" in words(self.page(address))

    def test_without_health_it_is_refused_beside_who_took_part(self):
        address = self.call()["Location"]
        answer = self.hold(address, attended=["social_worker"], none_needed="true")
        assert 'id="hold_discharge_meeting_attended-error"' in self.text(answer)

    def test_a_day_already_past_is_refused_beside_the_day(self):
        answer = self.call(**a_day("planned_for", date(2026, 8, 28)))
        assert 'id="id_planned_for-error"' in self.text(answer)
        assert "Ward 4" in self.text(answer)

    def test_it_is_cancelled_with_a_reason(self):
        address = self.call()["Location"]
        self.send(address, "social_worker", do="cancel_discharge_meeting", reason="Moved to another ward")
        assert "Moved to another ward" in words(self.page(address))


class ALookedAfterReview(OtherMeetings):
    def test_a_child_on_a_plan_is_reviewed_apart_only_with_a_reason(self):
        mira = self.case().children.get(key="mira")
        record_legal_status(mira, status="accommodated", by=self.people["manager"], on=TODAY)
        address = f"/looked-after-review/{LookedAfterReview.objects.get().pk}/"
        self.sign_in("cp_chair")
        answer = self.send(address, "cp_chair", do="hold_looked_after_review", outcome="The placement goes on")
        assert 'id="hold_looked_after_review_why_apart-error"' in self.text(answer)
        assert "The placement goes on</textarea>" in self.text(answer)
        typed = {"outcome": "The placement goes on", "why_apart": "The placement broke down"}
        self.send(address, "cp_chair", do="hold_looked_after_review", **typed)
        assert "The placement broke down" in words(self.page(address))


class WhoSeesThem(OtherMeetings):
    def test_a_stranger_finds_none_of_them(self):
        core_group, discussion = CoreGroup.objects.first(), StrategyDiscussion.objects.first()
        for address in (
            f"/core-group/{core_group.pk}/",
            f"/strategy/{discussion.pk}/",
            f"{CASE}/core-group/hold/",
            f"{CASE}/strategy/call/",
            "/core-group/999999/",
        ):
            self.page(address, "stranger", status=404)

    def test_no_title_names_a_child(self):
        found = CoreGroup.objects.first()
        for address in (f"/core-group/{found.pk}/", f"{CASE}/core-group/hold/"):
            title = self.page(address, "social_worker").title.get_text()
            assert not any(name in title for name in ("Jonah", "Mira", "Kellow"))

    def test_a_core_group_takes_a_fixed_number_of_statements(self):
        found = CoreGroup.objects.get(key="cg-1")
        self.sign_in("health_visitor")
        with self.assertNumQueries(15):
            self.client.get(f"/core-group/{found.pk}/")

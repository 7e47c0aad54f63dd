"""What is done with an action on its page: each act, and each refusal beside the field it is about."""

from datetime import date

from bs4 import BeautifulSoup

from escalation.posts import name_cover
from plans.models import Action
from tests.pages.played import TODAY, PlayedCase, words
from workflow import history
from workflow.acts import PARTNERSHIP
from workflow.models import Entry

PLAN = "/cases/SP-0001/plan/"


def day(name, when):
    return {f"{name}-day": str(when.day), f"{name}-month": str(when.month), f"{name}-year": str(when.year)}


class OneAction(PlayedCase):
    def setUp(self):
        super().setUp()
        self.action = Action.objects.filter(state=Action.State.AGREED).first()
        self.address = f"{PLAN}actions/{self.action.pk}/"

    def do(self, act, key="social_worker", **said):
        """What comes of a form that is sent."""
        self.sign_in(key)
        told = {f"{act}-{name}": value for name, value in said.items()}
        return self.client.post(self.address, {"do": act} | told)

    def done(self, act, key="social_worker", **said):
        self.assertRedirects(self.do(act, key, **said), self.address)
        self.action = Action.objects.get(pk=self.action.pk)
        return self.action

    def refused(self, act, field, key="social_worker", **said):
        """The words beside the field, on a page that keeps what was typed."""
        answer = self.do(act, key, **said)
        self.assertEqual(answer.status_code, 200)
        page = BeautifulSoup(answer.content, "html.parser")
        assert page.title.text.startswith("Error: ")
        assert page.find(id=f"do-{act}").has_attr("open")
        return words(page.find(id=f"id_{act}-{field}-error"))

    def test_whoever_sends_a_page_from_before_somebody_elses_change_is_shown_both_and_nothing_is_done(self):
        seen = self.page(self.address, "social_worker").find("input", {"name": "seen"})["value"]
        self.done("block_action", "social_worker", needs_from="health", reason="The panel has not met")
        typed = {"complete_action-evidence": "Works order 12 signed off"}
        answer = self.client.post(self.address, {"do": "complete_action", "seen": seen} | typed)
        assert answer.status_code == 409
        page = BeautifulSoup(answer.content, "html.parser")
        assert "blocked" in words(page.find(id="meanwhile")) and "The panel has not met" in words(page)
        assert page.find(id="id_complete_action-evidence").text.strip() == "Works order 12 signed off"
        assert Action.objects.get(pk=self.action.pk).state == "blocked"
        again = page.find(id="do-complete_action").find("input", {"name": "seen"})["value"]
        self.assertRedirects(
            self.client.post(self.address, {"do": "complete_action", "seen": again} | typed), self.address
        )
        assert Action.objects.get(pk=self.action.pk).state == "completed"

    def offered(self, key):
        return {one["value"] for one in self.page(self.address, key).select("input[name=do]")}

    # Each act

    def test_it_is_completed_with_its_evidence_and_verified_by_somebody_else(self):
        assert self.done("complete_action", evidence="Works order 12 signed off").state == "completed"
        assert "Works order 12 signed off" in words(self.page(self.address))
        assert self.done("verify_action", "manager", effect="Dry in all rooms").state == "verified"
        assert "Dry in all rooms" in words(self.page(self.address))

    def test_a_new_date_by_whoever_may_approve_it_keeps_the_first_and_the_reason(self):
        deadline = self.action.deadline
        later = {"to-day": "30", "to-month": "11", "to-year": "2026"}
        self.done("redate_action", "cp_chair", **later, reason="The contractor is ill", approver="cp_chair")
        now = self.action.deadline
        assert (now.due_on, now.first_due_on) == (date(2026, 11, 30), deadline.first_due_on)
        moves = history.moves(self.action.case, "action", self.action.key)
        assert moves[-1].reason == "The contractor is ill"

    # A new date that somebody else has to approve

    def ask(self, **said):
        told = day("to", date(2026, 11, 30)) | {"reason": "The contractor is ill", "approver": "manager"} | said
        self.done("redate_action", "housing_lead", **told)
        return self.action.asked_dates.latest("pk")

    def test_what_is_asked_for_moves_nothing_until_the_one_who_was_asked_approves_it(self):
        was = self.action.deadline
        asked = self.ask()
        assert (asked.state, self.action.deadline.version) == ("asked", was.version)
        before = len(history.moves(self.action.case, "action", self.action.key))
        later = history.later_moves(self.action.case, "action", self.action.key)
        shown = words(self.page(self.address, "housing_lead").find(id="asked-for"))
        assert "A new date is asked for: 30 Nov 2026." in shown and str(self.people["manager"]) in shown
        assert self.action.text in words(self.page("/", "manager").find(attrs={"aria-labelledby": "asked-for"}))
        assert self.page("/", "cp_chair").find(attrs={"aria-labelledby": "asked-for"}) is None
        self.done("approve_new_date", "manager")
        *earlier, move = history.moves(self.action.case, "action", self.action.key)
        assert len(earlier) == before
        told = (move.now, move.by.key, move.reason, self.action.deadline.first_due_on)
        assert told == (date(2026, 11, 30), "manager", "The contractor is ill", was.first_due_on)
        assert history.later_moves(self.action.case, "action", self.action.key) == later + 1
        asker = str(self.people["housing_lead"])
        assert f"Asked for by {asker}" in words(self.page(f"/cases/SP-0001/dates/{was.pk}/"))
        assert f"as {asker}" in words(self.page("/cases/SP-0001/dates/"))
        assert self.page("/", "manager").find(attrs={"aria-labelledby": "asked-for"}) is None

    def test_nobody_else_approves_it_not_even_somebody_more_senior(self):
        asked = self.ask()
        for key in ("housing_lead", "cp_chair", "social_worker"):
            assert not {"approve_new_date", "decline_new_date"} & self.offered(key), key
            assert "not one of the people" in self.do("approve_new_date", key).content.decode(), key
        assert asked.fresh().state == "asked"

    def test_whoever_covers_the_one_who_was_asked_approves_it(self):
        self.ask()
        assert "approve_new_date" not in self.offered("head_of_service")
        name_cover(
            PARTNERSHIP,
            self.people["manager"],
            self.people["head_of_service"],
            from_on=TODAY,
            until_on=date(2026, 12, 1),
            by=self.people["manager"],
            on=TODAY,
        )
        assert self.page("/", "head_of_service").find(attrs={"aria-labelledby": "asked-for"}) is not None
        self.done("approve_new_date", "head_of_service")
        assert self.action.deadline.due_on == date(2026, 11, 30)

    def test_the_owner_never_approves_it_however_it_came_to_be_theirs(self):
        self.ask()
        self.done("hand_over_action", to="person:manager", reason="She does it herself")
        assert "approve_new_date" not in self.offered("manager")
        assert "their own" in self.do("approve_new_date", "manager").content.decode()

    def test_it_is_declined_with_a_reason_that_whoever_asked_reads(self):
        self.ask()
        assert "Say why" in self.refused("decline_new_date", "reason", "manager", reason=" ")
        self.done("decline_new_date", "manager", reason="Another contractor is free")
        shown = words(self.page(self.address, "housing_lead"))
        assert "did not approve 30 Nov 2026" in shown and "Another contractor is free" in shown
        assert self.action.deadline.due_on != date(2026, 11, 30)

    def test_it_is_taken_back_by_whoever_asked_or_by_asking_for_another(self):
        first = self.ask()
        second = self.ask(**day("to", date(2026, 12, 1)))
        assert (first.fresh().state, second.state) == ("taken_back", "asked")
        assert "take_back_new_date" not in self.offered("manager")
        self.done("take_back_new_date", "housing_lead")
        assert second.fresh().state == "taken_back"
        assert "No new date is asked for" in self.do("approve_new_date", "manager").content.decode()

    def test_what_was_asked_for_before_the_date_moved_is_not_approved_any_more(self):
        self.ask()
        other = day("to", date(2026, 10, 30)) | {"reason": "They came earlier", "approver": "cp_chair"}
        self.done("redate_action", "cp_chair", **other)
        assert "moved since" in self.do("approve_new_date", "manager").content.decode()
        assert self.action.deadline.due_on == date(2026, 10, 30)

    def test_it_is_blocked_by_another_agency_and_keeps_its_date(self):
        due = self.action.deadline.due_on
        self.done("block_action", needs_from="health", reason="The letter from the clinic")
        assert (self.action.state, self.action.blocked_by.key, self.action.deadline.due_on) == (
            "blocked",
            "health",
            due,
        )
        assert "waits for" in words(self.page(self.address)).lower()

    def test_it_is_handed_over_to_a_parent_and_the_page_names_them(self):
        parent = self.action.case.family_members.filter(is_deceased=False).first()
        self.done("hand_over_action", to=f"family:{parent.key}", reason="She asked to do it herself")
        assert self.action.owner == parent
        assert parent.name in words(self.page(self.address).select_one(".govuk-summary-list"))

    def test_it_is_cancelled_by_the_chair_alone_and_stays_in_the_plan_with_the_reason(self):
        assert "cancel_action" not in self.offered("social_worker")
        self.done("cancel_action", "cp_chair", reason="The family has moved")
        assert self.action.state == "cancelled"
        assert "The family has moved" in words(self.page(self.address))
        assert self.action.text in words(self.page(PLAN))

    def test_what_was_not_done_after_all_is_opened_again_by_a_new_date(self):
        first = self.action.deadline.first_due_on
        self.done("complete_action", evidence="Said to be done")
        self.done("reopen_action", **day("due", date(2026, 10, 2)), reason="The wall is still wet")
        assert (self.action.state, self.action.deadline.first_due_on) == ("agreed", first)
        assert self.action.deadline.due_on == date(2026, 10, 2)

    # Each refusal

    def test_each_refusal_stands_beside_its_field_and_changes_nothing(self):
        good = day("to", date(2026, 11, 30)) | {"reason": "A reason", "approver": "cp_chair"}
        table = (
            ("complete_action", "evidence", {"evidence": " "}, "evidence"),
            ("redate_action", "to", good | day("to", date(2026, 8, 3)), "already passed"),
            ("redate_action", "to", good | day("to", date(2026, 11, 29)), "working day"),
            ("redate_action", "to", good | dict.fromkeys(("to-day", "to-month", "to-year"), ""), "new date"),
            ("redate_action", "reason", good | {"reason": ""}, "Say why"),
            ("redate_action", "approver", good | {"approver": ""}, "who is to approve"),
            ("block_action", "reason", {"needs_from": "health", "reason": ""}, "Say why"),
            ("block_action", "needs_from", {"needs_from": "", "reason": "It waits"}, "which agency"),
            ("hand_over_action", "to", {"to": "", "reason": "She asked"}, "Name the one person"),
            ("hand_over_action", "reason", {"to": "person:housing_officer", "reason": ""}, "Say why"),
        )
        for act, field, said, expected in table:
            with self.subTest(act=act, field=field, expected=expected):
                before = Action.objects.get(pk=self.action.pk).version, self.action.deadline.version
                assert expected.lower() in self.refused(act, field, **said).lower()
                assert (Action.objects.get(pk=self.action.pk).version, self.action.deadline.version) == before

    def test_a_second_later_date_needs_somebody_more_senior(self):
        said = {"reason": "Still ill", "approver": "social_worker"}
        assert history.later_moves(self.action.case, "action", self.action.key) == 1
        assert "more senior" in self.refused("redate_action", "approver", **day("to", date(2026, 12, 1)), **said)

    def test_what_was_typed_is_kept_beside_the_refusal_and_the_refusal_is_written_down(self):
        answer = self.do("redate_action", reason="A long story", approver="", **day("to", date(2026, 11, 30)))
        assert b"A long story" in answer.content
        self.do("complete_action", evidence="")
        assert Entry.objects.filter(act="complete_action", code="EVIDENCE_MISSING").exists()

    # Who

    def test_those_who_only_look_are_offered_nothing_and_are_told_so(self):
        assert not self.offered("inspector")
        assert "nothing you may do" in words(self.page(self.address))

    def test_what_was_not_offered_is_refused_by_the_same_gate(self):
        answer = self.do("cancel_action", "social_worker", reason="I say so")
        assert "not one of the people" in answer.content.decode()
        assert Action.objects.get(pk=self.action.pk).state == "agreed"
        assert self.do("delete_action").status_code == 403

    def test_a_case_that_may_not_be_seen_is_not_there(self):
        self.page(self.address, "stranger", status=404)
        self.sign_in("stranger")
        assert self.client.post(self.address, {"do": "complete_action"}).status_code == 404

    def test_the_page_costs_the_same_however_much_there_is(self):
        self.sign_in("social_worker")
        with self.assertNumQueries(15):
            self.client.get(self.address)

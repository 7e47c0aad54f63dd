"""Adding an action on the plan page, and the check of it as one types."""

from datetime import date

from bs4 import BeautifulSoup

from plans.models import Action
from tests.making import with_policy
from tests.pages.played import TODAY, PlayedCase, words
from workflow.models import Entry

PLAN = "/cases/SP-0001/plan/"
ADD, CHECK = f"{PLAN}actions/add/", f"{PLAN}actions/check/"
WHOLE = {
    "text": "Fit a smoke alarm on each floor",
    "owner": "person:housing_officer",
    "due-day": "2",
    "due-month": "10",
    "due-year": "2026",
    "measure": "Two alarms sound when tested",
    "outcome": "O1",
    "children": ["mira", "jonah"],
}


class TypedIn(PlayedCase):
    """Somebody fills in the form."""

    def post(self, key="social_worker", address=ADD, **changes):
        self.sign_in(key)
        return self.client.post(address, WHOLE | changes)

    def said(self, **changes):
        """The page shown again, as text."""
        answer = self.post(**changes)
        self.assertEqual(answer.status_code, 200)
        return self.soup(answer)

    def soup(self, answer):
        return BeautifulSoup(answer.content, "html.parser")


class AddingAnAction(TypedIn):
    def test_a_whole_action_is_added_for_its_children_and_shown_on_the_plan(self):
        answer = self.post()
        self.assertRedirects(answer, PLAN)
        action = Action.objects.get(text=WHOLE["text"])
        assert (action.deadline.due_on, action.outcome_key, action.owner) == (
            date(2026, 10, 2),
            "O1",
            self.people["housing_officer"],
        )
        assert {row.child.key for row in action.for_children.all()} == {"mira", "jonah"}
        assert WHOLE["text"] in words(self.page(PLAN))

    def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept(self):
        page = self.said(owner="", measure=" ", outcome="")
        for field, says in {
            "owner": "Name the one person who will do it",
            "measure": "Say how anybody will know it is done",
            "outcome": "Say which outcome of the plan it serves",
        }.items():
            assert says in words(page.find(id=f"id_{field}-error")), field
        assert page.find("textarea", id="id_text").text.strip() == WHOLE["text"]
        assert page.title.text.startswith("Error: ")
        assert not Action.objects.filter(text=WHOLE["text"]).exists()

    def test_the_refusal_is_written_down_with_what_was_missing(self):
        self.post(measure="")
        refused = Entry.objects.filter(act="add_action").last()
        assert (refused.outcome, refused.code) == (Entry.Outcome.REFUSED, "ACTION_NOT_SMART")

    def test_a_day_in_the_past_and_a_sunday_are_said_beside_the_date(self):
        assert "already passed" in words(self.said(**{"due-month": "8"}).find(id="id_due-error"))
        assert "working day" in words(self.said(**{"due-day": "4"}).find(id="id_due-error"))

    def test_without_a_text_or_a_child_nothing_is_added(self):
        page = self.said(text=" ", children=[])
        assert page.find(id="id_text-error") and page.find(id="id_children-error")

    def test_everything_that_stands_against_it_is_said_at_once(self):
        page = self.said(children=[], owner="", **{"due-day": "31", "due-month": "2"})
        assert {error["id"] for error in page.select(".govuk-error-message")} == {
            "id_children-error",
            "id_owner-error",
            "id_due-error",
        }
        assert len(page.select("#id_due-error")) == 1

    def test_the_check_button_shows_the_letters_and_adds_nothing(self):
        page = self.said(text="Continue to monitor the home", check="1")
        assert "nobody can see done" in words(page.find(id="smart"))
        assert not page.select(".govuk-error-message")
        assert not Action.objects.filter(text__startswith="Continue").exists()

    def test_the_fragment_says_the_five_letters_of_what_is_typed_so_far(self):
        answer = self.post(address=CHECK, text="HV to monitor Mira", measure="", **{"due-day": ""})
        said = words(self.soup(answer))
        assert "1 of 5 letters hold" in said
        assert "monitor" in said and "Say how anybody will know it is done" in said
        assert "Give the day" in said

    def test_an_action_due_after_the_next_review_is_told_so(self):
        answer = self.post(address=CHECK, **{"due-year": "2027", "due-day": "4", "due-month": "8"})
        assert "after the next review" in words(self.soup(answer))

    def test_markup_that_is_typed_is_shown_as_text(self):
        answer = self.post(address=CHECK, text="<script>alert(1)</script> asap")
        assert b"<script>alert" not in answer.content

    def test_those_who_may_not_add_see_no_link_and_are_refused(self):
        assert not self.page(PLAN, "inspector").select(f'a[href="{ADD}"]')
        self.page(ADD, "inspector", status=403)
        assert self.post("inspector", CHECK).status_code == 403
        assert self.page(PLAN, "social_worker").select(f'a[href="{ADD}"]')

    def test_a_case_that_may_not_be_seen_is_not_there(self):
        self.page(ADD, "stranger", status=404)
        assert self.post("stranger", CHECK).status_code == 404

    def test_an_agency_is_offered_its_own_people_only(self):
        owners = self.page(ADD, "housing_officer").select("#id_owner option")
        assert {option["value"] for option in owners} == {"", "person:housing_officer"}

    def test_the_check_looks_and_never_changes_anything(self):
        before = Entry.objects.count()
        self.post(address=CHECK)
        assert Entry.objects.count() == before

    def test_the_form_costs_the_same_however_much_there_is(self):
        self.sign_in("social_worker")
        with self.assertNumQueries(14):
            self.client.get(ADD)


class WhatThePolicyRefuses(TypedIn):
    """A partnership that refuses a vague verb and a measure nobody can see."""

    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        with_policy({"smart_refuses": ["vague_verb", "measure_unobservable"]}, on=TODAY)

    def test_a_vague_action_is_refused_and_says_what_to_write_instead(self):
        page = self.said(text="Housing officer to monitor the damp")
        assert "nobody can see done" in words(page.find(id="id_text-error"))

    def test_it_is_kept_with_a_reason_and_the_reason_stands_beside_it_and_in_its_history(self):
        why = "The court asked for these words"
        self.assertRedirects(self.post(text="Housing officer to monitor the damp", smart_override=why), PLAN)
        action = Action.objects.get(text__contains="monitor the damp")
        assert action.smart_override == why
        assert action.history.get().smart_override == why
        assert why in words(self.page(PLAN))

    def test_a_reason_never_makes_up_for_what_is_missing(self):
        page = self.said(measure="", smart_override="We are in a hurry")
        assert page.find(id="id_measure-error")

"""An action that was cancelled and comes back is linked to the earlier one; an outcome has a baseline and evidence."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from plans.actions import add_action, cancel_action
from plans.models import Action, Outcome
from plans.smart import ActionDraft
from tests.making import doing
from tests.pages.played import TODAY, PlayedCase, words
from workflow.errors import ReasonRequired, WrongState

PLAN = "/cases/SP-0001/plan/"
WHY = "The sleeping place is unsafe again"


class ComesBack(PlayedCase):
    def setUp(self):
        super().setUp()
        self.earlier = Action.objects.filter(state=Action.State.AGREED).first()
        self.chair = self.people["cp_chair"]

    def cancelled(self):
        return cancel_action(self.earlier, reason="Not needed", by=self.chair, on=TODAY)

    def again(self, why=WHY):
        one = self.earlier
        draft = ActionDraft(
            key="again",
            text=one.text,
            owner=one.owner,
            due=date(2026, 10, 1),
            measure=one.measure,
            outcome=one.outcome_key,
            children=[row.child for row in one.for_children.select_related("child")],
        )
        return add_action(one.case, draft, instead_of=one, why_again=why, by=self.chair, on=TODAY)

    def test_it_stands_with_the_earlier_one_and_the_reason_on_both_pages_and_on_the_plan(self):
        self.cancelled()
        later = self.again()
        assert f"It was cancelled as {self.earlier.key} . {WHY}" in words(
            self.page(f"{PLAN}actions/{later.pk}/", "social_worker")
        )
        before = words(self.page(f"{PLAN}actions/{self.earlier.pk}/"))
        assert "Came back As again on" in before and WHY in before
        assert f"Cancelled before as {self.earlier.key}. Again because: {WHY}" in words(self.page(PLAN))

    def test_only_what_was_cancelled_comes_back_and_never_without_a_reason(self):
        with pytest.raises(WrongState):
            self.again()
        self.cancelled()
        with pytest.raises(ReasonRequired):
            self.again("  ")
        with doing(self.earlier.case, on=TODAY), pytest.raises(IntegrityError), transaction.atomic():
            Action(
                case=self.earlier.case, key="x", text="x", measure="x", added_on=TODAY, instead_of=self.earlier
            ).save()

    def test_the_form_asks_only_where_something_was_cancelled(self):
        assert self.page(f"{PLAN}actions/add/", "social_worker").find(id="id_instead_of") is None
        self.cancelled()
        assert self.earlier.key in words(self.page(f"{PLAN}actions/add/").find(id="id_instead_of"))

    def test_each_outcome_shows_its_baseline_and_what_bears_out_each_score(self):
        said = words(self.page(PLAN, "social_worker"))
        assert "Baseline: not described (3 of 10," in said and "What bears it out" in said

    def test_where_an_outcome_began_is_described_in_words_and_earlier_words_are_kept(self):
        outcome = Outcome.objects.filter(case=self.earlier.case).first()
        address = f"{PLAN}outcomes/{outcome.pk}/baseline/"
        self.sign_in("social_worker")
        assert "id_words-error" in self.client.post(address, {"words": " "}).content.decode()
        for told in ("Twelve degrees in the bedroom", "Eleven degrees in the bedroom, black mould"):
            assert self.client.post(address, {"words": told})["Location"] == PLAN
        assert "Baseline: Eleven degrees in the bedroom, black mould (3 of 10," in words(self.page(PLAN))
        kept = outcome.history.values_list("baseline", flat=True)
        assert list(kept)[:2] == ["Eleven degrees in the bedroom, black mould", "Twelve degrees in the bedroom"]
        self.sign_in("inspector")
        self.page(address, status=403)
        assert "Describe it" not in words(self.page(PLAN))

"""The child's words on the line: a quotation or "not yet sought" for each need, and the plan's share with one."""

from datetime import date

import pytest

from plans.childs_words import needs_with_words, record_childs_words
from plans.models import ChildsWords, OutcomeChild
from tests.pages.played import TODAY, PlayedCase, words
from workflow.errors import DateInFuture, NotPermitted, TextMissing

PLAN = "/cases/SP-0001/plan/"
SAID = "I don't like it when it is loud at night"


class Words(PlayedCase):
    def need(self, child="jonah"):
        return OutcomeChild.objects.filter(child__key=child, child__case__reference="SP-0001").earliest("pk")

    def record(self, need, text=SAID, on=TODAY, by="social_worker"):
        said = {"words": text, "how": "said", "said_on": on}
        return record_childs_words(need, **said, by=self.people[by], on=TODAY)

    def test_a_need_nobody_asked_about_says_so_and_counts_against_the_plan(self):
        said = words(self.page(PLAN, "social_worker"))
        count = OutcomeChild.objects.filter(child__key="jonah").count()
        assert f"0 of {count} need" in said and "Not yet sought" in said

    def test_the_latest_words_stand_on_the_plan_word_for_word_and_the_earlier_are_kept(self):
        need = self.need()
        self.record(need, "It is fine", on=date(2026, 8, 1))
        self.record(need)
        said = words(self.page(PLAN, "social_worker"))
        assert SAID in said and "It is fine" not in said and "1 of" in said
        assert "It is fine" in words(self.page(f"{PLAN}words/{need.pk}/"))

    def test_what_was_said_last_counts_however_late_it_is_written_down(self):
        need = self.need()
        self.record(need)
        self.record(need, "Earlier", on=date(2026, 7, 1))
        (row,) = needs_with_words(need.child.case).filter(pk=need.pk)
        assert (row.said, row.said_on, row.how) == (SAID, TODAY, "said")

    def test_no_words_and_a_day_to_come_are_refused(self):
        with pytest.raises(TextMissing):
            self.record(self.need(), "  ")
        with pytest.raises(DateInFuture):
            self.record(self.need(), on=date(2026, 9, 2))
        with pytest.raises(NotPermitted):
            self.record(self.need(), by="inspector")

    def test_the_form_keeps_what_was_typed_beside_what_is_missing(self):
        address = f"{PLAN}words/{self.need().pk}/"
        self.sign_in("social_worker")
        day = {"said_on-day": "3", "said_on-month": "9", "said_on-year": "2026"}
        answer = self.client.post(address, {"words": SAID, "how": "said", **day})
        page = answer.content.decode()
        assert "id_said_on-error" in page and "loud at night" in page
        answer = self.client.post(address, {"words": SAID, "how": "said", **day, "said_on-day": "1"})
        assert answer["Location"] == PLAN
        assert ChildsWords.objects.get().words == SAID

    def test_a_need_of_another_case_is_not_there(self):
        self.page(f"{PLAN}words/999999/", "social_worker", status=404)
        self.page(f"{PLAN}words/{self.need().pk}/", "stranger", status=404)

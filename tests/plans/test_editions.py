"""An edition of a plan is signed, countersigned by somebody else, locked by its seal, and can be taken up again."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from plans import editions
from plans.as_it_stood import plans_of
from plans.lifecycle import OutcomeDraft, agree_plan
from plans.models import Action, Outcome, Plan, Risk, SignedEdition
from plans.new_dates import redate_action
from tests.making import doing
from tests.pages.played import TODAY, PlayedCase, words
from tests.unguarded import behind_its_back
from workflow.errors import NotAsPreviewed, NotPermitted, ReasonRequired, SecondPersonNeeded, Unknown, WrongState
from workflow.models import Cover, Entry

PAGE = "/cases/SP-0001/plan/"
NEXT = date(2026, 9, 2)


class Editions(PlayedCase):
    def setUp(self):
        super().setUp()
        self.plan = Plan.objects.open().get(child__key="jonah")
        self.sibling = Plan.objects.open().get(child__key="mira")
        self.first_words = Outcome.objects.get(key="O1").measure
        self.all_of_it = f"{PAGE}{self.plan.pk}/editions/"
        self.first = f"{self.all_of_it}1/"

    def told(self, key, on=TODAY):
        return {"by": self.people[key], "on": on}

    def sign(self, key="social_worker", on=TODAY):
        return editions.sign_edition(self.now(), **self.told(key, on))

    def countersign(self, signed, key="cp_chair", on=TODAY):
        return editions.countersign_edition(self.now(), seal=signed.seal, **self.told(key, on))

    def now(self, plan=None):
        return Plan.objects.get(pk=(plan or self.plan).pk)

    def agree_again(self, measure="Warm and dry at three inspections", on=NEXT):
        """Jonah's plan with other words: another risk, another measure of an outcome that is Mira's as well."""
        child = self.plan.child
        agree_plan(
            [child],
            risks={child: "Hunger, and nobody at home at night"},
            outcomes=[OutcomeDraft(key="O1", children=[child], measure=measure)],
            contingency="Legal advice at once",
            actions=[],
            **self.told("social_worker", on),
        )

    def take_up(self, edition=1, reason="The new measure was never agreed with the landlord", key="cp_chair"):
        return editions.take_up_edition(self.now(), edition=edition, reason=reason, **self.told(key, NEXT))

    def section(self, key="social_worker"):
        page = self.page(PAGE, key)
        return words(page.find(attrs={"aria-labelledby": f"child-{self.plan.child_id}"}))

    # Signing

    def test_one_signs_another_countersigns_and_the_plan_says_so(self):
        assert "This edition is not signed." in self.section()
        signed = self.sign()
        assert "Signed by Ife Marlow; it waits for a second person." in self.section()
        self.countersign(signed)
        assert f"Signed by Ife Marlow, countersigned by {self.people['cp_chair'].name}." in self.section()
        signed = SignedEdition.objects.get()
        assert (signed.state, signed.edition, signed.decided_on) == ("countersigned", 1, TODAY)

    def test_nobody_countersigns_their_own_nor_under_another_post(self):
        signed = self.sign("manager")
        with pytest.raises(SecondPersonNeeded):
            self.countersign(signed, "manager")
        with doing(on=TODAY):
            self.people["cp_chair"].user = self.people["manager"].user
            self.people["cp_chair"].save()
        with pytest.raises(SecondPersonNeeded):
            self.countersign(signed, "cp_chair")

    def test_who_may_is_in_the_matrix(self):
        for key in ("inspector", "clerk", "health_visitor", "cp_chair"):
            with pytest.raises(NotPermitted):
                self.sign(key)
        signed = self.sign()
        with pytest.raises(NotPermitted):
            self.countersign(signed, "social_worker")

    def test_an_edition_is_signed_once_at_a_time_also_for_the_database(self):
        signed = self.sign()
        with pytest.raises(WrongState):
            self.sign("manager")
        with doing(self.plan.case, on=TODAY), pytest.raises(IntegrityError), transaction.atomic():
            again = {"seal": signed.seal, "signed_by": signed.signed_by, "signed_on": TODAY}
            SignedEdition(plan=self.plan, edition=1, **again).save()

    def test_an_outline_and_an_ended_plan_are_not_signed(self):
        with doing(self.plan.case, on=TODAY):
            self.plan.end_at_review(on=TODAY)
            self.plan.save()
        with pytest.raises(WrongState):
            self.sign()

    def test_what_was_sent_back_with_its_reason_is_signed_anew(self):
        signed = self.sign()
        back = {"seal": signed.seal, **self.told("cp_chair")}
        with pytest.raises(ReasonRequired):
            editions.send_back_edition(self.now(), reason=" ", **back)
        editions.send_back_edition(self.now(), reason="A4 has no owner who can do it", **back)
        assert f"Signed by Ife Marlow, sent back by {self.people['cp_chair'].name}." in self.section()
        self.countersign(self.sign())
        assert [each.state for each in SignedEdition.objects.all()] == ["sent_back", "countersigned"]

    def test_who_has_an_older_signature_before_them_signs_nothing(self):
        signed = self.sign()
        editions.send_back_edition(self.now(), seal=signed.seal, reason="Not yet", **self.told("cp_chair"))
        self.move_a_date()
        self.sign()
        with pytest.raises(NotAsPreviewed):
            self.countersign(signed)

    def test_a_signature_under_an_edition_that_was_agreed_again_can_no_longer_be_countersigned(self):
        signed = self.sign()
        self.agree_again()
        with pytest.raises(WrongState):
            self.countersign(signed, on=NEXT)

    # The seal

    def move_a_date(self, on=TODAY):
        action = Action.objects.filter(state=Action.State.AGREED, for_children__child=self.plan.child).latest("pk")
        told = {"reason": "The tester was away", "even_if_not_working_day": True, **self.told("cp_chair", on)}
        redate_action(action, date(2026, 10, 30), **told)

    def test_what_is_done_later_changes_neither_what_was_signed_nor_its_seal_and_is_shown_beside_it(self):
        self.countersign(self.sign())
        before = words(self.page(self.first, "cp_chair"))
        assert "What was signed is what the record says." in before
        assert "Nothing in the plan changed since it was signed." in before
        self.move_a_date()
        after = words(self.page(self.first))
        assert "What was signed is what the record says." in after
        assert "1 part of the plan changed since it was signed." in after and "The tester was away" in after

    def test_somebody_else_with_another_name_is_still_what_was_signed(self):
        self.sign()
        with doing(on=TODAY):
            self.people["keyworker"].name = "Somebody New"
            self.people["keyworker"].save()
        assert list(editions.check_seals()) == []

    def test_a_record_that_says_something_else_than_was_signed_is_found(self):
        self.sign()
        assert list(editions.check_seals(self.plan.case)) == []
        behind_its_back("UPDATE plans_historicalrisk SET text = 'Nothing much' WHERE plan_id = %s", self.plan.pk)
        (found,) = editions.check_seals()
        assert str(found).startswith("SP-0001, edition 1") and "is not what was signed" in str(found)
        page = words(self.page(self.first, "cp_chair"))
        assert "The record no longer says what was signed." in page
        told = StringIO()
        with pytest.raises(SystemExit):
            call_command("verify_record", case="SP-0001", stdout=told)
        assert "is not what was signed" in told.getvalue()

    # The way back

    def test_an_earlier_edition_is_taken_up_as_a_new_one_and_nothing_is_lost(self):
        self.agree_again()
        assert Outcome.objects.get(key="O1").measure != self.first_words
        self.take_up()
        plan = self.now()
        assert (plan.edition, plan.contingency) == (3, self.plan.contingency)
        assert Outcome.objects.get(key="O1").measure == self.first_words
        (risk,) = Risk.objects.filter(plan=plan, edition=3)
        assert risk.text == "Hunger and missed nursery while his mother is intoxicated"
        assert Risk.objects.filter(plan=plan).count() == 3
        first, second, third = editions.editions_of(plan, plans_of([plan.child]))
        assert (first.until, second.until, third.holds, third.taken_up_from) == (NEXT, NEXT, True, 1)
        page = words(self.page(self.all_of_it, "inspector"))
        assert "Edition 1 taken up again: The new measure was never agreed with the landlord" in page
        old = words(self.page(f"{self.all_of_it}2/"))
        assert "Hunger, and nobody at home at night" in old and "As it ended" in old

    def test_a_sibling_with_an_outcome_that_changes_gets_a_new_edition_and_keeps_the_rest(self):
        self.agree_again()
        risks = list(self.sibling.risks.values_list("text", flat=True))
        assert [plan.pk for plan in self.take_up()] == [self.plan.pk, self.sibling.pk]
        sibling = self.now(self.sibling)
        assert (sibling.edition, sibling.contingency) == (2, self.sibling.contingency)
        assert list(sibling.risks.values_list("text", flat=True)) == risks

    def test_actions_and_their_dates_stay(self):
        self.agree_again()
        before = sorted(Action.objects.values_list("key", "state"))
        self.take_up()
        assert sorted(Action.objects.values_list("key", "state")) == before

    def test_the_way_back_needs_a_reason_an_edition_that_was_and_something_to_change(self):
        with pytest.raises(Unknown):
            self.take_up()
        self.agree_again()
        with pytest.raises(ReasonRequired):
            self.take_up(reason=" ")
        with pytest.raises(NotPermitted):
            self.take_up(key="social_worker")
        self.take_up()
        with pytest.raises(WrongState):
            self.take_up()
        with pytest.raises(Unknown):
            self.take_up(edition=9)

    # The pages

    def test_a_page_offers_what_this_person_may_do_as_things_stand(self):
        def offered(key, address=self.first):
            return {
                each["id"] for each in self.page(address, key).find_all("details", id=True) if each["id"][:3] == "do-"
            }

        assert offered("social_worker") == {"do-sign_edition"} and offered("inspector") == set()
        assert offered("cp_chair") == set()
        self.sign()
        assert offered("cp_chair") == {"do-countersign_edition", "do-send_back_edition"}
        assert offered("social_worker") == set()
        self.agree_again()
        assert offered("cp_chair") == {"do-take_up_edition"} and offered("social_worker") == set()

    def test_the_whole_way_by_the_pages(self):
        self.sign_in("social_worker")
        assert self.client.post(self.first, {"do": "sign_edition"})["Location"] == self.all_of_it
        waits = words(self.page("/", "cp_chair"))
        assert "Plans that wait for your signature" in waits and "to be countersigned" in waits
        seal = self.page(self.first).find("input", attrs={"name": "seal"})["value"]
        answer = self.client.post(self.first, {"do": "send_back_edition", "seal": seal, "reason": ""})
        assert "send_back_edition-reason-error" in answer.content.decode()
        assert (
            self.client.post(self.first, {"do": "send_back_edition", "seal": seal, "reason": "Too vague"}).status_code
            == 302
        )
        assert "Too vague" in words(self.page("/", "social_worker"))
        self.client.post(self.first, {"do": "sign_edition"})
        assert "Too vague" not in words(self.page("/"))
        self.sign_in("cp_chair")
        seal = SignedEdition.objects.get(state="signed").seal
        assert self.client.post(self.first, {"do": "countersign_edition", "seal": seal}).status_code == 302
        assert "wait for your signature" not in words(self.page("/"))
        self.agree_again(on=TODAY)
        shown = self.page(self.first, "cp_chair")
        assert "nobody at home at night" in words(shown.find(id="do-take_up_edition"))
        self.client.post(self.first, {"do": "take_up_edition", "reason": "It held better"})
        assert self.now().edition == 3

    def test_what_is_refused_keeps_what_was_typed_and_is_in_the_journal(self):
        signed = self.sign("manager")
        self.sign_in("manager")
        told = {"do": "send_back_edition", "seal": signed.seal, "reason": "Wait for the test"}
        answer = self.client.post(self.first, told)
        assert answer.status_code == 200 and "Wait for the test" in answer.content.decode()
        assert Entry.objects.filter(act="send_back_edition", code="SECOND_PERSON_NEEDED").exists()

    def test_what_was_not_offered_is_refused_and_what_is_not_there_is_not_found(self):
        self.sign_in("inspector")
        assert self.client.post(self.first, {"do": "sign_edition"}).status_code == 403
        assert self.client.post(self.first, {"do": "agree_plan"}).status_code == 403
        for address in (f"{self.all_of_it}7/", f"/cases/SP-0001/plan/{self.plan.pk + 99}/editions/"):
            self.page(address, "social_worker", status=404)

    def test_somebody_who_covers_the_chair_is_asked(self):
        cover = {"covered": self.people["cp_chair"], "cover": self.people["stranger"]}
        with doing(on=TODAY):
            Cover(**cover, from_on=TODAY, until_on=NEXT).save()
        self.sign()
        assert "Plans that wait for your signature" in words(self.page("/", "stranger"))

    def test_a_page_costs_a_fixed_number_of_statements(self):
        self.countersign(self.sign())
        self.agree_again(on=TODAY)
        self.sign_in("cp_chair")
        for address in (self.all_of_it, self.first):
            self.client.get(address)
        with self.assertNumQueries(8):
            self.client.get(self.all_of_it)
        with self.assertNumQueries(15):
            self.client.get(self.first)

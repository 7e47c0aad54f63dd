"""The pages of the policy: what holds, a change through two people, and what other rules would have raised."""

from django.urls import reverse

from escalation.models import Alert
from tests.making import a_professional, doing
from tests.pages.played import TODAY, PlayedCase, words
from workflow import rule_changes
from workflow.acts import PARTNERSHIP
from workflow.models import Deadline, PolicyProposal, PolicyVersion, Professional, Role, User

CHANGE = {
    "changes": 'minutes_distribute = "10 wd"\nvisit = "5 wd"',
    "starts_on-day": "1",
    "starts_on-month": "10",
    "starts_on-year": "2026",
    "reason": "Families waited too long for minutes.",
}
MONTHS = {
    "first-day": "1",
    "first-month": "3",
    "first-year": "2026",
    "last-day": "1",
    "last-month": "9",
    "last-year": "2026",
}


class PolicyPages(PlayedCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        with doing(on=TODAY, name="second_officer"):
            board = Professional.objects.get(key="board")
            second = a_professional("board_2", Role.PARTNERSHIP, board.agency)
            second.user = User.objects.create(username="board_2")
            second.save()
        cls.people["board_2"] = second

    def drafted(self):
        self.sign_in("board")
        self.client.post(reverse("policy-draft"), CHANGE)
        return PolicyProposal.objects.get()

    def do(self, proposal, act, key, **said):
        self.sign_in(key)
        return self.client.post(reverse("policy-proposal", args=[proposal.pk]), {"do": act, **said}, follow=True)

    def test_a_change_goes_from_a_draft_by_two_people_to_its_day(self):
        proposal = self.drafted()
        self.do(proposal, "propose_policy", "board")
        page = self.page(reverse("policy-proposal", args=[proposal.pk]), "board")
        self.assertIn("It waits for somebody else than you", words(page))
        self.assertNotIn("Approve it", words(page))
        self.do(proposal, "approve_policy", "board_2")
        made = PolicyVersion.objects.last()
        self.assertEqual(made.values["visit"], "5 wd")
        page = words(self.page(reverse("policy"), "board"))
        self.assertIn("Agreed, not yet in force", page)
        self.assertIn("visit : 10 wd became 5 wd", page)

    def test_what_was_typed_is_kept_beside_what_is_wrong_with_it(self):
        self.sign_in("board")
        answer = self.client.post(reverse("policy-draft"), CHANGE | {"changes": 'vissit = "5 wd"'})
        self.assertContains(answer, "vissit")
        self.assertContains(answer, "cannot be read")
        self.assertFalse(PolicyProposal.objects.exists())

    def test_only_those_with_a_part_in_the_rules_see_the_room(self):
        for name in ("policy", "policy-draft", "policy-what-if"):
            self.page(reverse(name), "social_worker", status=403)
            self.page(reverse(name), "inspector")

    def test_the_open_dates_it_leaves_are_listed_to_those_who_see_the_case_and_counted_for_the_partnership(self):
        proposal = self.drafted()
        address = reverse("policy-proposal", args=[proposal.pk])
        seen = words(self.page(address, "inspector"))
        reference = Deadline.objects.first().case.reference
        self.assertIn(reference, seen)
        counted = words(self.page(address, "board"))
        self.assertNotIn(reference, counted)
        self.assertIn("visit: open dates fewer than 5", counted)

    def test_other_rules_are_played_again_and_nothing_is_written(self):
        alerts = Alert.objects.count()
        asked = MONTHS | {"changes": 'ladder = ["1 wd", "3 wd", "5 wd", "10 wd"]'}
        self.sign_in("inspector")
        page = self.client.get(reverse("policy-what-if"), asked)
        self.assertContains(page, "Compared with what was raised")
        self.assertContains(page, f"the alerts raised were {alerts};")
        self.assertEqual(Alert.objects.count(), alerts)

    def test_playing_again_asks_few_questions(self):
        asked = MONTHS | {"changes": 'ladder = ["1 wd", "3 wd", "5 wd", "10 wd"]'}
        self.sign_in("board")
        with self.assertNumQueries(14):
            self.client.get(reverse("policy-what-if"), asked)

    def test_a_key_that_cannot_be_replayed_is_named(self):
        self.sign_in("board")
        answer = self.client.get(reverse("policy-what-if"), MONTHS | {"changes": "quorum_other_groups = 1"})
        self.assertContains(answer, "quorum_other_groups: this setting decides what people may do")

    def test_a_manager_works_one_open_date_out_again_with_a_reason(self):
        rule_changes.change_policy(
            PARTNERSHIP, "visit", "20 wd", agreed_by=self.people["clerk"], by=self.people["board"], on=TODAY
        )
        deadline = Deadline.objects.pending().filter(timescale="visit").first()
        address = reverse("case-date-recalculate", args=[deadline.case.reference, deadline.pk])
        self.assertIn("20 working days, as the policy has it now", words(self.page(address, "manager")))
        self.assertContains(self.client.post(address, {"reason": ""}), "Say why.")
        self.client.post(address, {"reason": "Agreed with the family."})
        self.assertEqual(deadline.fresh().value, "20 wd")
        self.assertGreater(deadline.fresh().due_on, deadline.due_on)

"""The clock of one date on its page: the ledger for everybody, the form for a manager, and only where it is allowed."""

from datetime import date

from tests.making import with_policy
from tests.pages.played import TODAY, PlayedCase, words
from workflow.models import ClockStop, Deadline

WHY = "The father is in hospital"


class ClockPage(PlayedCase):
    def setUp(self):
        super().setUp()
        owed = Deadline.objects.pending().exclude(timescale="").filter(due_on__gt=TODAY, value__endswith="d")
        self.owed = owed.filter(counted_back=False, owner_professional__key="social_worker").earliest("pk")
        self.address = f"/cases/SP-0001/dates/{self.owed.pk}/"

    def allow(self):
        with_policy({"clock_stops": {self.owed.timescale: 7}}, on=TODAY)

    def send(self, key, status=302, **said):
        self.sign_in(key)
        answer = self.client.post(self.address, said)
        self.assertEqual(answer.status_code, status)
        return answer

    def test_where_the_policy_allows_no_stop_there_is_no_word_of_one(self):
        assert self.page(self.address, "manager").find(id="clock") is None
        self.send("manager", 403, reason=WHY)

    def test_the_form_is_for_a_manager_alone(self):
        self.allow()
        for key in ("social_worker", "clerk", "housing_lead", "inspector"):
            with self.subTest(who=key):
                assert self.page(self.address, key).find(id="clock") is None
                self.send(key, 403, reason=WHY)
        said = words(self.page(self.address, "manager"))
        assert "allows 7" in said and "0 used" in said and "Stop the clock" in said

    def test_a_stop_without_a_reason_is_refused_beside_the_field(self):
        self.allow()
        page = self.send("manager", 200, reason=" ").content.decode()
        assert "id_reason-error" in page and "Error: " in page
        assert not ClockStop.objects.exists()

    def test_everybody_sees_the_ledger_and_the_manager_lets_it_run_again(self):
        self.allow()
        due = self.owed.due_on
        self.send("manager", reason=WHY)
        said = words(self.page(self.address, "social_worker"))
        assert "standing still since 1 Sep 2026" in said and "at most 7 of 7" in said and WHY in said
        assert Deadline.objects.get(pk=self.owed.pk).due_on > due
        assert "Let the clock run again" in words(self.page(self.address, "manager"))
        self.send("manager")
        assert Deadline.objects.get(pk=self.owed.pk).due_on == due
        assert ClockStop.objects.get().ended_on == date(2026, 9, 1)
        assert "0 of 7" in words(self.page(self.address, "social_worker"))

    def test_the_page_costs_twelve_statements_with_its_ledger(self):
        self.allow()
        self.send("manager", reason=WHY)
        self.client.get(self.address)  # which says that it is stopped
        with self.assertNumQueries(12):
            self.client.get(self.address)

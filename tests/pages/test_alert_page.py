"""One alert: what is said about it, and the promise that answers it."""

from datetime import date

from django.test import Client

from escalation.models import Alert, AlertRecipient
from tests.making import doing
from tests.pages.played import NAMES, TODAY, PlayedCase, words

CASE = "/cases/SP-0001/"


class AnAlert(PlayedCase):
    def setUp(self):
        super().setUp()
        self.alert = Alert.objects.standing().get(rung=1)
        self.address = f"/alerts/{self.alert.pk}/"

    def answer(self, *, day, plan="Ring the laboratory"):
        sent = {"plan": plan, "intend_by-day": day.day, "intend_by-month": day.month, "intend_by-year": day.year}
        return self.client.post(self.address, sent)

    def test_it_says_what_why_by_which_rule_who_knows_and_who_comes_next(self):
        said = words(self.page(self.address, "keyworker"))
        for part in (
            "1 working day late",
            "The date agreed for action A3, chosen on 6 May 2026",
            "Policy 2026-1",
            "1 working day, 5 working days, 10 working days, 20 working days after the due day",
            "Told Tue 1 Sep 2026",
            "Jude Lacey, agency practitioner",
            "Comes Mon 7 Sep 2026 if it is still owed",
            "Nina Frost, agency lead",
            "Acknowledging never stops the ladder.",
            "Waiting to be sent",
        ):
            assert part in said, part

    def test_acknowledging_is_recorded_said_and_stops_waiting(self):
        self.sign_in("keyworker")
        assert self.answer(day=date(2026, 9, 4)).status_code == 302
        soup = self.page(self.address)
        assert "Your promise is recorded." in words(soup.select_one(".govuk-notification-banner--success"))
        assert "Ring the laboratory" in words(soup)
        assert words(soup.find("a", href="/alerts/")) == "Alerts"
        assert "promised by 4 Sep 2026" in words(self.page("/alerts/"))

    def test_a_day_already_past_is_refused_with_what_was_typed_kept(self):
        self.sign_in("keyworker")
        answer = self.answer(day=date(2026, 8, 30))
        assert answer.status_code == 200
        assert "The date has already passed. Choose today or later." in answer.content.decode()
        assert "Ring the laboratory</textarea>" in answer.content.decode()
        assert 'value="30"' in answer.content.decode()
        assert "<title>Error: " in answer.content.decode()
        assert not self.alert.acknowledgements.exists()

    def test_a_promise_needs_both_its_parts(self):
        self.sign_in("keyworker")
        answer = self.client.post(self.address, {"plan": ""})
        assert "“What will you do?” needs an answer" in answer.content.decode()
        assert "The day must include a day, a month and a year" in answer.content.decode()

    def test_only_somebody_it_went_to_is_asked_and_anybody_else_is_refused(self):
        soup = self.page(self.address, "misuse_lead")
        assert soup.find("textarea") is None
        assert "did not go to you" in words(soup)
        assert "This was not sent to you." in self.answer(day=date(2026, 9, 4)).content.decode()
        assert not self.alert.acknowledgements.exists()

    def test_somebody_told_without_the_case_is_shown_neither_the_case_nor_a_name(self):
        self.sign_in("keyworker")
        self.answer(day=date(2026, 9, 4), plan="Ring about Mira")
        with doing(self.alert.case, on=TODAY):
            AlertRecipient(alert=self.alert, professional=self.people["stranger"]).save()
        for address in ("/", self.address, "/alerts/"):
            soup = self.page(address, "stranger")
            assert "hair-strand" not in words(soup)
            assert not any(name in words(soup) for name in NAMES)
            assert not soup.select(f"a[href='{CASE}']")
        assert "SP-0001" in words(soup)

    def test_an_alert_that_has_ended_says_how_and_asks_nothing(self):
        ended = Alert.objects.exclude(pk__in=Alert.objects.standing().values("pk")).first()
        soup = self.page(f"/alerts/{ended.pk}/", "social_worker")
        assert "Ended" in words(soup)
        assert soup.find("textarea") is None

    def test_an_answer_that_comes_too_late_is_said_to_be_so_and_kept_nowhere(self):
        ended = Alert.objects.exclude(pk__in=Alert.objects.standing().values("pk")).first()
        self.address = f"/alerts/{ended.pk}/"
        self.sign_in("social_worker")
        assert self.answer(day=date(2026, 9, 4)).status_code == 302
        assert "Nothing was recorded: this alert has ended" in words(self.page(self.address))
        assert not ended.acknowledgements.exists()

    def test_an_alert_is_only_read_or_answered_with_a_token(self):
        strict = Client(enforce_csrf_checks=True)
        strict.force_login(self.people["keyworker"].user)
        assert strict.post(self.address, {"plan": "x"}).status_code == 403

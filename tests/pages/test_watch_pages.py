"""The pages about the watch: what comes next, a team, gaps, the end of the ladder, what one does about an alert."""

from datetime import date, timedelta

from escalation.models import Absence, Alert, Closing, HandOver, Snooze
from escalation.sweep import sweep
from tests.pages.played import TODAY, PlayedCase, words

PAGES = ("/alerts/coming/", "/alerts/dead-letters/", "/alerts/end-of-ladder/", "/absence/", "/overdue/team/")


class TheWatch(PlayedCase):
    def setUp(self):
        super().setUp()
        self.alert = Alert.objects.standing().get(rung=1)
        self.address = f"/alerts/{self.alert.pk}/"

    def send(self, address, **told):
        day = told.pop("day", None)
        name = told.pop("day_is", "until_on")
        if day:
            told |= {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}
        return self.client.post(address, told, follow=True)

    def test_each_page_has_something_to_say_to_somebody_with_nothing(self):
        for address, said in {
            "/alerts/coming/": "No alert will be raised until then.",
            "/alerts/dead-letters/": "No alert has met a vacant post.",
            "/alerts/end-of-ladder/": "No ladder has come to its end in anything you may see.",
            "/absence/": "No absence of yours is known.",
            "/overdue/team/": "Nothing is overdue in the cases you manage.",
            "/alerts/?view=handed": "You have handed nothing over",
            "/alerts/?view=done": "No alert of yours has ended.",
        }.items():
            assert said in words(self.page(address, "stranger")), address
        assert "Last checked Tue 1 Sep 2026, 00:05. No mail has been sent to you yet." in words(self.page("/alerts/"))

    def test_what_comes_next_says_who_when_why(self):
        said = words(self.page("/alerts/coming/", "social_worker"))
        for part in (
            "Mon 7 Sep 2026",
            "Nina Frost",
            "5 working days after the due day, on the ladder it already climbs",
        ):
            assert part in said, part
        assert "everything could be looked at" in said
        assert "No alert will be raised until then." in words(self.page("/alerts/coming/?days=1"))

    def test_a_manager_sees_what_is_late_in_their_team_by_who_owes_it(self):
        said = words(self.page("/overdue/team/", self.alert.case.team_manager.key))
        assert f"{self.alert.deadline.owner}" in said
        assert "1 overdue" in said

    def test_handed_over_accepted_and_gone_from_the_first(self):
        self.sign_in("keyworker")
        to = self.people["misuse_lead"]
        assert "It is offered" in self.send(f"{self.address}hand-over/", to=to.pk, reason="On leave").content.decode()
        offer = HandOver.objects.get()
        assert "Alerts 1" in words(self.page("/alerts/").find("a", href="/alerts/"))
        self.sign_in("misuse_lead")
        assert "Accept it" in words(self.page(self.address))
        self.send(f"{self.address}hand-over/{offer.pk}/", answer="accept")
        assert offer.fresh().state == "accepted"
        self.sign_in("keyworker")
        assert words(self.page("/alerts/").find("a", href="/alerts/")) == "Alerts"
        assert "hair-strand" in words(self.page("/alerts/?view=handed"))

    def test_declining_without_a_reason_is_refused_in_words(self):
        self.sign_in("keyworker")
        self.send(f"{self.address}hand-over/", to=self.people["misuse_lead"].pk, reason="On leave")
        self.sign_in("misuse_lead")
        offer = HandOver.objects.get()
        self.send(f"{self.address}hand-over/{offer.pk}/", answer="decline", reason="")
        assert offer.fresh().state == "offered"

    def test_quiet_needs_a_promise_first_and_what_was_typed_is_kept(self):
        self.sign_in("keyworker")
        day = TODAY + timedelta(days=2)
        said = self.send(f"{self.address}quiet/", day=day, reason="Waiting for the laboratory").content.decode()
        assert "Acknowledge the alert first" in said
        assert "Waiting for the laboratory" in said
        assert not Snooze.objects.exists()
        self.send(self.address, day=day, day_is="intend_by", plan="Ring")
        self.send(f"{self.address}quiet/", day=day, reason="Waiting for the laboratory")
        assert "Your reminders are quiet until 3 Sep 2026" in words(self.page(self.address))

    def test_the_end_of_the_ladder_is_signed_by_an_executive_and_by_nobody_else(self):
        for n in range(1, 40):
            sweep(TODAY + timedelta(days=n))
        last = Alert.objects.standing().filter(deadline=self.alert.deadline, rung=4).get()
        address = f"/alerts/{last.pk}/sign/"
        assert "may sign." in words(self.page(address, "social_worker"))
        self.send(address, reason="I say so")
        assert not Closing.objects.exists()
        self.sign_in("board")
        assert "Not signed" in words(self.page("/alerts/end-of-ladder/"))
        self.send(address, reason="A locum starts on Monday")
        assert Closing.objects.get().by == self.people["board"]
        assert f"Signed {self.people['board']}, 1 Sep 2026" in words(self.page("/alerts/end-of-ladder/"))

    def test_an_absence_is_recorded_with_cover_and_called_off(self):
        self.sign_in("social_worker")
        told = {"cover": ""}
        for name, day in (("from_on", date(2026, 9, 7)), ("until_on", date(2026, 9, 11))):
            told |= {f"{name}-day": day.day, f"{name}-month": day.month, f"{name}-year": day.year}
        self.client.post("/absence/", told)
        absence = Absence.objects.get()
        assert "away from Mon 7 Sep 2026 to Fri 11 Sep 2026" in words(self.page("/alerts/dead-letters/"))
        self.client.post("/absence/", {"call_off": absence.pk})
        assert absence.fresh().is_off

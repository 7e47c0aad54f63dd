"""The pages about messages and connections: one's own, for those whose work it is, and a secret shown once."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.models import ApiKey, HowToReach, Notification, WebhookTarget
from tests.making import a_professional, doing
from tests.pages.played import NAMES, TODAY, PlayedCase, words
from workflow.models import Agency, Role, User


class MessagePages(PlayedCase):
    def test_everybody_finds_what_was_told_to_them_and_how_it_went(self):
        shown = self.page("/messages/", "cp_chair")
        own = Notification.objects.filter(recipient=self.people["cp_chair"])
        assert len(shown.select("tbody tr")) == min(50, own.count()) > 0
        assert not any(name in words(shown) for name in NAMES)

    def test_a_message_once_seen_is_no_longer_new_and_its_log_says_so(self):
        first = self.page("/messages/", "cp_chair")
        assert "New" in words(first)
        assert "New" not in words(self.page("/messages/").select_one("tbody"))
        mine = Notification.objects.filter(recipient=self.people["cp_chair"]).latest("pk")
        assert "Seen" in words(self.page(f"/messages/{mine.pk}/").select_one("tbody"))

    def test_somebody_elses_message_and_one_that_is_not_there_look_the_same(self):
        mine = Notification.objects.filter(recipient=self.people["cp_chair"]).latest("pk")
        assert words(self.page(f"/messages/{mine.pk}/", "stranger", 404)) == words(
            self.page("/messages/99999/", None, 404)
        )

    def test_with_nothing_told_the_page_says_so(self):
        assert "Nothing has been told to you yet." in words(self.page("/messages/", "stranger"))

    def test_the_pages_cost_the_same_however_many_messages_there_are(self):
        self.page("/messages/", "cp_chair")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            self.page("/messages/")
        assert len(asked) <= 15

    def choose(self, **said):
        said = {"ordinary": "digest", "digest_at": "08:30", "quiet_from": "", "quiet_until": "", **said}
        return self.client.post("/messages/how/", said)

    def test_a_person_chooses_how_they_are_told_and_is_told_what_cannot_be_chosen(self):
        shown = words(self.page("/messages/how/", "cp_chair"))
        assert "Child not seen" in shown
        assert "third rung" in shown
        self.assertRedirects(
            self.choose(ordinary="at_once", digest_at="16:00", quiet_from="19:00", quiet_until="07:00"),
            "/messages/how/",
        )
        chosen = HowToReach.objects.get(professional=self.people["cp_chair"])
        assert (chosen.ordinary, f"{chosen.digest_at:%H:%M}") == ("at_once", "16:00")
        self.choose(digest_at="09:00")
        assert HowToReach.objects.get().quiet_from is None
        assert "selected" in str(self.page("/messages/how/").select_one("option[value='09:00']"))

    def test_half_of_quiet_hours_is_refused_beside_the_field_and_what_was_typed_is_kept(self):
        self.sign_in("cp_chair")
        answer = self.choose(ordinary="here_only", quiet_from="19:00")
        self.assertContains(answer, "Quiet hours need a beginning and an end")
        self.assertContains(answer, "Error: How you are told")
        assert not HowToReach.objects.exists()

    def test_an_auditor_is_told_that_nothing_is_sent(self):
        assert "Nothing is sent to somebody in your role." in words(self.page("/messages/how/", "inspector"))


class Connections(PlayedCase):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        with doing(on=TODAY, name="give_sign_ins"):
            admin = a_professional("sysadmin", Role.SYSTEM_ADMIN, Agency.objects.get(key="social_care"))
            admin.user = User.objects.create(username="sysadmin")
            admin.save()
        cls.people["sysadmin"] = admin

    def test_they_are_for_system_administrators_only(self):
        for key in ("manager", "cp_chair", "inspector"):
            self.page("/connections/", key, 403)
            self.page("/connections/keys/1/", key, 403)
            self.page("/connections/addresses/1/", key, 403)
        assert "Connections" in words(self.page("/", "sysadmin").nav)

    def test_with_none_the_page_says_so(self):
        shown = words(self.page("/connections/", "sysadmin"))
        assert "No system is called." in shown
        assert "There is no key." in shown

    def test_a_key_is_shown_once_and_revoked_with_a_reason(self):
        self.sign_in("sysadmin")
        said = {"key-name": "Dashboard", "key-holder": self.people["manager"].pk, "key-scopes": ["deadlines:read"]}
        answer = self.client.post("/connections/", said | {"make-key": "1"})
        self.assertContains(answer, "tl_")
        secret = answer.content.decode().split('app-secret">')[1].split("<")[0]
        assert "no-store" in answer["Cache-Control"]
        key = ApiKey.objects.get()
        for address in ("/connections/", f"/connections/keys/{key.pk}/"):
            assert secret not in str(self.page(address))
        self.assertContains(self.client.post(f"/connections/keys/{key.pk}/", {"reason": ""}), "Error: Dashboard")
        self.client.post(f"/connections/keys/{key.pk}/", {"reason": "No longer used"})
        assert "No longer used" in words(self.page(f"/connections/keys/{key.pk}/"))
        assert key.fresh().state == "revoked"

    def test_a_private_address_is_refused_beside_its_field_and_what_was_typed_is_kept(self):
        self.sign_in("sysadmin")
        health = Agency.objects.get(key="health")
        said = {"target-name": "Records", "target-agency": health.pk, "target-url": "https://127.0.0.1/"}
        answer = self.client.post("/connections/", said | {"add-target": "1"})
        self.assertContains(answer, "it has to be a public one")
        self.assertContains(answer, "https://127.0.0.1/")
        assert not WebhookTarget.objects.exists()
        said["target-url"] = "https://93.184.215.14/hear"
        self.assertContains(self.client.post("/connections/", said | {"add-target": "1"}), "Copy this now")
        target = WebhookTarget.objects.get()
        assert "Nothing has been sent there yet." in words(self.page(f"/connections/addresses/{target.pk}/"))
        self.assertContains(self.client.post(f"/connections/addresses/{target.pk}/", {"renew": "1"}), "Copy this now")
        self.client.post(f"/connections/addresses/{target.pk}/", {"reason": "Moved", "stop": "1"})
        assert target.fresh().state == "stopped"

"""The invitations page, and the page behind a link for somebody without an account."""

from datetime import date, datetime
from unittest import mock

from bs4 import BeautifulSoup
from django.test import Client, TestCase

from config import clock
from meetings.arranging import move_conference
from meetings.inviting import send_invitations
from meetings.models import Conference, Invitation, SignedLink
from meetings.views.guests import READERS
from notifications.models import OutsideMail
from notifications.outside import deliver_outside
from tests.making import a_professional, an_agency, doing
from tests.meetings.test_invitations import (
    ASKED,
    EVERYBODY,
    FAMILY,
    LATER,
    NEXT_DAY,
    mails_to,
    party,
    person,
    row,
    story,
    token_in,
)
from tests.pages.played import words
from tests.stories.small import play
from workflow.models import Entry, FamilyMember, Professional, Role, User

NAMED = {"health": "Health", "dad": "Rob Lowe", "police": "Police"}
NAMES = ("Mira", "Lowe", "Dana", "Rob", "SP-T")


class Asked(TestCase):
    """A conference to which everybody has been asked; it is the next morning. Everybody may sign in."""

    @classmethod
    def setUpTestData(cls):
        play(*story(), family=FAMILY)
        with doing(on=date(2026, 2, 26), name="give_sign_ins"):
            mum = FamilyMember.objects.get(key="mum")
            mum.email = "mum@post.example"
            mum.save()
            police = person("police_officer")
            police.email = "nobody"
            police.save()
            a_professional("stranger", Role.AGENCY_PRACTITIONER, an_agency("library"), name="Sam Stranger")
            for professional in Professional.objects.all():
                professional.user = User.objects.create(username=professional.key)
                professional.save()
        cls.conference = send_invitations(
            Conference.objects.get(key="c"), [party(key) for key in EVERYBODY], by=person("clerk"), at=ASKED
        )
        deliver_outside(ASKED)

    def setUp(self):
        self.at(NEXT_DAY)

    def at(self, moment):
        stopped = mock.patch.object(clock, "now", return_value=moment)
        stopped.start()
        self.addCleanup(stopped.stop)

    def page(self, address, key=None, status=200):
        if key:
            self.client.force_login(User.objects.get(username=key))
        answer = self.client.get(address)
        self.assertEqual(answer.status_code, status)
        return BeautifulSoup(answer.content, "html.parser")

    def link_of(self, key):
        return f"/l/{token_in(mails_to(key)[-1])}/"

    def invitations(self, key=None, **said):
        return self.page(f"/meetings/{self.conference.pk}/invitations/", key, **said)


class BehindALink(Asked):
    def test_it_says_when_and_where_and_names_nobody(self):
        page = self.page(self.link_of("health"))
        text = words(page)
        self.assertIn(self.conference.mark, text)
        self.assertIn("Wednesday 18 March 2026", text)
        self.assertIn("10:00 to 11:30", text)
        self.assertEqual([name for name in NAMES if name in str(page)], [])
        self.assertEqual(len(page.find_all("input", type="radio")), 3)
        self.assertIsNone(page.nav)

    def test_it_is_found_and_kept_by_nobody_and_its_address_goes_nowhere(self):
        answer = self.client.get(self.link_of("health"))
        self.assertEqual(answer["Referrer-Policy"], "no-referrer")
        self.assertIn("noindex", answer["X-Robots-Tag"])
        self.assertIn("no-store", answer["Cache-Control"])
        self.assertIn('content="noindex', answer.content.decode())

    def test_a_guest_answers_and_may_change_it(self):
        link = self.link_of("health")
        answer = self.client.post(link, {"reply": "substitute", "substitute": "Kit Vale, nurse", "note": "By video"})
        self.assertRedirects(answer, f"{link}?answered=yes")
        said = words(self.page(f"{link}?answered=yes"))
        self.assertIn("Your answer is recorded", said)
        self.assertIn("Kit Vale, nurse", said)
        self.assertEqual((row("health").present_reply, row("health").reply_note), ("substitute", "By video"))
        self.assertIn("You have answered", words(self.page(link)))
        changing = self.page(f"{link}?change=yes")
        self.assertEqual(changing.find("input", checked=True)["value"], "substitute")
        self.client.post(link, {"reply": "accepted"})
        self.assertEqual((row("health").present_reply, row("health").substitute), ("accepted", ""))

    def test_the_journal_knows_that_nobody_signed_in_did_it_and_through_which_link(self):
        self.client.post(self.link_of("health"), {"reply": "accepted"})
        entry = Entry.objects.get(act="reply_to_invitation")
        self.assertIsNone(entry.by)
        self.assertEqual(SignedLink.objects.get(pk=entry.details["link"]).made_for, "Olga Reed, Health")
        self.assertNotIn(token_in(mails_to("health")[-1]), str(list(Entry.objects.values())))

    def test_a_substitute_without_a_name_is_asked_for_and_what_was_typed_stays(self):
        answer = self.client.post(self.link_of("health"), {"reply": "substitute", "note": "By video"})
        page = BeautifulSoup(answer.content, "html.parser")
        self.assertIn("Say who comes instead", words(page.find(class_="govuk-error-summary")))
        self.assertIn("By video", page.textarea.text)
        self.assertEqual(row("health").reply, "")

    def test_no_answer_is_asked_for(self):
        page = BeautifulSoup(self.client.post(self.link_of("health"), {}).content, "html.parser")
        self.assertIn("“Are you coming?” needs an answer", words(page))

    def test_the_family_is_not_asked_for_a_substitute(self):
        page = self.page(self.link_of("mum"))
        self.assertEqual([radio["value"] for radio in page.find_all("input", type="radio")], ["accepted", "declined"])

    def test_after_a_move_the_guest_is_asked_again_by_the_old_link_and_the_new(self):
        old = self.link_of("health")
        self.client.post(old, {"reply": "accepted"})
        move_conference(self.conference, date(2026, 3, 20), reason="Ill", by=person("clerk"), at=LATER)
        for link in (old, self.link_of("health")):
            page = words(self.page(link))
            self.assertIn("Friday 20 March 2026", page)
            self.assertIn("Please answer again", page)

    def test_every_link_that_is_no_good_is_the_same_page(self):
        link = self.link_of("health")
        unknown = self.client.get("/l/no-such-token/")
        self.at(datetime(2026, 3, 19, 0, 0, tzinfo=ASKED.tzinfo))
        over = self.client.get(link)
        self.at(NEXT_DAY)
        with doing(self.conference.case):
            out = row("mum")
            out.exclude()
            out.save()
        excluded = self.client.get(self.link_of("mum"))
        self.assertEqual({unknown.status_code, over.status_code, excluded.status_code}, {404})
        self.assertEqual(len({unknown.content, over.content, excluded.content}), 1)
        self.assertEqual({page["Referrer-Policy"] for page in (unknown, over, excluded)}, {"no-referrer"})
        self.assertEqual(self.client.post(link, {"reply": "accepted"}).status_code, 302)

    def test_a_post_without_the_forms_token_is_refused(self):
        strict = Client(enforce_csrf_checks=True)
        link = self.link_of("health")
        self.assertEqual(strict.post(link, {"reply": "accepted"}).status_code, 403)
        token = BeautifulSoup(strict.get(link).content, "html.parser").find("input", {"name": "csrfmiddlewaretoken"})
        said = {"reply": "accepted", "csrfmiddlewaretoken": token["value"]}
        elsewhere = strict.post(link, said, headers={"origin": "https://press.example"})
        self.assertEqual(elsewhere.status_code, 403)
        without_referrer = strict.post(link, said, headers={"origin": "null"})
        self.assertEqual(without_referrer.status_code, 302)

    def test_a_purpose_without_a_page_is_no_valid_link(self):
        link = self.link_of("health")
        with mock.patch.dict(READERS, clear=True):
            self.page(link, status=404)

    def test_what_a_guest_wrote_is_shown_as_text(self):
        link = self.link_of("health")
        self.client.post(link, {"reply": "accepted", "note": "<script>alert(1)</script>"})
        self.assertIn("&lt;script&gt;", self.client.get(link).content.decode())


class InvitationsPage(Asked):
    def test_each_party_says_when_it_was_asked_how_and_what_became_of_the_mail(self):
        page = self.invitations("clerk")
        rows = {words(each.th): words(each) for each in page.tbody.find_all("tr")}
        told = {
            key: next(text for name, text in rows.items() if name.startswith(name_)) for key, name_ in NAMED.items()
        }
        self.assertIn("Handed over", told["health"])
        self.assertIn("Mon 2 Mar 2026, 09:00", told["health"])
        self.assertIn("by post No e-mail address is on record", told["dad"])
        self.assertIn("Could not be delivered", told["police"])
        self.assertIn("None yet", told["health"])
        self.assertIn("6 of 6 asked have not answered", words(page))

    def test_a_failed_mail_is_a_task_at_the_top_until_it_is_seen_to(self):
        page = self.invitations("clerk")
        self.assertIn("The address is not an e-mail address.", words(page.find(class_="govuk-inset-text")))
        mail = mails_to("police")[0]
        self.client.post(f"/meetings/{self.conference.pk}/invitations/mail/{mail.pk}/", {"reason": "Rang the desk"})
        page = self.invitations()
        self.assertIsNone(page.find(class_="govuk-inset-text"))
        self.assertIn("Rang the desk.", words(page))

    def test_chasing_writes_to_the_silent_only_and_says_to_whom(self):
        self.client.post(self.link_of("health"), {"reply": "accepted"})
        self.client.force_login(User.objects.get(username="clerk"))
        answer = self.client.post(f"/meetings/{self.conference.pk}/invitations/", follow=True)
        said = words(BeautifulSoup(answer.content, "html.parser").find(class_="govuk-notification-banner"))
        self.assertIn("Written to again:", said)
        self.assertIn("School", said)
        self.assertNotIn("Health", said)
        again = self.client.post(f"/meetings/{self.conference.pk}/invitations/", follow=True)
        self.assertIn("Nobody was written to", again.content.decode())

    def test_an_answer_by_telephone_is_logged_by_the_administrator(self):
        address = f"/meetings/{self.conference.pk}/invitations/{row('mum').pk}/answer/"
        self.assertEqual(len(self.page(address, "clerk").find_all("input", type="radio")), 2)
        self.client.post(address, {"reply": "declined", "note": "Rang on Tuesday"})
        self.assertEqual(row("mum").present_reply, "declined")
        self.assertIn("Rang on Tuesday", words(self.invitations()))

    def test_an_agency_answers_here_for_itself_and_for_nobody_else(self):
        page = self.invitations("health_visitor")
        self.assertEqual(len(page.find_all("a", string=lambda text: text and "Record an answer" in text)), 0)
        links = [link["href"] for link in page.find_all("a") if link["href"].endswith("/answer/")]
        self.assertEqual(links, [f"/meetings/{self.conference.pk}/invitations/{row('health').pk}/answer/"])
        self.page(f"/meetings/{self.conference.pk}/invitations/{row('police').pk}/answer/", status=404)

    def test_sending_again_asks_why_and_stopping_links_closes_them(self):
        base = f"/meetings/{self.conference.pk}/invitations/{row('health').pk}"
        self.client.force_login(User.objects.get(username="clerk"))
        self.assertIn("“Why?” needs an answer", self.client.post(f"{base}/again/", {}).content.decode())
        self.client.post(f"{base}/again/", {"reason": "Lost"})
        self.assertEqual([mail.reason for mail in mails_to("health")], ["", "Lost"])
        link = self.link_of("health")
        self.client.post(f"{base}/stop-link/", {"reason": "Sent astray"})
        self.page(link, status=404)
        self.page(f"{base}/stop-link/", status=404)

    def test_who_may_not_do_it_is_shown_no_button_and_is_refused(self):
        page = self.invitations("social_worker")
        self.assertIsNone(page.find("button", string=lambda text: text and "Chase" in text))
        self.client.post(f"/meetings/{self.conference.pk}/invitations/")
        base = f"/meetings/{self.conference.pk}/invitations/{row('health').pk}"
        self.client.post(f"{base}/again/", {"reason": "Lost"})
        self.client.post(f"{base}/stop-link/", {"reason": "Lost"})
        self.assertEqual(OutsideMail.objects.filter(written_at__gt=ASKED).count(), 0)
        self.assertFalse(SignedLink.objects.filter(state="revoked").exists())

    def test_where_the_family_is_written_to_is_for_those_who_keep_their_details(self):
        self.assertIn("mum@post.example", str(self.invitations("clerk")))
        self.assertIn("mum@post.example", str(self.invitations("social_worker")))
        seen = str(self.invitations("health_visitor"))
        self.assertNotIn("mum@post.example", seen)
        self.assertIn("health.visitor@health.example", seen)
        mail = mails_to("police")[0].pk
        for address in (f"{row('mum').pk}/again/", f"{row('mum').pk}/stop-link/", f"mail/{mail}/"):
            self.page(f"/meetings/{self.conference.pk}/invitations/{address}", status=404)

    def test_a_stranger_finds_nothing(self):
        self.invitations("stranger", status=404)
        base = f"/meetings/{self.conference.pk}/invitations"
        for address in (
            f"{row('health').pk}/answer/",
            f"{row('health').pk}/again/",
            f"mail/{mails_to('police')[0].pk}/",
        ):
            self.page(f"{base}/{address}", status=404)

    def test_an_invitation_of_another_meeting_and_a_mail_that_did_not_fail_are_not_there(self):
        self.page(f"/meetings/{self.conference.pk}/invitations/99999/answer/", "clerk", status=404)
        self.page(f"/meetings/{self.conference.pk}/invitations/mail/{mails_to('health')[0].pk}/", status=404)

    def test_before_anybody_is_asked_it_says_so(self):
        for invitation in Invitation.objects.all():
            with doing(self.conference.case):
                invitation.asked_for_sequence = None
                invitation.save()
        self.assertIn("Nobody has been asked yet", words(self.invitations("clerk")))

    def test_the_list_costs_the_same_however_many_there_are(self):
        self.invitations("clerk")
        with self.assertNumQueries(9):
            self.invitations()

    def test_no_name_is_in_the_title(self):
        self.assertFalse([name for name in NAMES[:4] if name in self.invitations("clerk").title.text])

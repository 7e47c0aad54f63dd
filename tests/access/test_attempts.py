"""Attempts at what is not theirs: refused, written down, and nothing changed by them."""

from django.urls import reverse

from meetings.models import Conference
from plans.models import Action
from tests.access import world
from tests.access.asking import World
from tests.access.samples import routes, what_fills
from tests.access.world import a_link
from tests.making import a_case, doing
from tests.meetings.sat import person, relative
from workflow.models import Case, CaseLink, FamilyMember, Read, Role
from workflow.reads import Kind


def address_of(name):
    return reverse(name, kwargs=what_fills(next(route for route in routes() if route.name == name)))


class Attempts(World):
    def test_a_case_that_is_not_theirs_is_written_down_as_one_that_is_not_there(self):
        for address in ("/cases/SP-T/", "/cases/SP-9999/", "/meetings/999999/"):
            self.assertEqual(self.ask("neighbour", address).status_code, 404)
        kept = [(each.by.key, each.case, each.about) for each in Read.objects.filter(kind=Kind.DENIED)]
        told = ("case SP-T", "case SP-9999", "meeting 999999")
        self.assertEqual(kept, [("neighbour", None, about) for about in told])

    def test_what_cannot_be_kept_as_text_is_refused_and_written_down_too(self):
        self.ask("neighbour", f"/cases/%00{'x' * 500}/")
        self.assertEqual(Read.objects.get().about, f"case {'x' * 500}"[:100])

    def test_something_missing_in_a_case_that_is_theirs_and_a_stranger_are_no_such_attempt(self):
        self.ask("teacher", "/cases/SP-T/kept-back/999999/")
        self.ask("nobody", "/cases/SP-T/")
        self.ask("teacher", "/no-such-page/")
        self.assertFalse(Read.objects.filter(kind=Kind.DENIED).exists())

    def test_whoever_has_left_since_they_saw_the_form_changes_nothing_by_it(self):
        contact = address_of("meeting-contact")
        self.assertEqual(self.ask("clerk", contact).status_code, 200)
        with doing(on=world.TODAY):
            clerk = person("clerk")
            clerk.left_on = world.TODAY
            clerk.save()
        answer = self.client.post(contact, {"safe_contact": "Rings at night"})
        self.assertEqual(answer.status_code, 403)
        self.assertEqual(relative("ida").safe_contact, world.SAFE_CONTACT)

    def test_whoever_has_another_role_since_they_saw_the_form_changes_nothing_by_it(self):
        contact = address_of("meeting-contact")
        self.assertEqual(self.ask("clerk", contact).status_code, 200)
        with doing(on=world.TODAY):
            clerk = person("clerk")
            clerk.role = Role.IRO
            clerk.save()
        self.assertEqual(self.client.post(contact, {"safe_contact": "Rings at night"}).status_code, 404)
        self.assertEqual(relative("ida").safe_contact, world.SAFE_CONTACT)

    def test_whose_part_has_ended_is_shown_nothing_more_and_sends_nothing_more(self):
        self.assertEqual(self.ask("teacher", "/cases/SP-T/").status_code, 200)
        with doing(on=world.TODAY):
            for ended in CaseLink.objects.filter(professional__key="teacher", until_on=None):
                ended.until_on = world.TODAY
                ended.save()
        held = {"do": "hold_fact", "matter": "police", "words": "Seen again"}
        for answer in (self.client.get("/cases/SP-T/"), self.client.post("/cases/SP-T/kept-back/", held)):
            self.assertEqual(answer.status_code, 404)

    def test_another_cases_action_is_not_found_under_ones_own_meeting_or_case(self):
        ours = [address_of("meeting-action"), address_of("plan-action")]
        theirs, latest = self.an_action_of_another_case(), Action.objects.filter(case__reference="SP-T").latest("pk")
        for address in ours:
            self.assertIn(f"/{latest.pk}/", address)
            self.assertEqual(self.ask("cp_chair", address).status_code, 200, address)
            for method in ("get", "post"):
                other = address.replace(f"/{latest.pk}/", f"/{theirs.pk}/")
                self.assertEqual(self.ask("cp_chair", other, method).status_code, 404, other)
        self.assertEqual(Action.objects.get(pk=theirs.pk).version, theirs.version)

    def an_action_of_another_case(self):
        roles = {Role.LEAD_PRACTITIONER: "social_worker", Role.TEAM_MANAGER: "manager"}
        roles |= {Role.CONFERENCE_CHAIR: "cp_chair", Role.CONFERENCE_ADMIN: "clerk", Role.AGENCY_LEAD: "teacher"}
        other = a_case({role: person(key) for role, key in roles.items()}, reference="SP-U", on=world.TODAY)
        ours = Action.objects.filter(case__reference="SP-T")[0]
        kept = {each.name: getattr(ours, each.name) for each in Action._meta.concrete_fields}
        with doing(other, on=world.TODAY):
            theirs = Action(**{name: value for name, value in kept.items() if name not in ("id", "version", "case")})
            theirs.case = other
            theirs.save()
        return theirs

    def test_fields_no_form_asked_for_change_nothing(self):
        before = relative("ida")
        sent = {"safe_contact": "Rings at noon", "name": "Another", "is_deceased": "on", "case": "99", "version": "77"}
        self.ask("clerk", "/")
        self.client.post(address_of("meeting-contact"), sent)
        after = FamilyMember.objects.get(pk=before.pk)
        self.assertEqual((after.safe_contact, after.email), ("Rings at noon", ""))
        self.assertEqual((after.name, after.is_deceased, after.case_id), (before.name, False, before.case_id))
        self.assertEqual(after.version, before.version + 1)

    # Whose look is written down

    def test_a_guest_by_a_signed_link_stands_in_the_read_log(self):
        invitation = Conference.objects.get(key="rcpc-2").invitations.get(agency__key="police")
        address = a_link(Case.objects.get(reference="SP-T"), invitation)
        self.assertEqual(self.ask("nobody", address).status_code, 200)
        self.assertEqual(self.ask("nobody", "/l/" + "x" * 43 + "/").status_code, 404)
        kept = Read.objects.get()
        self.assertEqual((kept.by, kept.guest, kept.case.reference, kept.about), (None, "Police", "SP-T", "link"))
        said = self.ask("manager", "/cases/SP-T/record/").content.decode()
        self.assertIn("by a signed link", said)

    def test_an_auditor_in_their_own_room_stands_in_it_too(self):
        self.assertEqual(self.ask("inspector", address_of("audited-case")).status_code, 200)
        self.assertEqual([(each.by.key, each.about) for each in Read.objects.all()], [("inspector", "audited-case")])

    def test_every_link_that_leads_nowhere_says_the_same(self):
        invitation = Conference.objects.get(key="rcpc-2").invitations.get(agency__key="police")
        revoked = a_link(Case.objects.get(reference="SP-T"), invitation)
        with doing(on=world.TODAY):
            link = invitation.conference.case.signed_links.latest("pk")
            link.revoke()
            link.save()
        for who in world.EVERYBODY:
            gone, never = self.ask(who, revoked), self.ask(who, "/l/" + "x" * 43 + "/")
            self.assertEqual((gone.status_code, gone.content), (never.status_code, never.content), who)
            self.assertEqual(gone.status_code, 404)

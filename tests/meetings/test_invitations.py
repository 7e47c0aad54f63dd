"""Asking people to a conference: every change reaches who was asked, and an answer counts for the date it was for."""

import re
from datetime import date, datetime, time, timedelta

import pytest

from meetings.arranging import cancel_conference, move_conference, plan_sitting
from meetings.delivery import delivery_of
from meetings.endings import DIED, end_plan
from meetings.inviting import decide_exclusion, excuse_from_conference, send_invitations
from meetings.links import follow_link, links_to
from meetings.models import Conference, Invitation, SignedLink
from meetings.replies import chase_replies, reply_to_invitation, send_invitation_again, settle_failed_mail
from meetings.sittings import adjourn_conference, open_conference
from notifications.models import OutsideMail
from notifications.outside import deliver_outside
from tests.making import doing
from tests.notifications.mail_server import running_mail_server
from tests.notifications.test_deliver import GREYLISTED, REFUSED
from tests.stories.small import at, play
from workflow.acting import LONDON
from workflow.errors import (
    LinkNotValid,
    NotPermitted,
    NotYourAgency,
    ReasonRequired,
    SubstituteMissing,
    Unknown,
    WrongState,
)
from workflow.models import Agency, FamilyMember, Professional

pytestmark = pytest.mark.django_db

ASKED = datetime(2026, 3, 2, 9, 0, tzinfo=LONDON)
SITS = date(2026, 3, 18)
NEXT_DAY, LATER = ASKED + timedelta(days=1), ASKED + timedelta(days=2)
FAMILY = {
    "mum": {"name": "Dana Lowe", "relation": "mother", "of": ["mira"], "parental_responsibility": ["mira"]},
    "dad": {"name": "Rob Lowe", "relation": "father", "of": ["mira"], "parental_responsibility": ["mira"]},
}
EVERYBODY = ["social_care", "police", "health", "education", "mum", "dad"]


@pytest.fixture
def conference(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    play(*story(), family=FAMILY)
    return fresh()


def story():
    referral = {"referral": "r", "children": ["mira"], "concern": "x", "anyone_pregnant": "no"}
    decision = {"referral": "r", "decision": "strategy_discussion", "strategy": "s", "spoke_to_referrer": True}
    there = ["manager", "police_officer", "health_visitor"]
    discussion = {
        "strategy": "s",
        "attended": there,
        "considered": ["mira"],
        "children": ["mira"],
        "outcome": "joint_s47",
    }
    return [
        at("2026-02-24", "health_visitor", "receive_referral", referral),
        at("2026-02-24", "manager", "decide_referral", decision),
        at("2026-02-25", "manager", "conclude_strategy", discussion),
        at("2026-02-26", "manager", "request_conference", {"conference": "c", "kind": "initial", "children": ["mira"]}),
        at("2026-02-26", "clerk", "book_conference", {"conference": "c", "date": "2026-03-18"}),
    ]


def fresh():
    return Conference.objects.get(key="c")


def person(key):
    return Professional.objects.get(key=key)


def party(key):
    return Agency.objects.filter(key=key).first() or FamilyMember.objects.get(key=key)


def invited(conference, *, mails=(), at=ASKED):
    """Everybody is asked; family named in `mails` have an address they called safe."""
    with doing(conference.case):
        for key in mails:
            member = FamilyMember.objects.get(key=key)
            member.email = f"{key}@post.example"
            member.save()
    return send_invitations(fresh(), [party(key) for key in EVERYBODY], by=person("clerk"), at=at)


def row(key):
    return next(each for each in Invitation.objects.select_related("conference") if each.party.key == key)


def mails_to(key):
    return list(OutsideMail.objects.filter(about_type__model="invitation", about_id=row(key).pk))


def token_in(mail):
    return re.search(r"/l/([\w-]+)/", mail.body)[1]


def answered(key, reply="accepted", by="clerk", at=NEXT_DAY, **said):
    return reply_to_invitation(row(key), reply=reply, by=person(by), at=at, **said)


# Asking


def test_each_party_gets_one_mail_with_its_own_link_and_calendar_entry(conference):
    invited(conference, mails=["mum"])
    addresses = sorted(mail.to_address for mail in OutsideMail.objects.all())
    assert addresses == [
        "health.visitor@health.example",
        "mum@post.example",
        "police.officer@police.example",
        "social.worker@social-care.example",
        "teacher@education.example",
    ]
    assert len({token_in(mail) for mail in OutsideMail.objects.all()}) == 5
    assert {mail.calendar_method for mail in OutsideMail.objects.all()} == {"REQUEST"}
    link, about = follow_link(token_in(mails_to("health")[0]), SignedLink.Purpose.REPLY, at=ASKED)
    assert (about, link.made_for) == (row("health"), "Olga Reed, Health")


def test_without_an_address_it_goes_by_post_and_that_is_said(conference):
    invited(conference, mails=["mum"])
    assert (row("mum").way, row("dad").way) == ("email", "post")
    assert (row("dad").asked_at, mails_to("dad")) == (ASKED, [])


def test_a_contact_without_an_address_is_written_to_through_the_lead_of_the_agency(conference):
    with doing(conference.case):
        officer = person("police_officer")
        officer.email = ""
        officer.save()
    invited(conference)
    assert [mail.to_address for mail in mails_to("police")] == ["police.lead@police.example"]


def test_a_mail_names_nobody_and_no_case(conference):
    plan_sitting(fresh(), place="Room 2, Civic Centre", by=person("clerk"), at=ASKED)
    invited(conference, mails=["mum", "dad"])
    seeded = ["Mira", "Lowe", "Dana", "Rob", "SP-T", "Quill", "Ada", "Health"]
    for mail in OutsideMail.objects.all():
        for word in seeded:
            assert not re.search(rf"\b{word}\b", f"{mail.subject} {mail.body} {mail.calendar}"), word
        assert conference.mark in mail.subject
        assert "Room 2, Civic Centre" in mail.body
        assert "Wednesday 18 March 2026" in mail.body


def test_a_place_that_names_the_family_stays_out_of_the_mail(conference):
    plan_sitting(fresh(), place="At the LOWE family's flat", by=person("clerk"), at=ASKED)
    invited(conference)
    mail = mails_to("health")[0]
    assert "flat" not in mail.body + mail.calendar
    assert "on the page behind the address below" in mail.body


def test_inviting_again_after_a_move_writes_only_to_those_who_have_not_heard_of_the_new_date(conference):
    invited(conference)
    moved_to(date(2026, 3, 20))
    written = OutsideMail.objects.count()
    send_invitations(fresh(), [*(party(key) for key in EVERYBODY), party("housing")], by=person("clerk"), at=LATER)
    assert OutsideMail.objects.count() == written + 1
    assert [mail.to_address for mail in mails_to("housing")] == ["housing.officer@housing.example"]


# Changed


def moved_to(day, at=NEXT_DAY):
    return move_conference(fresh(), day, reason="Chair is ill", by=person("clerk"), at=at)


def test_a_move_reaches_at_once_everybody_asked_with_a_higher_sequence_and_the_same_id(conference):
    invited(conference, mails=["mum"])
    deliver_outside(ASKED)
    moved_to(date(2026, 3, 20))
    before, after = mails_to("mum")
    assert (sequence(before), sequence(after)) == ("SEQUENCE:0", "SEQUENCE:1")
    assert uid(before) == uid(after)
    assert "DTSTART:20260320T100000Z" in after.calendar
    assert "Friday 20 March 2026" in after.body


def sequence(mail):
    return re.search(r"SEQUENCE:\d+", mail.calendar)[0]


def uid(mail):
    return re.search(r"UID:(.*)\r\n", mail.calendar)[1]


def test_an_answer_for_the_old_day_no_longer_counts(conference):
    invited(conference)
    answered("health")
    assert row("health").present_reply == "accepted"
    moved_to(date(2026, 3, 20), at=LATER)
    assert (row("health").has_answered, row("health").present_reply) == (False, "")
    answered("health", "declined", at=LATER)
    assert row("health").present_reply == "declined"


def test_another_place_is_told_and_answers_still_count_another_time_and_they_do_not(conference):
    invited(conference)
    answered("health")
    plan_sitting(fresh(), place="Town Hall", by=person("clerk"), at=LATER)
    assert row("health").present_reply == "accepted"
    assert (sequence(mails_to("police")[-1]), "Town Hall" in mails_to("police")[-1].body) == ("SEQUENCE:1", True)
    plan_sitting(fresh(), starts_at=time(14), by=person("clerk"), at=LATER)
    assert not row("health").has_answered
    plan_sitting(fresh(), starts_at=time(14), by=person("clerk"), at=LATER)
    assert fresh().invitation_sequence == 2  # nothing changed, nothing was sent


def test_a_mail_overtaken_before_it_left_is_not_sent(conference):
    invited(conference)
    moved_to(date(2026, 3, 20))
    assert [mail.state for mail in mails_to("health")] == ["withdrawn", "queued"]


def test_an_adjourned_conference_asks_everybody_to_the_next_day(conference):
    invited(conference)
    adjourned()
    assert "DTSTART:20260325T100000Z" in mails_to("health")[-1].calendar
    assert follow_link(token_in(mails_to("health")[-1]), SignedLink.Purpose.REPLY, at=sitting_on(18))


def sitting_on(day):
    return datetime(2026, 3, day, 10, 0, tzinfo=LONDON)


def adjourned():
    open_conference(fresh(), attended=[person("social_worker")], by=person("cp_chair"), at=sitting_on(18))
    adjourn_conference(
        fresh(),
        reason="inquorate",
        next_date=date(2026, 3, 25),
        interim_safety_plan="Grandmother stays",
        by=person("cp_chair"),
        at=sitting_on(18),
    )


def test_a_contact_who_was_replaced_hears_that_they_are_no_longer_asked(conference):
    invited(conference)
    deliver_outside(ASKED)
    with doing(conference.case):
        officer = person("police_officer")
        officer.email = ""
        officer.save()
    moved_to(date(2026, 3, 20))
    told = {(mail.to_address, mail.calendar_method) for mail in mails_to("police")[1:]}
    assert told == {("police.officer@police.example", "CANCEL"), ("police.lead@police.example", "REQUEST")}


def test_moving_a_conference_nobody_was_asked_to_writes_nothing(conference):
    moved_to(date(2026, 3, 20))
    assert (OutsideMail.objects.count(), fresh().invitation_sequence) == (0, 0)


# Over


def test_called_off_reaches_whoever_may_have_heard_and_nobody_else(conference):
    invited(conference, mails=["mum"])
    deliver_outside(ASKED)
    send_invitation_again(row("mum"), reason="Lost it", by=person("clerk"), at=NEXT_DAY)
    cancel_conference(fresh(), reason="Not needed", by=person("clerk"), at=NEXT_DAY)
    *_, again, cancel = mails_to("mum")
    assert (again.state, cancel.state, cancel.calendar_method) == ("withdrawn", "queued", "CANCEL")
    assert "STATUS:CANCELLED" in cancel.calendar
    assert (sequence(cancel), uid(cancel)) == ("SEQUENCE:1", uid(again))
    assert "does not take place" in cancel.body
    assert "Not needed" not in cancel.body


def test_called_off_before_anything_left_is_silence(conference):
    invited(conference)
    cancel_conference(fresh(), reason="Not needed", by=person("clerk"), at=NEXT_DAY)
    assert set(OutsideMail.objects.values_list("state", flat=True)) == {"withdrawn"}


def test_somebody_kept_out_loses_their_link_and_their_entry_and_gets_no_later_mail(conference):
    invited(conference, mails=["dad"])
    deliver_outside(ASKED)
    kept_out("dad")
    assert [mail.calendar_method for mail in mails_to("dad")] == ["REQUEST", "CANCEL"]
    with pytest.raises(LinkNotValid):
        follow_link(token_in(mails_to("dad")[0]), SignedLink.Purpose.REPLY, at=NEXT_DAY)
    moved_to(date(2026, 3, 20), at=LATER)
    cancel_conference(fresh(), reason="Not needed", by=person("clerk"), at=LATER)
    assert len(mails_to("dad")) == 2


def kept_out(key, excluded=True, at=NEXT_DAY):
    decide_exclusion(
        fresh(),
        party(key),
        excluded=excluded,
        reason="Threats",
        other_means="In writing",
        by=person("cp_chair"),
        at=at,
    )


def test_somebody_kept_out_before_the_mail_left_never_gets_it(conference):
    invited(conference, mails=["dad"])
    kept_out("dad")
    assert [mail.state for mail in mails_to("dad")] == ["withdrawn"]


def test_somebody_let_in_again_is_asked_again(conference):
    invited(conference, mails=["dad"])
    kept_out("dad")
    kept_out("dad", excluded=False, at=LATER)
    assert [mail.state for mail in mails_to("dad")] == ["withdrawn", "queued"]
    assert follow_link(token_in(mails_to("dad")[1]), SignedLink.Purpose.REPLY, at=LATER)


def test_nothing_is_written_to_somebody_who_has_died(conference):
    invited(conference, mails=["dad"])
    deliver_outside(ASKED)
    excuse_from_conference(fresh(), party("dad"), reason="deceased", by=person("cp_chair"), at=NEXT_DAY)
    assert len(mails_to("dad")) == 1
    assert links_to([row("dad")]).get().state == "revoked"


def test_when_the_child_dies_everything_is_silent(conference):
    invited(conference)
    written = OutsideMail.objects.count()
    end_plan(conference.children[0], cause=DIED, by=person("head"), at=NEXT_DAY)
    assert set(OutsideMail.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert OutsideMail.objects.count() == written
    assert not SignedLink.objects.filter(state="open").exists()


# Answering


def test_an_agency_answers_for_itself_and_the_administrator_for_everybody(conference):
    invited(conference)
    answered("health", by="health_visitor")
    answered("mum", by="clerk", note="By telephone")
    assert (row("health").present_reply, row("mum").reply_note) == ("accepted", "By telephone")
    for key, by in (("health", "police_officer"), ("mum", "social_worker")):
        with pytest.raises(NotYourAgency):
            answered(key, by=by)


def test_a_guest_answers_through_their_own_link_only(conference):
    invited(conference)
    link, invitation = follow_link(token_in(mails_to("health")[0]), SignedLink.Purpose.REPLY, at=NEXT_DAY)
    reply_to_invitation(invitation, reply="accepted", link=link, by=None, at=NEXT_DAY)
    assert row("health").has_answered
    with pytest.raises(NotPermitted):
        reply_to_invitation(row("police"), reply="accepted", link=link, by=None, at=NEXT_DAY)
    with pytest.raises(NotPermitted):
        reply_to_invitation(invitation, reply="accepted", link=link, by=person("inspector"), at=NEXT_DAY)
    with pytest.raises(NotYourAgency):
        reply_to_invitation(invitation, reply="accepted", by=None, at=NEXT_DAY)


def test_a_substitute_is_named_and_forgotten_when_they_come_themselves(conference):
    invited(conference)
    with pytest.raises(SubstituteMissing):
        answered("health", "substitute", substitute=" ")
    answered("health", "substitute", substitute="Kit Vale, nurse")
    assert row("health").substitute == "Kit Vale, nurse"
    answered("health", "accepted")
    assert row("health").substitute == ""


def test_nobody_stands_in_for_the_family_and_no_answer_is_made_up(conference):
    invited(conference)
    for key, reply in (("mum", "substitute"), ("health", "perhaps")):
        with pytest.raises(Unknown):
            answered(key, reply, substitute="Her sister")


def test_an_answer_may_be_changed_until_the_meeting_begins(conference):
    invited(conference)
    answered("health", "declined")
    answered("health", "accepted")
    open_conference(fresh(), attended=[person("social_worker")], by=person("cp_chair"), at=sitting_on(18))
    with pytest.raises(WrongState):
        answered("health", "declined", at=sitting_on(18))


def test_somebody_not_invited_cannot_answer(conference):
    with pytest.raises(WrongState):
        answered("health")


# Chasing


def chase(at):
    return sorted(each.party.key for each in chase_replies(fresh(), by=person("clerk"), at=at))


def test_only_those_who_have_not_answered_are_chased_and_once_a_day(conference):
    invited(conference, mails=["mum", "dad"])
    answered("police", at=ASKED)
    kept_out("dad", at=ASKED)
    assert chase(ASKED + timedelta(hours=2)) == []  # asked this morning
    assert chase(NEXT_DAY) == ["education", "health", "mum", "social_care"]
    assert chase(NEXT_DAY + timedelta(hours=3)) == []
    assert chase(LATER) == ["education", "health", "mum", "social_care"]
    assert row("health").chased_at == LATER
    assert "have not heard from you" in mails_to("health")[-1].body
    assert sequence(mails_to("health")[-1]) == "SEQUENCE:0"


def test_an_answer_for_an_old_day_is_no_answer_when_chased(conference):
    invited(conference)
    answered("health")
    moved_to(date(2026, 3, 20))
    assert "health" in chase(LATER)


def test_nobody_is_chased_at_an_address_that_fails_until_there_is_another(conference):
    with doing(conference.case):
        officer = person("police_officer")
        officer.email = "nobody"
        officer.save()
    invited(conference)
    deliver_outside(ASKED)
    assert "police" not in chase(NEXT_DAY)
    with doing(conference.case):
        officer = person("police_officer")
        officer.email = "desk@police.example"
        officer.save()
    assert "police" in chase(LATER)


def test_a_conference_that_is_over_is_not_chased(conference):
    invited(conference)
    cancel_conference(fresh(), reason="Not needed", by=person("clerk"), at=NEXT_DAY)
    with pytest.raises(WrongState):
        chase(LATER)


def test_chasing_sending_again_and_settling_are_the_administrators(conference):
    invited(conference)
    mail = mails_to("health")[0]
    for act, subject, said in (
        (chase_replies, fresh(), {}),
        (send_invitation_again, row("health"), {"reason": "Lost"}),
        (settle_failed_mail, mail, {"reason": "Rang"}),
    ):
        with pytest.raises(NotPermitted):
            act(subject, **said, by=person("health_visitor"), at=NEXT_DAY)


# Again, and failed


def test_sent_again_with_a_reason_to_the_address_they_have_now(conference):
    invited(conference)
    with doing(conference.case):
        officer = person("police_officer")
        officer.email = "desk@police.example"
        officer.save()
    with pytest.raises(ReasonRequired):
        send_invitation_again(row("police"), reason=" ", by=person("clerk"), at=NEXT_DAY)
    send_invitation_again(row("police"), reason="New address", by=person("clerk"), at=NEXT_DAY)
    assert [(mail.to_address, mail.reason) for mail in mails_to("police")][1] == ("desk@police.example", "New address")


def test_somebody_who_was_not_asked_cannot_be_asked_again(conference):
    with pytest.raises(WrongState):
        send_invitation_again(row("police"), reason="New address", by=person("clerk"), at=NEXT_DAY)


def test_a_failed_mail_is_settled_with_a_reason_and_only_a_failed_one(conference):
    with doing(conference.case):
        officer = person("police_officer")
        officer.email = "nobody"
        officer.save()
    invited(conference)
    deliver_outside(ASKED)
    failed, fine = mails_to("police")[0], mails_to("health")[0]
    with pytest.raises(ReasonRequired):
        settle_failed_mail(failed, reason="", by=person("clerk"), at=NEXT_DAY)
    with pytest.raises(WrongState):
        settle_failed_mail(fine, reason="Rang", by=person("clerk"), at=NEXT_DAY)
    assert settle_failed_mail(failed, reason="Rang them", by=person("clerk"), at=NEXT_DAY).state == "withdrawn"


def test_three_servers_three_fates_and_the_page_has_each_of_them_as_it_was(conference, settings):
    """One refuses for good, one asks to wait, one takes the mail and hangs up; and a fourth simply takes it."""
    invited(conference)
    with running_mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
        server.refuses = {"police.officer@police.example": REFUSED, "health.visitor@health.example": GREYLISTED}
        server.hangs_up_after_taking = {"teacher@education.example"}
        deliver_outside(ASKED)
        words = [delivery_of(mails_to(key)[0]).word for key in ("police", "health", "education", "social_care")]
        assert words == ["Could not be delivered", "Not taken yet", "Not known whether it arrived", "Handed over"]
        assert "550 5.1.1 no such person here" in delivery_of(mails_to("police")[0]).detail
        server.refuses, server.hangs_up_after_taking = {}, set()
        deliver_outside(ASKED + timedelta(minutes=1))
    assert {mails_to(key)[0].state for key in ("health", "education", "social_care")} == {"handed_over"}
    assert mails_to("police")[0].state == "failed"
    twice = [kept.message["Message-ID"] for kept in server.to("teacher@education.example")]
    assert twice == [mails_to("education")[0].message_id] * 2
    assert [len(server.to(mails_to(key)[0].to_address)) for key in ("police", "health", "social_care")] == [0, 1, 1]

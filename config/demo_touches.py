"""What the story format has no words for, so that the demonstration's meetings look lived in: replies, places, text.

Everything goes through the same functions as a page uses.
"""

from datetime import date, datetime, time, timedelta

from meetings import agenda_items, arranging, brief, minutes, replies, support, writing
from meetings.models import Conference
from plans.editions import countersign_edition, sign_edition
from plans.models import Plan
from workflow.acting import LONDON
from workflow.models import Case
from workflow.people import contact_of
from workflow.policy import calendar
from workflow.working_days import add_working_days

# Under which item of the agenda (by the code of its template) the demonstration's minutes say what.
MINUTED = {
    "introductions": "The chair welcomed Tess and explained why the meeting was called and how decisions are made.",
    "why": "Three marks on a baby who cannot move, each with another explanation. The paediatrician could not explain "
    "the second by an accident.",
    "reports": "All reports had been read. The centre worker adds that Tess comes to every session and asks for help.",
    "professionals_only": "Police: a neighbour called twice in October about shouting at night. The police follow it "
    "up first.",
}


def touch(opens_on: date) -> None:
    """Adds what makes the open meetings believable on the day the demonstration opens."""
    ready_for_today(opens_on)
    brief_of_the_evening_before(opens_on)
    minutes_with_the_chair(opens_on)
    plans_signed(opens_on)


def ready_for_today(opens_on: date) -> None:
    """The conference of today: a time, a place, how each child takes part, who has answered, an agenda."""
    case = Case.objects.get(reference="SP-0012")
    clerk, worker = case.administrator, case.lead_practitioner
    at = datetime.combine(opens_on, time(8, 40), LONDON) - timedelta(days=4)
    conference = Conference.objects.get(case=case, key="icpc-1")
    arranging.plan_sitting(
        conference, starts_at=time(14), place="Meeting room 2, Civic Centre", minutes_planned=90, by=clerk, at=at
    )
    rowan, hazel = case.children.order_by("id")
    support.consider_child(conference.fresh(), rowan, takes_part="before", by=worker, at=at)
    support.consider_child(
        conference.fresh(),
        hazel,
        takes_part="not",
        why_not_there="She is three; the health visitor says what she has seen of her days",
        by=worker,
        at=at,
    )
    for agency in ("social_care", "police", "health"):
        _reply(conference, agency, "accepted", at)
    _reply(conference, "education", "substitute", at, substitute="The deputy head of the nursery")
    agenda_items.prepare_agenda(conference.fresh(), by=clerk, at=at)


def brief_of_the_evening_before(opens_on: date) -> None:
    """The chair's brief for today's conference, made on Friday at five as it always is."""
    conference = Conference.objects.get(case__reference="SP-0012", key="icpc-1")
    brief.make_brief(conference, by=None, at=datetime.combine(opens_on, time(17), LONDON) - timedelta(days=3))


def _reply(conference: Conference, agency: str, reply: str, at: datetime, *, substitute: str = "") -> None:
    invitation = conference.invitations.get(agency__key=agency)
    speaker = contact_of(conference.case, invitation.agency, at.date())
    replies.reply_to_invitation(invitation, reply=reply, substitute=substitute, by=speaker, at=at)


def minutes_with_the_chair(opens_on: date) -> None:
    """A conference three weeks ago whose minutes have been written item by item and wait for the chair."""
    conference = Conference.objects.get(case__reference="SP-0004", key="icpc-1")
    clerk, at = conference.case.administrator, datetime.combine(opens_on, time(8, 55), LONDON)
    agenda_items.prepare_agenda(conference, by=clerk, at=at)
    for item in conference.agenda.filter(code__in=MINUTED):
        writing.write(item, MINUTED[item.code], by=clerk, at=at, based_on=0)
    minutes.draft_minutes(conference.fresh(), by=clerk, at=at)


def plans_signed(opens_on: date) -> None:
    """Plans that were agreed in detail are signed; all but the last of them countersigned, the day after."""
    agreed = list(Plan.objects.filter(state=Plan.State.ACTIVE).select_related("case", "child").order_by("id"))
    days = calendar()
    on = add_working_days(opens_on, -4, days)
    for plan in agreed:
        case = plan.case
        signed = sign_edition(plan, by=case.lead_practitioner, on=on)
        if plan != agreed[-1]:
            countersign_edition(plan, seal=signed.seal, by=case.team_manager, on=add_working_days(on, 1, days))

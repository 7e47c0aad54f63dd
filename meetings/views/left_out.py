"""Who need not be invited to a conference, and who is kept out of it."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse

from meetings import inviting
from meetings.views import convening_forms as ask
from meetings.views.forming import data_of, one_form, stamp
from meetings.views.meeting import conference_for, party_of
from workflow.audiences import Matter, may_read
from workflow.models import FamilyMember
from workflow.policy import calendar, policy_on
from workflow.signed_in import asked_on, hats_of


@login_required
def excuse(request: HttpRequest, pk: int, kind: str, who: int) -> HttpResponse:
    """Somebody expected need not be invited."""
    conference = conference_for(request, pk)
    party = party_of(conference, kind, who)
    return one_form(
        request,
        conference,
        ask.Excuse(data_of(request), party=party),
        lambda said: inviting.excuse_from_conference(conference, party, **said, **stamp(request)),
        heading=f"Excuse {party}",
        title="Excuse somebody",
        button="Excuse",
        said=f"{party} is excused.",
        fields={"EXCUSE_NOT_ALLOWED": "tracing"},
        note="An excused agency owes no report. Somebody with parental responsibility is excused only if they have "
        "died, if the child asks for it, or if nobody knows where they are and it was tried to find them.",
    )


@login_required
def keep_out(request: HttpRequest, pk: int, who: int) -> HttpResponse:
    """Asks the chair to keep a family member out."""
    conference, on = conference_for(request, pk), asked_on(request)
    person, policy = party_of(conference, "person", who), policy_on(on)
    assert isinstance(person, FamilyMember)
    day = conference.booked_for
    last = policy.span("exclusion_request").before(day, calendar()) if day else None
    is_late = last is not None and on > last
    form = ask.AskToKeepOut(data_of(request), grounds=policy.settings["exclusion_grounds"], is_late=is_late)
    return one_form(
        request,
        conference,
        form,
        lambda said: inviting.request_exclusion(conference, person, **said, **stamp(request)),
        heading=f"Ask that {person} be kept out",
        title="Ask that somebody be kept out",
        button="Ask the chair",
        said="The chair is asked to decide.",
        fields={"EVIDENCE_MISSING": "evidence", "EXCLUSION_TOO_LATE": "late_reason"},
        last_day=last,
        is_late=is_late,
    )


@login_required
def decide_keeping_out(request: HttpRequest, pk: int, who: int) -> HttpResponse:
    """The chair decides whether somebody is kept out, how they contribute instead, and what they may receive."""
    conference = conference_for(request, pk)
    person = party_of(conference, "person", who)
    assert isinstance(person, FamilyMember)
    reads_why = may_read(Matter.EXCLUDED, hats_of(request))
    exclusion = conference.exclusions.filter(person=person).first() if reads_why else None
    return one_form(
        request,
        conference,
        ask.DecideToKeepOut(data_of(request)),
        lambda said: inviting.decide_exclusion(
            conference, person, **{**said, "excluded": said["excluded"] == "yes"}, **stamp(request)
        ),
        heading=f"Decide whether {person} is kept out",
        title="Decide whether somebody is kept out",
        button="Record the decision",
        said="The decision is recorded.",
        fields={"REASON_REQUIRED": "reason", "OTHER_MEANS_MISSING": "other_means"},
        exclusion=exclusion,
        grounds=[ask.ground_in_words(ground) for ground in exclusion.grounds] if exclusion else [],
    )

"""Getting ready for one conference: who belongs there, what is missing, and each thing that settles it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from meetings import inviting, support
from meetings.convening import Gap, children_without_father, gaps_in
from meetings.expected import around
from meetings.forecast import QuorumForecast, forecast_of
from meetings.models import Arrangement, Conference, Invitation, Party
from meetings.roll import Roll, roll
from meetings.views import convening_forms as ask
from meetings.views.forming import data_of, done, one_form, stamp
from meetings.views.meeting import can, conference_for, frame, party_of, require_may
from workflow.errors import Refused
from workflow.models import Agency, Child, FamilyMember
from workflow.signed_in import asked_on, hats_of

DOES = (
    "send_invitations",
    "excuse_from_conference",
    "request_exclusion",
    "move_conference",
    "cancel_conference",
    "plan_sitting",
    "consider_child",
    "arrange_support",
    "settle_support",
    "record_contact_details",
)


@login_required
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Who belongs at the conference and why, what is missing, whether the quorum is likely; and the invitations."""
    conference, on = conference_for(request, pk), asked_on(request)
    found = roll(conference, on)
    form = _invite_form(request, found)
    if done(request, form, lambda said: _invite(request, conference, found, said), {"EXPECTED_NOT_INVITED": "invited"}):
        messages.success(request, "The invitations are on their way.")
        return redirect("meeting", conference.pk)
    missing = gaps_in(found)
    shown = {
        "roll": found,
        "form": form,
        "gaps": [_gap(gap) for gap in missing if not _is_next_step(gap, conference)],
        "not_asked": [gap for gap in missing if _is_next_step(gap, conference)],
        "children": _children(found, missing),
        "forecast": _forecast(found) if conference.is_awaited else None,
        "is_asked": conference.is_awaited and conference.state != Conference.State.BOOKED,
        "may": can(request, *DOES),
        "is_chair": any(hat.pk == conference.chair_id for hat in hats_of(request)),
        "is_ahead": conference.state in Conference.AHEAD,
    }
    return render(request, "meetings/ready.html", frame(request, conference, "meeting") | shown)


def _forecast(found: Roll) -> QuorumForecast:
    """The quorum as far as it is known, from a roll already called."""
    waiting = (Invitation.State.EXPECTED, Invitation.State.INVITED)
    asked = [line for line in found.agencies if line.invitation and line.state in waiting]
    contacts = {(found.conference.case_id, line.party.pk): line.contact for line in asked if line.contact}
    return forecast_of(found.conference, [line.invitation for line in asked], found.policy, contacts)


def _invite_form(request: HttpRequest, found: Roll) -> ask.Invite:
    lines = [line for line in found.lines if line.state not in (Invitation.State.EXCUSED, Invitation.State.EXCLUDED)]
    named = [
        (_code(line.party), f"{line.party}" if line.is_agency else f"{line.party}, {_relation(line.party)}")
        for line in lines
    ]
    others = [(_code(agency), f"{agency} (besides those who belong there)") for agency in found.others]
    return ask.Invite(
        data_of(request), offered=[*named, *others], ticked=[_code(line.party) for line in lines if line.why]
    )


def _relation(party: Party) -> str:
    return party.relation if isinstance(party, FamilyMember) else ""


def _code(party: Any) -> str:
    """What stands for a party in a form or an address: never a name."""
    kinds = {Agency: "agency", FamilyMember: "person", Child: "child"}
    return f"{kinds[type(party)]}-{party.pk}"


def _invite(request: HttpRequest, conference: Conference, found: Roll, said: dict[str, Any]) -> None:
    parties: dict[str, Party] = {_code(line.party): line.party for line in found.lines}
    chosen = [parties.get(code) or party_of(conference, *code.split("-")) for code in said["invited"]]
    try:
        inviting.send_invitations(conference, chosen, **stamp(request))
    except Refused as refused:
        raise _named(refused, found) from refused


def _named(refused: Refused, found: Roll) -> Refused:
    """The same refusal with the names of those it is about in its words, as the page calls them."""
    names = {line.party.key: str(line.party) for line in found.lines}
    names |= {row.child.key: row.child.name for row in found.about}
    about = ", ".join(names.get(key, key) for key in refused.about)
    return type(refused)(f"{refused.detail} It is about: {about}.".strip() if about else refused.detail)


def _is_next_step(gap: Gap, conference: Conference) -> bool:
    """Before the invitations have gone out everybody waits for one: that is no gap yet, but what comes next."""
    return gap.code == "EXPECTED_NOT_INVITED" and conference.state in (
        Conference.State.REQUESTED,
        Conference.State.BOOKED,
    )


def _gap(gap: Gap) -> dict[str, Any]:
    return {"gap": gap, "anchor": _anchor(gap)}


def _anchor(gap: Gap) -> str:
    if isinstance(gap.who, Arrangement):
        return f"arrangement-{gap.who.pk}"
    return _code(gap.who)


def _children(found: Roll, missing: list[Gap]) -> list[dict[str, Any]]:
    without = {gap.who for gap in missing if gap.code == "FATHER_NOT_ON_RECORD"}
    return [{"row": row, "no_father": row.child in without} for row in found.about]


# Children, support, contact


@login_required
def child(request: HttpRequest, pk: int, who: int) -> HttpResponse:
    """How one child takes part, or why not."""
    conference = conference_for(request, pk)
    about = get_object_or_404(conference.about.select_related("child"), child=who)
    without = children_without_father([about], around([about.child]))
    form = ask.Consider(data_of(request), about=about, without_father=bool(without))
    return one_form(
        request,
        conference,
        form,
        lambda said: support.consider_child(conference, about.child, **said, **stamp(request)),
        heading=f"How does {about.child.name} take part?",
        title="How a child takes part",
        said=f"How {about.child.name} takes part is recorded.",
        anchor="children",
        fields={"CHILD_TAKES_NO_PART": "why_not_there"},
    )


@login_required
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Something somebody needs in order to take part."""
    conference = conference_for(request, pk)
    asked = {name: request.GET.get(name, "") for name in ("kind", "person")}
    form = ask.Arrange(data_of(request), conference=conference, initial=asked)
    return one_form(
        request,
        conference,
        form,
        lambda said: support.arrange_support(
            conference, _somebody(conference, said["person"]), kind=said["kind"], note=said["note"], **stamp(request)
        ),
        heading="Arrange support",
        button="Add",
        said="It is on the list of what is needed.",
        anchor="support",
        fields={"REASON_REQUIRED": "note", "UNKNOWN": "person"},
    )


def _somebody(conference: Conference, code: str) -> Child | FamilyMember | None:
    kind, _, who = code.partition("-")
    if kind == "child":
        return get_object_or_404(conference.about.select_related("child"), child=who).child
    return get_object_or_404(conference.case.family_members, pk=who) if kind == "person" else None


@login_required
def settle(request: HttpRequest, pk: int, arrangement: int) -> HttpResponse:
    """How far one arrangement has got."""
    conference = conference_for(request, pk)
    found = get_object_or_404(conference.arrangements.select_related("conference__case"), pk=arrangement)
    form = ask.Settle(data_of(request), initial={"how": found.state, "who": found.who, "note": found.note})
    for_whom = f" for {found.person}" if found.person else ""
    return one_form(
        request,
        conference,
        form,
        lambda said: support.settle_support(found, **said, **stamp(request)),
        heading=f"{found.get_kind_display()}{for_whom}",
        title="Settle support",
        said="It is recorded.",
        anchor="support",
        fields={"REASON_REQUIRED": "who", "INTERPRETER_NOT_INDEPENDENT": "who", "WRONG_STATE": "how"},
        note="An interpreter is accredited and independent: never a family member, never a child."
        if found.kind == Arrangement.Kind.INTERPRETER
        else "",
    )


@login_required
def contact(request: HttpRequest, pk: int, who: int) -> HttpResponse:
    """How a family member may safely be reached. Kept, and shown, by those who keep it."""
    require_may(request, "record_contact_details")
    conference = conference_for(request, pk)
    person = party_of(conference, "person", who)
    assert isinstance(person, FamilyMember)
    said = {name: getattr(person, name) for name in ("email", "postal_address", "safe_contact")}
    return one_form(
        request,
        conference,
        ask.ContactDetails(data_of(request), initial=said),
        lambda typed: support.record_contact_details(person, **typed, **stamp(request)),
        heading=f"How can {person} be reached?",
        title="Contact details",
        said="The contact details are recorded.",
        anchor="people",
    )

"""A case in which every page has something to show, and everybody who might ask for it."""

from datetime import date, datetime
from typing import Any

from django.conf import settings

from escalation.answering import hand_over_alert
from escalation.models import Alert
from escalation.sweep import sweep
from meetings import challenging, releasing, support
from meetings.agenda_items import prepare_agenda
from meetings.brief import make_brief
from meetings.discharge import call_discharge_meeting
from meetings.links import make_link
from meetings.models import Conference, Release, SignedLink
from meetings.replies import send_invitation_again
from notifications import need_to_know
from notifications.models import OutsideMail
from plans.other_plans import record_other_plan
from tests.making import a_professional, an_agency, doing
from tests.meetings.handed_in import a_file_of
from tests.meetings.sat import agency, child, person, relative
from tests.meetings.sent import ADDRESS, decided, written
from tests.stories.small import at
from workflow.acting import LONDON
from workflow.held_facts import hold_fact
from workflow.models import Case, Professional, Role, User

TODAY = date(2026, 11, 20)
NINE = datetime(2026, 11, 20, 9, tzinfo=LONDON)
EARLIER = datetime(2026, 9, 22, 9, tzinfo=LONDON)

# In the order of the matrix.
NEED_TO_KNOW = ("social_worker", "manager", "cp_chair", "clerk", "teacher", "police_lead", "inspector")
OUTSIDERS = ("board", "neighbour", "neighbour_lead", "without a link")
NOBODIES = ("leaver", "without a post", "nobody")
EVERYBODY = (*NEED_TO_KNOW, *OUTSIDERS, *NOBODIES)

SAFE_CONTACT = "Rings the school office only"
FIRST = {"conference": "rcpc-1"}
NEXT = {"conference": "rcpc-2"}
GROUP = {
    "core_group": "cg-1",
    "children": ["mira", "jonah"],
    "attended": ["social_worker", "health_visitor", "teacher"],
    "lived_experience": {"mira": "Fed and warm", "jonah": "Sleeps in his own bed"},
}
LATER = (
    at("2026-09-18", "teacher", "receive_referral", {"referral": "r-1", "children": ["mira"], "concern": "Cold",
       "anyone_pregnant": "no"}),
    at("2026-09-18", "cp_chair", "recommend_legal_planning", {"meeting": "lp-1", "children": ["mira"]}),
    at("2026-09-21", "manager", "record_legal_status", {"child": "mira", "status": "accommodated"}),
    at("2026-09-21", "manager", "call_strategy", {"strategy": "st-1", "children": ["mira"]}),
    at("2026-09-21", "health_visitor", "raise_disagreement", {"disagreement": "dg-1", "with_agency": "social_care",
       "answer_from": "manager", "about": "How often Jonah is seen", "immediate_risk": False, "stage": 1}),
    at("2026-09-25", "social_worker", "hold_core_group", GROUP),
    at("2026-09-28", "social_worker", "agree_plan", {"children": ["mira", "jonah"], "contingency": "Legal advice",
       "risks": {"mira": "Meals are missed", "jonah": "Afraid at night"}, "actions": [],
       "outcomes": [{"outcome": "O1", "children": ["mira", "jonah"], "measure": "Fed and calm at each visit"}]}),
    at("2026-10-01", "clerk", "book_conference", {**NEXT, "kind": "review", "children": ["mira", "jonah"],
       "date": "2026-11-20"}),
    at("2026-10-02", "clerk", "send_invitations", {**NEXT, "invited": ["social_care", "health", "education", "ida",
       "ole", "police"]}),
    at("2026-10-05", "social_worker", "request_exclusion", {**NEXT, "person": "ole", "grounds": ["family_conflict"],
       "evidence": "A letter"}),
    at("2026-10-06", "teacher", "submit_report", {**NEXT, "agency": "education", "shared_with_family": True}),
)  # fmt: skip


def build() -> Case:
    """Two children on a plan, a review decided and sent, the next one today, and one of everything else."""
    _, first = decided(*LATER)
    _addresses(first.case)
    following = Conference.objects.get(key="rcpc-2")
    _written_and_sent(first)
    _made_ready(following)
    a_file_of(following.reports.get(agency__key="education"), by=person("teacher"), at=EARLIER)
    with doing(on=TODAY, name="open_links"):
        an_agency("library")
        for key, role in {"neighbour": Role.AGENCY_PRACTITIONER, "neighbour_lead": Role.AGENCY_LEAD}.items():
            a_professional(key, role, agency("library"))
        a_professional("without a link", Role.AGENCY_PRACTITIONER, agency("police"))
        a_professional("leaver", Role.TEAM_MANAGER, agency("social_care"), left_on=date(2026, 11, 1))
        for one in Professional.objects.filter(user=None):
            one.user = User.objects.create(username=one.key)
            one.save()
    User.objects.create(username="without a post")
    an_opened = {"why": "danger", "reason": "She has not come home"}
    need_to_know.break_glass(first.case.fresh(), **an_opened, by=person("second_worker"), at=EARLIER)
    _held_facts(first.case.fresh())
    by_plan = {"kind": "ehcp", "led_by": "Special needs team"}
    record_other_plan(first.case.fresh(), child("mira"), **by_plan, by=person("social_worker"), on=TODAY)
    sweep(TODAY)
    # Every database raises a night's alerts in an order of its own.
    _offered(Alert.objects.order_by("rung", "deadline__code", "deadline__subject")[0])
    return first.case.fresh()


def _offered(alert: Alert) -> None:
    """Whoever it went to would rather somebody else answered it."""
    told = alert.recipients.select_related("professional").order_by("professional__key")[0].professional
    hand_over_alert(alert, to=person("manager"), reason="On leave", by=told, on=TODAY)


# What is known about one matter each, by its code; only its readers and the agency that gave it may come across it.
HELD = {
    "address": "Lives above the bakery in Fleet Row",
    "police": "A red van was seen twice by the gate",
    "excluded": "He asked the porter when she leaves",
    "adoption": "The link family lives by the sea",
    "third_party": "Her sister has a court date herself",
}


def _held_facts(case: Case) -> None:
    """Each noted by the manager, but what the police know by the police."""
    for matter, words in HELD.items():
        by = person("police_lead" if matter == "police" else "manager")
        hold_fact(case, matter=matter, words=words, by=by, at=NINE)


def _addresses(case: Case) -> None:
    with doing(case, on=date(2026, 9, 18)):
        ida = relative("ida")
        ida.postal_address, ida.email, ida.safe_contact = ADDRESS, "ida@post.example", SAFE_CONTACT
        ida.save()
        for key in ("social_worker", "health_visitor"):
            one = person(key)
            one.user = User.objects.create(username=key)
            one.save()


def _written_and_sent(conference: Conference) -> None:
    """The letter is out; the minutes are approved, out and challenged, and worked out once more for a second person."""
    prepare_agenda(conference, by=person("cp_chair"), at=EARLIER)
    _release(conference, Release.Of.LETTER)
    written(conference)
    _release(conference, Release.Of.MINUTES)
    challenging.challenge_minutes(
        conference, agency("education"), point="At nine, not ten", by=person("teacher"), at=EARLIER
    )


def _release(conference: Conference, of: str) -> None:
    waiting = releasing.prepare_release(conference, of=of, by=person("clerk"), at=EARLIER)
    releasing.release_document(waiting, by=person("manager"), at=EARLIER)


def _made_ready(conference: Conference) -> None:
    prepare_agenda(conference, by=person("cp_chair"), at=NINE)
    kind = support.Arrangement.Kind.OBSERVER
    support.arrange_support(conference, None, kind=kind, note="A student", by=person("clerk"), at=EARLIER)
    make_brief(conference, by=person("clerk"), at=NINE)
    home = {"hospital": "Ward 4", "planned_for": TODAY}
    call_discharge_meeting(child("mira"), "d-1", **home, by=person("health_visitor"), on=TODAY)
    asked = conference.invitations.get(family_member__key="ida")
    send_invitation_again(asked, reason="Her address was not known", by=person("clerk"), at=NINE)
    with doing(conference.case, on=TODAY):
        mail = OutsideMail.objects.get(to_address="ida@post.example", calendar_method="REQUEST")
        mail.fail(said="550 no such mailbox")
        mail.save()


def a_link(case: Case, about: Any, purpose: str = SignedLink.Purpose.REPLY) -> str:
    """The path of a new signed link."""
    ends = datetime(2026, 11, 20, 18, tzinfo=LONDON)
    with doing(case, on=TODAY):
        address = make_link(case, purpose, about, made_for="Police", expires_at=ends, at=NINE)
    return address.removeprefix(settings.SITE_URL)

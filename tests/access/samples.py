"""For every address, something real that it can show: what the walk puts into the gaps of the address."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from config.keeping import carry_out_destruction, propose_destruction, release_destruction
from config.subject_pack import open_subject_request
from escalation.models import Disagreement, HandOver
from meetings import flows
from meetings.models import (
    Arrangement,
    Challenge,
    Conference,
    CoreGroup,
    DischargeMeeting,
    Dissent,
    Invitation,
    LegalPlanningMeeting,
    LetterCopy,
    LookedAfterReview,
    Release,
    Report,
    StrategyDiscussion,
)
from notifications.models import Notification, OutsideMail
from plans.auditing import draw_sample
from plans.models import Action, AuditSample, OtherPlan, Outcome, OutcomeChild, Plan
from tests.access import world
from tests.access.world import a_link
from tests.making import doing
from tests.meetings.sat import agency, child, relative
from workflow.acts import PARTNERSHIP
from workflow.models import BrokenGlass, Case, Certificate, Deadline, Family, HeldFact, Professional, SubjectRequest
from workflow.policy_proposals import draft_policy

CASE = {"reference": "SP-T"}


def _first() -> dict[str, int]:
    return {"pk": Conference.objects.get(key="rcpc-1").pk}


def _next() -> dict[str, int]:
    return {"pk": Conference.objects.get(key="rcpc-2").pk}


def _only(model: Any, **wanted: Any) -> dict[str, int]:
    return {"pk": model.objects.filter(**wanted).latest("pk").pk}


def _offer() -> HandOver:
    """Of the one alert the walk goes to: somebody else was asked to answer it."""
    return HandOver.objects.latest("pk")


def _release() -> int:
    return Release.objects.latest("pk").pk


def _invitation(**wanted: Any) -> Invitation:
    return Invitation.objects.filter(conference__key="rcpc-2", **wanted).latest("pk")


def _copy() -> dict[str, Any]:
    return _first() | {"of": "letter", "copy_pk": LetterCopy.objects.earliest("pk").pk}


# Only addresses that ask for more than the case or the conference they are about.
SAMPLES: dict[str, Callable[[], dict[str, Any]]] = {
    "meeting-excuse": lambda: _next() | {"kind": "person", "who": relative("ida").pk},
    "meeting-keep-out": lambda: _next() | {"who": relative("ole").pk},
    "meeting-keep-out-decide": lambda: _next() | {"who": relative("ole").pk},
    "meeting-child": lambda: _next() | {"who": child("mira").pk},
    "meeting-settle": lambda: _next() | {"arrangement": Arrangement.objects.latest("pk").pk},
    "meeting-contact": lambda: _next() | {"who": relative("ida").pk},
    "meeting-report": lambda: _next() | {"agency": agency("health").pk},
    **dict.fromkeys(
        ["meeting-report-share", "meeting-report-add"], lambda: _next() | {"report": Report.objects.latest("pk").pk}
    ),
    "meeting-report-file": lambda: _next() | {"report": Report.objects.latest("pk").pk, "number": 1},
    **dict.fromkeys(
        ["invitation-reply", "invitation-again", "invitation-stop-link"],
        lambda: _next() | {"row": _invitation(agency__key="police").pk},
    ),
    "invitation-mail": lambda: _next() | {"mail": OutsideMail.objects.get(state=OutsideMail.State.FAILED).pk},
    "link": lambda: {"token": a_link(_case(), _invitation(agency__key="police")).split("/")[-2]},
    **dict.fromkeys(["meeting-agenda-item", "meeting-room-item", "meeting-room-work"], lambda: _next() | {"number": 1}),
    "meeting-view-agency": lambda: _next() | {"agency_pk": agency("education").pk},
    "meeting-view": lambda: _next() | {"kind": "child", "person_pk": child("mira").pk},
    "meeting-action": lambda: _next() | {"action_pk": Action.objects.latest("pk").pk},
    **dict.fromkeys(
        [
            *("meeting-minutes-item", "meeting-item-text", "meeting-item-hold", "meeting-item-choose"),
            "meeting-item-earlier",
        ],
        lambda: _next() | {"number": 1},
    ),
    **dict.fromkeys(
        ["minutes-sign-off", "minutes-versions", "minutes-challenges", "minutes-addenda", "meeting-sending"], _first
    ),
    **dict.fromkeys(["meeting-proof", "meeting-proof-file"], _first),
    "minutes-challenge": lambda: _first() | {"challenge": Challenge.objects.latest("pk").pk},
    "meeting-withdraw": lambda: _first() | {"release_pk": _release()},
    "meeting-preview": lambda: _first() | {"release_pk": _release(), "number": 1},
    "meeting-preview-file": lambda: _first() | {"release_pk": _release(), "number": 1, "format": "docx"},
    "meeting-post": lambda: _first() | {"of": "letter"},
    **dict.fromkeys(["meeting-copy", "meeting-copy-again", "meeting-copy-posted"], _copy),
    "meeting-copy-file": lambda: _copy() | {"format": "docx"},
    "strategy": lambda: _only(StrategyDiscussion),
    "core-group": lambda: _only(CoreGroup),
    "legal-planning": lambda: _only(LegalPlanningMeeting),
    "discharge": lambda: _only(DischargeMeeting),
    "looked-after-review": lambda: _only(LookedAfterReview),
    "attendance-agency": lambda: {"agency": "health"},
    "disagreement": lambda: _only(Disagreement),
    "dissent": lambda: _only(Dissent),
    "audit": lambda: {"pk": _a_sample().pk},
    "audited-case": lambda: {"pk": _a_sample().cases.first().pk},
    "policy-proposal": lambda: {"pk": _a_proposal()},
    "case-date-recalculate": lambda: CASE | _only(Deadline, code="action"),
    "retention-case": lambda: CASE,
    "subject-request": lambda: CASE | {"pk": _a_request().pk},
    "subject-passage": lambda: CASE | {"pk": _a_request().pk, "passage_pk": _a_request().passages.first().pk},
    **dict.fromkeys(["certificate", "certificate-file"], lambda: {"pk": _a_certificate()}),
    "broken-glass-review": lambda: _only(BrokenGlass),
    "outcome-baseline": lambda: CASE | _only(Outcome),
    "held-fact": lambda: CASE | {"pk": HeldFact.objects.get(matter="police").pk},
    "childs-words": lambda: CASE | _only(OutcomeChild),
    "other-plan": lambda: CASE | _only(OtherPlan, case__reference="SP-T"),
    **dict.fromkeys(["plan-agreement", "plan-visits"], lambda: CASE | _only(Plan, case__reference="SP-T")),
    "plan-editions": lambda: CASE | _only(Plan, case__reference="SP-T"),
    "plan-edition": lambda: CASE | _only(Plan, case__reference="SP-T") | {"number": 1},
    "case-date": lambda: CASE | _only(Deadline, code="action"),
    "plan-action": lambda: CASE | _only(Action, case__reference="SP-T"),
    "child-drift": lambda: CASE | {"pk": child("mira").pk},
    "message": lambda: _only(Notification),
    **dict.fromkeys(["connection", "api-key"], lambda: {"pk": 1}),
    **dict.fromkeys(["alert", "alert-hand-over", "alert-snooze", "alert-sign"], lambda: {"pk": _offer().alert_id}),
    "alert-offer": lambda: {"pk": _offer().alert_id, "offer_id": _offer().pk},
    **dict.fromkeys(["person", "person-holds"], lambda: _only(Professional, key="teacher")),
    "join": lambda: {"token": "x" * 43},
    "turn": lambda: {"task_id": _a_turn()},
}


def _a_proposal() -> int:
    said = {"starts_on": date(2099, 1, 1), "reason": "To be walked past.", "at": world.NINE}
    board = Professional.objects.get(key="board")
    return draft_policy(PARTNERSHIP, {"visit": "9 wd"}, **said, by=board).pk


def _a_sample() -> AuditSample:
    by = {"by": Professional.objects.get(role="auditor"), "at": world.NINE}
    return AuditSample.objects.first() or draw_sample(PARTNERSHIP, seed="walk", wanted=1, strata=[], **by)


def _a_request() -> SubjectRequest:
    """The mother asks for what is held about her."""
    asked = {"asked_by": "She herself", "received_on": world.TODAY}
    clerk = Professional.objects.get(key="clerk")
    found = SubjectRequest.objects.first()
    return found or open_subject_request(_case(), about=relative("ida"), **asked, by=clerk, at=world.NINE)


def _a_certificate() -> int:
    """Of a case of long ago, destroyed this morning."""
    found = Certificate.objects.first()
    if found is None:
        board, head = (Professional.objects.get(key=key) for key in ("board", "head"))
        order = propose_destruction(_long_ago(), by=board, at=world.NINE)
        order = release_destruction(order, by=head, at=world.NINE)
        found = carry_out_destruction(order, by=board, at=world.NINE)
    return found.pk


def _long_ago() -> Case:
    with doing(on=date(2010, 3, 3), name="open_case"):
        family = Family(name="Lowe")
        family.save()
        held = {role: getattr(_case(), role) for role in Case.ROLES}
        case = Case(reference="SP-OLD", family=family, opened_on=date(2010, 3, 3), **held)
        case.save()
    return case


def _case() -> Case:
    return Case.objects.get(reference="SP-T")


def _a_turn() -> int:
    flows.catch_up()
    return flows.Task.objects.latest("pk").pk


def routes() -> list[URLPattern]:
    """Every address of the site."""
    return list(_below(get_resolver()))


def _below(resolver: URLResolver) -> Any:
    for each in resolver.url_patterns:
        yield from _below(each) if isinstance(each, URLResolver) else [each]


def what_fills(route: URLPattern) -> dict[str, Any]:
    """Real values for the gaps of an address. Fails for one the samples do not know."""
    gaps = set(route.pattern.converters)
    if route.name in SAMPLES:
        return SAMPLES[route.name]()
    if not gaps:
        return {}
    if gaps == {"reference"}:
        return CASE
    if gaps == {"pk"} and str(route.pattern).startswith("meetings/"):
        return _next()
    raise AssertionError(f"tests/access/samples.py has nothing to put into {route.name} ({route.pattern})")


# What no case and no conference is: the same address for something that is not there.
UNKNOWN = {"reference": "SP-9999", "task_id": 999_999, "pk": 999_999, "token": "x" * 43}


def nothing_there(filled: dict[str, Any]) -> dict[str, Any]:
    """The same address, asked for a case or a meeting that does not exist."""
    return filled | {key: value for key, value in UNKNOWN.items() if key in filled}

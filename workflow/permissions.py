"""Who may do what, and who may see which case: no, unless a rule here says yes.

`MAY` is the roles matrix of the domain rules as data: one row per act. A person acts in their own role or in the role
of somebody they cover that day. Acts that ask for a particular person or agency check that themselves, with
`wears` and `speaks_for`, after the row here has let them in.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Q

from workflow.errors import NotPermitted
from workflow.models import SOCIAL_CARE, Agency, CaseLink, Professional, Role
from workflow.models.case import CaseQuerySet

Person = Professional

LP = frozenset({Role.LEAD_PRACTITIONER})
SERVICE = frozenset({Role.SERVICE_MANAGER, Role.DIRECTOR})
TM = frozenset({Role.TEAM_MANAGER}) | SERVICE
ADMIN = frozenset({Role.CONFERENCE_ADMIN})
CHAIR = frozenset({Role.CONFERENCE_CHAIR})
AGENCY = frozenset({Role.AGENCY_PRACTITIONER, Role.AGENCY_LEAD, Role.AGENCY_EXEC})
ANY = frozenset(Role) - {Role.AUDITOR}
NOBODY: frozenset[Role] = frozenset()

MAY: dict[str, frozenset[Role]] = {
    # People and the case
    "load_running_plan": ADMIN,
    "record_details": ANY,
    "record_involvement": LP | TM | ADMIN | CHAIR,
    "hand_over_case": TM | CHAIR,
    "leave_post": TM | ADMIN | {Role.AGENCY_LEAD},
    "name_cover": ANY,
    "record_birth": ANY,
    # Referral, strategy discussion, section 47
    "receive_referral": ANY,
    "decide_referral": TM,
    "complete_assessment": LP | TM,
    "call_strategy": TM,
    "conclude_strategy": TM,
    "cancel_strategy": TM,
    "distribute_record": TM | ADMIN | LP,
    "propose_s47_outcome": LP,
    "authorise_s47": TM,
    "ask_for_conference": AGENCY,
    # Conferences
    "request_conference": LP | TM,
    "book_conference": ADMIN,
    "move_conference": ADMIN,
    "cancel_conference": CHAIR | ADMIN,
    "excuse_from_conference": CHAIR,
    "request_exclusion": ANY,
    "decide_exclusion": ANY,
    "send_invitations": ADMIN,
    "submit_report": ANY,
    "open_conference": ANY,
    "record_departure": ANY,
    "adjourn_conference": ANY,
    "decide_conference": ANY,
    "send_letter": ADMIN,
    "formalise_dissent": ANY,
    "answer_dissent": ANY,
    # Minutes
    "draft_minutes": ADMIN,
    "return_minutes": ANY,
    "approve_minutes": ANY,
    "distribute_minutes": ADMIN,
    "acknowledge_minutes": ANY,
    "challenge_minutes": ANY,
    "answer_challenge": ANY,
    # Core groups and the plan
    "hold_core_group": ANY,
    "miss_core_group": LP | TM,
    "agree_plan": LP | TM,
    "end_plan": SERVICE,
    "add_action": LP | TM | CHAIR | AGENCY,
    "redate_action": ANY,
    "block_action": ANY,
    "complete_action": ANY,
    "verify_action": LP | TM | CHAIR,
    "reopen_action": LP | TM | CHAIR,
    "cancel_action": CHAIR,
    "hand_over_action": ANY,
    "record_contingency_met": ANY,
    "answer_contingency": TM | CHAIR,
    # Work with the child
    "record_visit": LP | TM,
    "record_supervision": TM,
    "record_was_not_brought": ANY,
    "record_injury": ANY,
    "record_professionals_meeting": LP | TM | AGENCY,
    # Moves, law, incidents
    "notify_transfer_in": ANY,
    "record_legal_status": TM | LP,
    "recommend_legal_planning": CHAIR,
    "hold_legal_planning": TM,
    "record_serious_incident": TM,
    "notify_national_panel": frozenset({Role.DIRECTOR}),
    # Disagreement
    "raise_disagreement": ANY,
    "escalate_disagreement": ANY,
    "resolve_disagreement": ANY,
    # Watching and rules
    "acknowledge_alert": ANY,
    "change_policy": frozenset({Role.PARTNERSHIP}),
    "proclaim_holiday": frozenset({Role.PARTNERSHIP}),
    "export_history": frozenset({Role.AUDITOR}) | LP | TM,
}


def hats(person: Professional, on: date) -> list[Professional]:
    """The person and everybody they cover on that day: whoever they may act for."""
    covered = Professional.objects.filter(
        covered_by__cover=person, covered_by__from_on__lte=on, covered_by__until_on__gte=on
    )
    return [person, *covered]


def check_may(act: str, person: Professional | None, on: date) -> None:
    """Raises NotPermitted unless `person`, in post, may do `act` in their own role or one they cover on that day.

    `None` is the system itself, which does only what no person does (sweeps and loading).
    """
    if person is None:
        return
    if not person.is_in_post(on) or not any(hat.role in MAY.get(act, NOBODY) for hat in hats(person, on)):
        raise NotPermitted(about=[act])


def may(act: str, person: Professional, on: date) -> bool:
    """The same question, asked by a page before it shows a button."""
    try:
        check_may(act, person, on)
    except NotPermitted:
        return False
    return True


def require_wears(person: Professional | None, needed: Iterable[Professional | None], on: date) -> None:
    """Raises NotPermitted unless the person is one of those asked for, or covers one of them on that day."""
    wanted = {one.pk for one in needed if one}
    if person is None or not any(hat.pk in wanted for hat in hats(person, on)):
        raise NotPermitted()


def speaks_for(person: Professional | None, agency: Agency, on: date) -> bool:
    """Whether the person is of that agency, or covers somebody who is."""
    return person is not None and any(hat.agency_id == agency.pk for hat in hats(person, on))


def has_role(person: Professional | None, roles: frozenset[Role], on: date) -> bool:
    """Whether the person holds one of the roles, or covers somebody who does."""
    return person is not None and any(hat.role in roles for hat in hats(person, on))


SEES_ALL = frozenset({Role.AUDITOR})
SOCIAL_CARE_OVERSIGHT = SERVICE | {Role.TEAM_MANAGER, Role.AGENCY_LEAD, Role.AGENCY_EXEC, Role.CONFERENCE_ADMIN}
AGENCY_OVERSIGHT = frozenset({Role.AGENCY_LEAD, Role.AGENCY_EXEC})


def visible_cases(
    cases: CaseQuerySet, person: Professional, on: date | None = None, wearing: Sequence[Professional] | None = None
) -> CaseQuerySet:
    """The part of `cases` this person needs to know: by a role in it, an open link, or oversight of an agency there.

    Nobody out of post sees anything; an auditor sees all; managers and leads of social care see all its cases; a lead
    or executive of another agency sees the cases in which that agency has a part. With the day, they also see what
    those they cover that day see, since they may act for them; `wearing` when their hats are known already.
    """
    if person.left_on is not None:
        return cases.none()
    if wearing is None:
        wearing = hats(person, on) if on else [person]
    needed = Q()
    for hat in wearing:
        if sees_every_case(hat):
            return cases
        needed |= _needs_to_know(hat)
    return cases.filter(needed).distinct()


def sees_every_case(person: Professional) -> bool:
    return person.role in SEES_ALL or (person.agency.key == SOCIAL_CARE and person.role in SOCIAL_CARE_OVERSIGHT)


def _needs_to_know(person: Professional) -> Q:
    linked = CaseLink.objects.filter(professional=person, until_on=None).values("case")
    needed = (
        Q(pk__in=linked)
        | Q(lead_practitioner=person)
        | Q(team_manager=person)
        | Q(chair=person)
        | Q(administrator=person)
    )
    if person.role in AGENCY_OVERSIGHT:
        needed |= Q(agency_parts__agency=person.agency)
    return needed

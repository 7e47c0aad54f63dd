"""Who may do what, and who may see which case: no, unless a rule here says yes.

`MAY` is the roles matrix of the domain rules as data: one row per act, and `RULES` the predicates made of it, which the
gate of every act asks (`workflow.acts`). A person acts in their own role or in the role
of somebody they cover that day. Acts that ask for a particular person or agency check that themselves, with
`wears` and `speaks_for`, after the row here has let them in.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from rules.predicates import Predicate
from rules.rulesets import RuleSet

from workflow.acting import current, day_of
from workflow.errors import NotPermitted, OwnPost, PostNotYours
from workflow.models import (
    SOCIAL_CARE,
    Agency,
    BrokenGlass,
    Case,
    CaseLink,
    NamedReader,
    Professional,
    Restriction,
    Role,
)
from workflow.models.case import CaseQuerySet

Person = Professional

LP = frozenset({Role.LEAD_PRACTITIONER})
SERVICE = frozenset({Role.SERVICE_MANAGER, Role.DIRECTOR})
TM = frozenset({Role.TEAM_MANAGER}) | SERVICE
ADMIN = frozenset({Role.CONFERENCE_ADMIN})
CHAIR = frozenset({Role.CONFERENCE_CHAIR})
AGENCY = frozenset({Role.AGENCY_PRACTITIONER, Role.AGENCY_LEAD, Role.AGENCY_EXEC})
SYSTEM = frozenset({Role.SYSTEM_ADMIN})
AUDITOR = frozenset({Role.AUDITOR})
BOARD = frozenset({Role.PARTNERSHIP})
# Whoever has a part in keeping and destroying: the partnership officer, who is information governance here, those who
# keep the files, and the managers who answer for them.
RETENTION = BOARD | ADMIN | SERVICE | AUDITOR
ANY = frozenset(Role) - AUDITOR
NOBODY: frozenset[Role] = frozenset()

MAY: dict[str, frozenset[Role]] = {
    # People and the case
    "load_running_plan": ADMIN,
    "record_details": ANY,
    "record_involvement": LP | TM | ADMIN | CHAIR,
    "hand_over_case": TM | CHAIR,
    "leave_post": TM | ADMIN | {Role.AGENCY_LEAD},
    "end_post": SYSTEM | {Role.AGENCY_EXEC},
    "invite_colleague": TM | {Role.AGENCY_LEAD, Role.AGENCY_EXEC} | SYSTEM,
    "send_joining_link": TM | {Role.AGENCY_LEAD, Role.AGENCY_EXEC} | SYSTEM,
    "change_post": TM | {Role.AGENCY_LEAD, Role.AGENCY_EXEC} | SYSTEM,
    "stop_sign_in": TM | {Role.AGENCY_LEAD, Role.AGENCY_EXEC} | SYSTEM,
    "allow_sign_in": TM | {Role.AGENCY_LEAD, Role.AGENCY_EXEC} | SYSTEM,
    "add_agency": SYSTEM,
    "name_cover": ANY,
    "record_absence": ANY,
    "call_off_absence": ANY,
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
    # Getting people there
    "plan_sitting": ADMIN | CHAIR,
    "consider_child": LP | CHAIR | ADMIN,
    "record_contact_details": LP | TM | ADMIN,
    "arrange_support": LP | CHAIR | ADMIN,
    "settle_support": LP | CHAIR | ADMIN,
    "reply_to_invitation": ANY,
    "chase_replies": ADMIN,
    "send_invitation_again": ADMIN,
    "settle_failed_mail": ADMIN,
    "share_report": LP | ADMIN | AGENCY,
    "add_report_file": ANY,
    # The meeting as it goes
    "prepare_agenda": ADMIN | CHAIR,
    "add_agenda_item": ADMIN | CHAIR,
    "change_agenda_item": ADMIN | CHAIR,
    "take_up_item": ADMIN | CHAIR,
    "finish_item": ADMIN | CHAIR,
    "skip_item": ADMIN | CHAIR,
    "record_arrival": ADMIN | CHAIR,
    "correct_attendance": ADMIN | CHAIR,
    "record_view": ADMIN | CHAIR | LP,
    "record_agency_view": ANY,
    "review_action": ADMIN | CHAIR,
    "make_brief": ADMIN,
    # Other meetings
    "call_discharge_meeting": LP | TM | ADMIN | AGENCY,
    "hold_discharge_meeting": LP | TM,
    "cancel_discharge_meeting": LP | TM,
    "hold_looked_after_review": frozenset({Role.IRO}) | CHAIR,
    "write_record": LP | TM | ADMIN,
    # Sending out
    "prepare_release": ADMIN,
    "release_document": ADMIN | CHAIR | TM,
    "withdraw_release": ADMIN | CHAIR | TM,
    "send_copy_again": ADMIN,
    "post_copy": ADMIN,
    "open_copy": ANY,
    "acknowledge_copy": ANY,
    "revoke_link": ADMIN | CHAIR,
    "add_addendum": CHAIR,
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
    "sign_edition": LP | TM,
    "countersign_edition": TM | CHAIR,
    "send_back_edition": TM | CHAIR,
    "take_up_edition": TM | CHAIR,
    "end_plan": SERVICE,
    "add_action": LP | TM | CHAIR | AGENCY,
    "redate_action": ANY,
    "ask_for_new_date": ANY,
    "approve_new_date": ANY,
    "decline_new_date": ANY,
    "take_back_new_date": ANY,
    "block_action": ANY,
    "complete_action": ANY,
    "verify_action": LP | TM | CHAIR,
    "reopen_action": LP | TM | CHAIR,
    "cancel_action": CHAIR,
    "hand_over_action": ANY,
    "record_other_plan": LP | TM | CHAIR | ADMIN | AGENCY,
    "change_other_plan": LP | TM | CHAIR | ADMIN | AGENCY,
    "end_other_plan": LP | TM | CHAIR | ADMIN | AGENCY,
    "record_agreement": LP | TM | CHAIR | ADMIN | AGENCY,
    "set_visit_pattern": LP | TM | CHAIR,
    "record_childs_words": LP | TM | CHAIR | ADMIN | AGENCY,
    "describe_baseline": LP | TM | CHAIR,
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
    # Need to know
    "restrict_case": SERVICE | CHAIR,
    "name_reader": SERVICE | CHAIR,
    "take_reader_off": SERVICE | CHAIR,
    "lift_restriction": SERVICE | CHAIR,
    "break_glass": ANY,
    "review_broken_glass": TM | {Role.PARTNERSHIP},
    "end_link": TM | ADMIN | CHAIR,
    "hold_fact": ANY,
    "end_held_fact": ANY,
    # Keeping and destroying
    "put_on_hold": TM | CHAIR | ADMIN | BOARD,
    "lift_hold": SERVICE | BOARD,
    "propose_destruction": ADMIN | BOARD,
    "release_destruction": SERVICE | BOARD,
    "decline_destruction": SERVICE | BOARD,
    "withdraw_destruction": ADMIN | BOARD | SERVICE,
    "carry_out_destruction": ADMIN | BOARD | SERVICE,
    # What is held about somebody
    "open_subject_request": ADMIN | LP | TM,
    "extend_subject_request": ADMIN | TM,
    "decide_passage": ADMIN | LP | TM,
    "prepare_subject_pack": ADMIN | LP | TM,
    "send_subject_pack_back": TM | CHAIR,
    "release_subject_pack": TM | CHAIR,
    "withdraw_subject_request": ADMIN | TM,
    "export_subject_pack": ADMIN | TM,
    # Watching and rules
    "acknowledge_alert": ANY,
    "see_alert": ANY,
    "hand_over_alert": ANY,
    "accept_alert": ANY,
    "decline_alert": ANY,
    "take_back_alert": ANY,
    "snooze_alert": ANY,
    "sign_end_of_ladder": frozenset({Role.AGENCY_EXEC, Role.DIRECTOR, Role.PARTNERSHIP}),
    # Messages, and partners' systems
    "choose_how_to_be_told": ANY,
    "add_webhook_target": SYSTEM,
    "renew_webhook_secret": SYSTEM,
    "stop_webhook_target": SYSTEM,
    "make_api_key": SYSTEM,
    "revoke_api_key": SYSTEM,
    "change_policy": frozenset({Role.PARTNERSHIP}),
    "proclaim_holiday": frozenset({Role.PARTNERSHIP}),
    "stop_clock": TM,
    "restart_clock": TM,
    "draft_policy": frozenset({Role.PARTNERSHIP}),
    "change_draft_policy": frozenset({Role.PARTNERSHIP}),
    "propose_policy": frozenset({Role.PARTNERSHIP}),
    "approve_policy": frozenset({Role.PARTNERSHIP, Role.SYSTEM_ADMIN}) | ADMIN,
    "decline_policy": frozenset({Role.PARTNERSHIP, Role.SYSTEM_ADMIN}) | ADMIN,
    "withdraw_policy": frozenset({Role.PARTNERSHIP}),
    "recalculate_deadline": TM | CHAIR,
    # An auditor's own acts: the only ones, besides taking a copy out
    "draw_sample": AUDITOR,
    "answer_audit_question": AUDITOR,
    "record_finding": AUDITOR,
    "give_second_view": AUDITOR,
    "complete_finding": ANY,
    "export_bundle": AUDITOR | SERVICE,
    "export_history": AUDITOR | LP | TM,
}

# Whose posts they give, change and end, in their own agency; a system administrator's, in all of them. Nobody's own.
MAY_GIVE: dict[Role, frozenset[Role]] = {
    Role.AGENCY_LEAD: frozenset({Role.AGENCY_PRACTITIONER, Role.AGENCY_LEAD}),
    Role.AGENCY_EXEC: frozenset({Role.AGENCY_PRACTITIONER, Role.AGENCY_LEAD, Role.AGENCY_EXEC}),
    Role.CONFERENCE_ADMIN: LP,
    Role.TEAM_MANAGER: LP,
    Role.SERVICE_MANAGER: LP | ADMIN | {Role.TEAM_MANAGER, Role.AGENCY_LEAD},
    Role.DIRECTOR: LP | ADMIN | CHAIR | {Role.TEAM_MANAGER, Role.SERVICE_MANAGER, Role.AGENCY_LEAD, Role.IRO},
    Role.SYSTEM_ADMIN: frozenset(Role),
}


def may_give(person: Professional, role: str, agency: Agency, on: date) -> bool:
    """Whether this person, or somebody they cover, decides about posts of this role in this agency."""
    return any(
        role in MAY_GIVE.get(Role(hat.role), NOBODY) and (hat.role in SYSTEM or hat.agency_id == agency.pk)
        for hat in hats(person, on)
    )


def require_decides(person: Professional, about: Professional, on: date) -> None:
    """Raises OwnPost for oneself, PostNotYours unless the person decides about a post like that one."""
    if person.is_same_person_as(about):
        raise OwnPost(about=[about.key])
    if not may_give(person, about.role, about.agency, on):
        raise PostNotYours(about=[about.key])


def hats(person: Professional, on: date) -> list[Professional]:
    """The person and everybody they cover on that day: whoever they may act for. An act of that day asks once."""
    act = current()
    if act is None or act.on != on:
        return _hats(person, on)
    if person.pk not in act.hats:
        act.hats[person.pk] = _hats(person, on)
    return act.hats[person.pk]


def _hats(person: Professional, on: date) -> list[Professional]:
    covered = Professional.objects.filter(
        covered_by__cover=person, covered_by__from_on__lte=on, covered_by__until_on__gte=on
    )
    return [person, *covered]


def _is_in_post(person: Professional, on: date) -> bool:
    return person.is_in_post(on)


# Whoever has left may do nothing.
is_in_post = Predicate(_is_in_post, name="is in post")


def acts_as(roles: frozenset[Role]) -> Predicate:
    """In their own role, or that of somebody they cover on that day."""

    def acts_as_one(person: Professional, on: date) -> bool:
        return any(hat.role in roles for hat in hats(person, on))

    return Predicate(acts_as_one, name=f"acts as {', '.join(sorted(roles))}")


# A predicate per act, made from its row of the matrix. An act without a row is nobody's.
RULES = RuleSet({act: is_in_post & acts_as(roles) for act, roles in MAY.items()})


def check_may(act: str, person: Professional | None, on: date) -> None:
    """Raises NotPermitted unless the act's predicate lets this person do it on that day.

    `None` is the system itself, which does only what no person does (sweeps and loading).
    """
    if person is not None and not RULES.test_rule(act, person, on):  # type: ignore[no-untyped-call]
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


SEES_ALL = AUDITOR
SOCIAL_CARE_OVERSIGHT = SERVICE | {Role.TEAM_MANAGER, Role.AGENCY_LEAD, Role.AGENCY_EXEC, Role.CONFERENCE_ADMIN}
AGENCY_OVERSIGHT = frozenset({Role.AGENCY_LEAD, Role.AGENCY_EXEC})


def visible_cases(
    cases: CaseQuerySet,
    person: Professional,
    on: date | None = None,
    wearing: Sequence[Professional] | None = None,
    at: datetime | None = None,
) -> CaseQuerySet:
    """The part of `cases` this person needs to know: by a role in it, an open link, or oversight of an agency there.

    Nobody out of post sees anything; an auditor sees all; managers and leads of social care see all its cases; a lead
    or executive of another agency sees the cases in which that agency has a part. With the day, they also see what
    those they cover that day see, since they may act for them; `wearing` when their hats are known already.

    A restricted case is seen only by those named for it, themselves and not by cover, and by auditors. Whoever broke
    the glass sees the case until their hours are over: asked only when the moment (`at`) is known.

    Nobody sees a case that was destroyed: what is said of it is `signed_in.CaseDestroyed`.
    """
    if person.left_on is not None:
        return cases.none()
    return _seen_by(cases.filter(destroyed_on=None), person, on, wearing, at)


def knew(case: Case, person: Professional, on: date, wearing: Sequence[Professional]) -> bool:
    """Whether the person may be told that this case was destroyed: by a role in it, oversight, or a part in it."""
    if any(hat.role in RETENTION for hat in wearing):
        return True
    return _seen_by(Case.objects.filter(pk=case.pk), person, on, wearing, None).exists()


def _seen_by(
    cases: CaseQuerySet,
    person: Professional,
    on: date | None,
    wearing: Sequence[Professional] | None,
    at: datetime | None,
) -> CaseQuerySet:
    if wearing is None:
        wearing = hats(person, on) if on else [person]
    if person.role in SEES_ALL:
        return cases
    day = on or (day_of(at) if at else None)
    allowed = _unrestricted_for(person)
    if not any(sees_every_case(hat) for hat in wearing):
        needed = Q()
        for hat in wearing:
            needed |= _needs_to_know(hat, day)
        allowed &= needed
    if at is not None:
        allowed |= Q(pk__in=_opened_by(person, at))
    return cases.filter(allowed).distinct()


def unrestricted(cases: CaseQuerySet, person: Professional) -> CaseQuerySet:
    """Without the restricted cases this person is not named for: what figures of the whole partnership count.

    Nothing is counted of a case that was destroyed.
    """
    cases = cases.filter(destroyed_on=None)
    return cases if person.role in SEES_ALL else cases.filter(_unrestricted_for(person))


def _unrestricted_for(person: Professional) -> Q:
    in_force = Restriction.objects.filter(state=Restriction.State.IN_FORCE)
    named = NamedReader.objects.filter(professional=person, until_on=None, restriction__in=in_force)
    return ~Q(pk__in=in_force.values("case")) | Q(pk__in=named.values("restriction__case"))


def _opened_by(person: Professional, at: datetime) -> "QuerySet[BrokenGlass, Any]":
    return BrokenGlass.objects.filter(professional=person, opened_at__lte=at, ends_at__gt=at).values("case")


def sees_every_case(person: Professional) -> bool:
    return person.role in SEES_ALL or (person.agency.key == SOCIAL_CARE and person.role in SOCIAL_CARE_OVERSIGHT)


def _needs_to_know(person: Professional, on: date | None) -> Q:
    """A link counts from its first day until the day before its last; without a day, while it is open."""
    open_now = Q(until_on=None) if on is None else Q(from_on__lte=on) & (Q(until_on=None) | Q(until_on__gt=on))
    linked = CaseLink.objects.filter(open_now, professional=person).values("case")
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

"""Every state machine against the table the domain rules draw: from where each transition may start, and where it ends.

The table is written by hand from the rules; a transition more or less than it says is a failure.
"""

import pytest
from django.apps import apps
from django_fsm import RETURN_VALUE, can_proceed

from workflow.records import StateField

ANY = "*"

MACHINES = {
    "workflow.Child": {
        "be_born": ("unborn", "born"),
        "die": ("unborn born", "died"),
    },
    "workflow.SubjectRequest": {
        "prepare": ("open", "prepared"),
        "send_back": ("prepared", "open"),
        "release": ("prepared", "released"),
        "withdraw": ("open prepared", "withdrawn"),
    },
    "workflow.Passage": {
        "keep": (ANY, "kept"),
        "take_names_out": (ANY, "names_out"),
        "leave_out": (ANY, "left_out"),
    },
    "workflow.LegalHold": {"lift": ("in_force", "lifted")},
    "workflow.DestructionOrder": {
        "release": ("proposed", "released"),
        "decline": ("proposed", "declined"),
        "withdraw": ("proposed released", "withdrawn"),
        "carry_out": ("released", "carried_out"),
    },
    "workflow.Deadline": {
        "meet": ("pending", "met"),
        "waive": ("pending", "waived"),
    },
    "workflow.JoiningLink": {"use": ("open", "used"), "stop": ("open", "stopped")},
    "meetings.Referral": {"decide": ("received", "decided")},
    "meetings.StrategyDiscussion": {
        "conclude": ("called", "concluded"),
        "distribute_record": ("concluded", "record_distributed"),
        "cancel": ("called", "cancelled"),
    },
    "meetings.Enquiry": {
        "propose": ("open", "outcome_proposed"),
        "conclude_to_conference": ("outcome_proposed", "concluded_to_conference"),
        "conclude_child_in_need": ("outcome_proposed", "concluded_child_in_need"),
        "conclude_no_further_action": ("outcome_proposed", "concluded_no_further_action"),
        "conclude_existing_plan": ("outcome_proposed", "concluded_existing_plan"),
        "ask_again": (
            "concluded_child_in_need concluded_no_further_action concluded_existing_plan",
            "outcome_proposed",
        ),
    },
    "meetings.Conference": {
        "book": ("requested", "booked"),
        "move": ("booked invited", "booked"),
        "send_invitations": ("booked", "invited"),
        "open": ("invited adjourned_inquorate adjourned_other", "open"),
        "adjourn": ("open", "adjourned_inquorate adjourned_other"),
        "decide": ("open", "held"),
        "send_letter": ("held", "letter_sent"),
        "close": ("letter_sent", "closed"),
        "cancel": ("requested booked invited", "cancelled"),
        "cancel_because_nobody_is_left": (
            "requested booked invited open adjourned_inquorate adjourned_other",
            "cancelled",
        ),
    },
    "meetings.Arrangement": {
        "ask": ("needed not_available", "asked_for"),
        "book": ("needed asked_for not_available", "booked"),
        "decline": ("needed asked_for booked", "declined"),
        "miss": ("needed asked_for booked", "not_available"),
        "cancel": ("needed asked_for booked not_available", "cancelled"),
    },
    "meetings.Invitation": {
        "invite": ("expected invited excused", "invited"),
        "excuse_from": ("expected invited excused", "excused"),
        "exclude": (ANY, "excluded"),
        "lift": ("excluded", "expected invited"),
    },
    "meetings.Minutes": {
        "draft": ("not_started returned", "with_chair"),
        "return_with": ("with_chair", "returned"),
        "approve": ("with_chair", "approved"),
        "distribute": ("approved", "distributed"),
        "challenge": ("distributed amended challenged", "challenged"),
        "settle": ("challenged", "amended distributed"),
        "finalise": ("distributed amended", "final"),
    },
    "meetings.CoreGroup": {"distribute_record": ("held partial", "record_distributed")},
    "meetings.Dissent": {
        "formalise": ("noted", "formal"),
        "answer_with": ("formal", "decision_stands review_brought_forward"),
    },
    "meetings.LegalPlanningMeeting": {"hold": ("recommended", "held")},
    "meetings.DischargeMeeting": {
        "hold": ("called", "held"),
        "distribute_record": ("held", "record_distributed"),
        "cancel": ("called", "cancelled"),
    },
    "meetings.LookedAfterReview": {
        "hold": ("owed", "held"),
        "combine": ("owed", "combined"),
        "end": ("owed", "not_owed"),
    },
    "meetings.SeriousIncident": {"notify": ("recorded", "notified")},
    "plans.Plan": {
        "agree": ("outline active", "active"),
        "end_at_review": ("outline active", "ended_review"),
        "end_by_transfer": ("outline active", "ended_transfer"),
        "end_without_conference": ("outline active", "ended_admin"),
    },
    "meetings.AgendaItem": {
        "take_up": ("planned done skipped", "under_way"),
        "finish": ("under_way", "done"),
        "skip": ("planned under_way", "skipped"),
    },
    "meetings.Release": {"release": ("prepared", "released"), "withdraw": ("prepared", "withdrawn")},
    "plans.Action": {
        "block": ("agreed", "blocked"),
        "complete": ("agreed blocked", "completed"),
        "verify": ("completed", "verified"),
        "reopen": ("completed verified", "agreed"),
        "cancel": ("agreed blocked", "cancelled"),
    },
    "meetings.SignedLink": {"use": ("open", "open"), "revoke": ("open", "revoked")},
    "notifications.OutsideMail": {
        "attempt": ("queued", "queued"),
        "put_off": ("queued", "queued"),
        "hand_over": ("queued withdrawn", "handed_over"),
        "fail": ("queued", "failed"),
        "withdraw": ("queued failed", "withdrawn"),
        "arrive": ("handed_over", "handed_over"),
        "come_back": ("queued handed_over", "failed"),
    },
    "notifications.WebhookDelivery": {
        "attempt": ("queued", "queued"),
        "put_off": ("queued", "queued"),
        "take": ("queued", "delivered"),
        "fail": ("queued", "failed"),
        "withdraw": ("queued", "withdrawn"),
    },
    "notifications.WebhookTarget": {"stop": ("active", "stopped")},
    "notifications.ApiKey": {"revoke": ("active", "revoked")},
    "workflow.ClockStop": {"end": ("stopped", "ended")},
    "workflow.Restriction": {"lift": ("in_force", "lifted")},
    "workflow.BrokenGlass": {
        "find_justified": ("to_review", "justified"),
        "find_not_justified": ("to_review", "not_justified"),
    },
    "workflow.PolicyProposal": {
        "propose": ("draft", "proposed"),
        "approve": ("proposed", "approved"),
        "decline": ("proposed", "declined"),
        "withdraw": ("draft proposed", "withdrawn"),
    },
    "plans.AuditFinding": {"complete": ("open", "done")},
    "plans.AskedDate": {
        "approve": ("asked", "approved"),
        "decline": ("asked", "declined"),
        "take_back": ("asked", "taken_back"),
    },
    "plans.SignedEdition": {"countersign": ("signed", "countersigned"), "send_back": ("signed", "sent_back")},
    "plans.OtherPlan": {"end": ("running", "ended")},
    "escalation.HandOver": {
        "accept": ("offered", "accepted"),
        "decline": ("offered", "declined"),
        "withdraw": ("offered", "withdrawn"),
        "give_back": ("offered accepted", "given_back"),
    },
    "escalation.Acknowledgement": {"keep": ("acknowledged", "kept"), "lapse": ("acknowledged", "lapsed")},
    "escalation.Disagreement": {
        "to_stage2": ("stage1", "stage2"),
        "to_stage3": ("stage1 stage2", "stage3"),
        "to_stage4": ("stage1 stage2 stage3", "stage4"),
        "resolve": ("stage1 stage2 stage3 stage4", "resolved"),
    },
}


def declared(model) -> dict[str, tuple[set[str], set[str]]]:
    """From the code: transition to the states it starts from and ends in."""
    field = model._meta.get_field("state")
    found: dict[str, tuple[set[str], set[str]]] = {}
    for transition in field.get_all_transitions(model):
        target = transition.target
        ends = set(target.allowed_states) if isinstance(target, RETURN_VALUE) else {target}
        starts = found.setdefault(transition.name, (set(), set()))
        starts[0].add(str(transition.source))
        starts[1].update(map(str, ends))
    return found


@pytest.mark.parametrize("label", MACHINES)
def test_the_machine_is_the_one_the_rules_draw(label):
    drawn = {name: (set(starts.split()), set(ends.split())) for name, (starts, ends) in MACHINES[label].items()}
    assert declared(apps.get_model(label)) == drawn


def _rows():
    for label, machine in MACHINES.items():
        states = [value for value, _ in apps.get_model(label).State.choices]
        for name, (starts, _) in machine.items():
            for state in states:
                yield pytest.param(
                    label, name, state, starts == ANY or state in starts.split(), id=f"{label}-{name}-{state}"
                )


@pytest.mark.parametrize(("label", "name", "state", "may"), list(_rows()))
def test_a_transition_starts_from_where_it_should_and_from_nowhere_else(label, name, state, may):
    record = apps.get_model(label)(state=state)
    assert can_proceed(getattr(record, name)) is may


def test_every_record_with_a_state_is_in_the_table_or_says_why_not():
    """Small machines whose whole life is one screen of code; their transitions are played in the stories."""
    small = {
        "meetings.Exclusion",
        "meetings.MinutesCopy",
        "meetings.Challenge",
        "meetings.Transfer",
        "notifications.Notification",
        "notifications.Heartbeat",
    }
    kept = {
        model._meta.label
        for model in apps.get_models()
        if any(isinstance(field, StateField) for field in model._meta.fields) and "Historical" not in model.__name__
    }
    assert kept == set(MACHINES) | small

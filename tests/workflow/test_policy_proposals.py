"""A change of the policy takes two people and a day that is still to come, and moves nothing that is open."""

from datetime import date

import pytest

from tests.making import A_WEDNESDAY, a_case, a_deadline, a_partnership, a_professional, doing
from workflow import policy_proposals
from workflow.acts import PARTNERSHIP
from workflow.errors import (
    DateInPast,
    NotPermitted,
    PolicyUnreadable,
    ReasonRequired,
    SecondPersonNeeded,
    StartsBeforeAnother,
    WrongState,
)
from workflow.models import Deadline, PolicyVersion, Role
from workflow.policy import policy_on
from workflow.rule_changes import change_policy

pytestmark = pytest.mark.django_db
LATER = date(2026, 4, 1)
ON = {"on": A_WEDNESDAY}


@pytest.fixture
def people():
    found = a_partnership()
    with doing():
        found["second"] = a_professional("second_officer", Role.PARTNERSHIP, found[Role.PARTNERSHIP].agency)
    return found


def drafted(people, changes=None, **said):
    said = {"starts_on": LATER, "reason": "Families waited too long.", "by": people[Role.PARTNERSHIP], **ON, **said}
    return policy_proposals.draft_policy(PARTNERSHIP, changes or {"icpc_hold": "10 wd"}, **said)


def proposed(people, changes=None, **said):
    return policy_proposals.propose_policy(drafted(people, changes, **said), by=people[Role.PARTNERSHIP], **ON)


def test_a_second_person_lets_it_go_and_it_holds_from_its_day(people):
    proposal = policy_proposals.approve_policy(proposed(people), by=people["second"], **ON)
    assert proposal.state == "approved"
    assert proposal.made.agreed_by == people["second"] and proposal.made.made_by == people[Role.PARTNERSHIP]
    assert str(policy_on(date(2026, 3, 31)).span("icpc_hold")) == "15 wd"
    assert str(policy_on(LATER).span("icpc_hold")) == "10 wd"


def test_nobody_lets_go_or_declines_what_they_wrote_or_proposed(people):
    proposal = proposed(people)
    with pytest.raises(SecondPersonNeeded):
        policy_proposals.approve_policy(proposal, by=people[Role.PARTNERSHIP], **ON)
    with pytest.raises(SecondPersonNeeded):
        policy_proposals.decline_policy(proposal, reason="No.", by=people[Role.PARTNERSHIP], **ON)
    assert not PolicyVersion.objects.exists()


def test_whoever_wrote_the_draft_last_is_not_the_second_person(people):
    draft = drafted(people)
    policy_proposals.change_draft_policy(
        draft, {"icpc_hold": "12 wd"}, starts_on=LATER, reason="After talks.", by=people["second"], **ON
    )
    policy_proposals.propose_policy(draft, by=people[Role.PARTNERSHIP], **ON)
    with pytest.raises(SecondPersonNeeded):
        policy_proposals.approve_policy(draft, by=people["second"], **ON)


def test_what_was_proposed_is_not_changed_any_more(people):
    with pytest.raises(WrongState):
        policy_proposals.change_draft_policy(
            proposed(people), {"icpc_hold": "1 wd"}, starts_on=LATER, reason="x", by=people["second"], **ON
        )


@pytest.mark.parametrize("state", ["draft", "declined", "withdrawn", "approved"])
def test_only_what_is_proposed_can_be_let_go(people, state):
    draft = drafted(people)
    if state == "withdrawn":
        policy_proposals.withdraw_policy(draft, reason="Not now.", by=people[Role.PARTNERSHIP], **ON)
    elif state != "draft":
        policy_proposals.propose_policy(draft, by=people[Role.PARTNERSHIP], **ON)
        if state == "declined":
            policy_proposals.decline_policy(draft, reason="Too short.", by=people["second"], **ON)
        else:
            policy_proposals.approve_policy(draft, by=people["second"], **ON)
    with pytest.raises(WrongState):
        policy_proposals.approve_policy(draft, by=people["second"], **ON)
    assert PolicyVersion.objects.count() == (state == "approved")


@pytest.mark.parametrize(
    ("changes", "said", "refusal"),
    [
        ({"icpc_hold": "soon"}, {}, PolicyUnreadable),
        ({"nobody_knows": 1}, {}, PolicyUnreadable),
        ({"icpc_hold": "10 wd"}, {"reason": " "}, ReasonRequired),
        ({"icpc_hold": "10 wd"}, {"starts_on": A_WEDNESDAY}, DateInPast),
    ],
)
def test_a_draft_can_be_read_has_a_reason_and_a_day_still_to_come(people, changes, said, refusal):
    with pytest.raises(refusal):
        drafted(people, changes, **said)


def test_a_day_that_came_before_anybody_decided_is_refused(people):
    proposal = proposed(people)
    with pytest.raises(DateInPast):
        policy_proposals.approve_policy(proposal, by=people["second"], on=LATER)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.LEAD_PRACTITIONER, Role.DIRECTOR, Role.CONFERENCE_CHAIR])
def test_only_the_partnership_writes_the_policy(people, role):
    with pytest.raises(NotPermitted):
        drafted(people, by=people[role])


def test_no_change_slips_in_before_one_that_is_agreed_for_later(people):
    policy_proposals.approve_policy(proposed(people), by=people["second"], **ON)
    with pytest.raises(StartsBeforeAnother):
        change_policy(
            PARTNERSHIP,
            "decision_letter",
            "2 wd",
            agreed_by=people[Role.CONFERENCE_ADMIN],
            by=people[Role.PARTNERSHIP],
            **ON,
        )


def test_open_dates_keep_their_value_and_are_listed_until_a_named_person_works_one_out_again(people):
    case = a_case(people)
    deadline = a_deadline(case)
    was = deadline.due_on
    policy_proposals.approve_policy(proposed(people), by=people["second"], **ON)
    assert deadline.fresh().due_on == was
    with pytest.raises(ReasonRequired):
        policy_proposals.recalculate_deadline(deadline, reason="", by=people[Role.TEAM_MANAGER], on=LATER)
    [touched] = policy_proposals.touched(Deadline.objects.pending(), policy_on(LATER))
    assert (touched.deadline, str(touched.value)) == (deadline, "10 wd")
    said = "Agreed with the family."
    again = policy_proposals.recalculate_deadline(deadline, reason=said, by=people[Role.TEAM_MANAGER], on=LATER)
    assert again.due_on == touched.due == date(2026, 4, 1)
    assert again.first_due_on == was and said in again.moved_because
    assert not policy_proposals.touched(Deadline.objects.pending(), policy_on(LATER))


def test_a_date_that_would_be_over_already_is_not_worked_out_again(people):
    deadline = a_deadline(a_case(people))
    policy_proposals.approve_policy(proposed(people), by=people["second"], **ON)
    with pytest.raises(DateInPast):
        policy_proposals.recalculate_deadline(deadline, reason="x", by=people[Role.TEAM_MANAGER], on=date(2026, 4, 3))

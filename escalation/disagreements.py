"""Professional disagreements: from the practitioners to the partnership, stage by stage, until both agencies confirm.

The child's safety comes first: with an immediate risk any stage may be the first and every stage is due the same day.
A stage that is moved up was not answered, so its deadline is waived, not met. Nothing closes by itself.
"""

from collections.abc import Sequence
from datetime import date

from escalation.models import Disagreement
from workflow import deadlines
from workflow.acts import act
from workflow.errors import AlreadyExists, BothMustConfirm, NoHigherStage, NotPermitted, StageSkipped, WrongState
from workflow.models import Agency, Case, Deadline, Professional, WhyWaived
from workflow.people import link, take_part
from workflow.permissions import speaks_for

LAST_STAGE = 4


@act
def raise_disagreement(
    case: Case,
    key: str,
    *,
    with_agency: Agency,
    answer_from: Professional,
    about: str,
    immediate_risk: bool = False,
    stage: int = 1,
    by: Professional,
    on: date,
) -> Disagreement:
    """Opens a disagreement between the doer's agency and another, and its first clock (working days; same day at risk).

    Raises StageSkipped when it starts above stage 1 without an immediate risk.
    """
    if Disagreement.objects.filter(case=case, key=key).exists():
        raise AlreadyExists(about=[key])
    if stage > 1 and not immediate_risk:
        raise StageSkipped(about=[key])
    disagreement = Disagreement(
        case=case,
        key=key,
        raised_by=by,
        agency=by.agency,
        with_agency=with_agency,
        answer_from=answer_from,
        about=about,
        is_immediate_risk=immediate_risk,
        raised_on=on,
    )
    climb(disagreement, stage)
    disagreement.save()
    take_part(case, with_agency)
    link(case, answer_from, "disagreement", on=on)
    _start_clock(disagreement, on)
    return disagreement


@act
def escalate_disagreement(
    disagreement: Disagreement, *, answer_from: Professional, reason: str = "", by: Professional, on: date
) -> Disagreement:
    """To the next stage, answered by somebody else. Raises NoHigherStage at the partnership."""
    _check_party(disagreement, by, on)
    if disagreement.is_resolved:
        raise WrongState(about=[disagreement.key])
    if disagreement.stage == LAST_STAGE:
        raise NoHigherStage(about=[disagreement.key])
    deadlines.waive(_clock(disagreement), WhyWaived.MOVED_UP)
    climb(disagreement, disagreement.stage + 1)
    disagreement.answer_from = answer_from
    disagreement.save()
    link(disagreement.case, answer_from, "disagreement", on=on)
    _start_clock(disagreement, on)
    return disagreement


@act
def resolve_disagreement(
    disagreement: Disagreement,
    *,
    outcome: str,
    confirmed_by: Sequence[Agency],
    learning: str = "",
    by: Professional,
    on: date,
) -> Disagreement:
    """Ends it with an outcome both agencies confirm, and what can be learned from it if anything (a `Learning`).

    Raises BothMustConfirm.
    """
    _check_party(disagreement, by, on)
    if disagreement.is_resolved:
        raise WrongState(about=[disagreement.key])
    parties = {disagreement.agency, disagreement.with_agency}
    if not parties <= set(confirmed_by):
        raise BothMustConfirm(about=[agency.key for agency in parties - set(confirmed_by)])
    deadlines.meet(_clock(disagreement), on=on)
    disagreement.resolve(on=on, outcome=outcome, learning=Disagreement.Learning(learning) if learning else "")
    disagreement.save()
    return disagreement


def climb(disagreement: Disagreement, stage: int) -> None:
    """To `stage` by the one transition that leads there; stage 1 is where it starts."""
    if stage > 1:
        getattr(disagreement, f"to_stage{stage}")()


def _check_party(disagreement: Disagreement, by: Professional, on: date) -> None:
    if not any(speaks_for(by, agency, on) for agency in (disagreement.agency, disagreement.with_agency)):
        raise NotPermitted(about=[by.agency.key])


def _clock(disagreement: Disagreement) -> Deadline | None:
    return deadlines.pending(disagreement.case, "disagreement", f"{disagreement.key}:{disagreement.stage}")


def _start_clock(disagreement: Disagreement, on: date) -> None:
    stage, case = disagreement.stage, disagreement.case
    subject, title = f"{disagreement.key}:{stage}", f"Answer to a disagreement, stage {stage}"
    because = f"stage {stage} of the disagreement opened"
    if disagreement.is_immediate_risk:
        deadlines.start_chosen(
            case,
            "disagreement",
            subject,
            due=on,
            because=f"{because} with an immediate risk: the same day",
            owner=disagreement.answer_from,
            title=title,
            on=on,
            about=disagreement,
            fast=True,
        )
        return
    deadlines.start(
        case,
        "disagreement",
        subject,
        timescale=f"disagreement_stage_{stage}",
        since=on,
        because=because,
        owner=disagreement.answer_from,
        title=title,
        on=on,
        about=disagreement,
    )

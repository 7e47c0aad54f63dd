"""What surrounds an action when it is proposed: the plan's outcomes, the next review, and what the policy refuses."""

from collections.abc import Mapping, Sequence
from datetime import date

from plans.models import Outcome
from plans.smart import ActionDraft, SmartCheck, check
from workflow import deadlines
from workflow.errors import ActionNotSmart
from workflow.models import Case, Child
from workflow.policy import policy_on


def checked(case: Case, draft: ActionDraft, *, on: date, also_agreed: Mapping[str, str] | None = None) -> SmartCheck:
    """The five letters of an action, with everything its plan says. `also_agreed`: outcomes agreed with it, by key."""
    return check(
        draft,
        policy_on(on).settings["vague_words"],
        outcomes=outcomes_of(case) | dict(also_agreed or {}) or None,
        next_review_on=next_review_on(case, draft.children),
    )


def outcomes_of(case: Case) -> dict[str, str]:
    """What the plan's outcomes say, by key."""
    return {each.key: f"{each.text} {each.measure}".strip() for each in Outcome.objects.filter(case=case)}


def next_review_on(case: Case, children: Sequence[Child]) -> date | None:
    """The first day on which a review of any of the children's plans is owed."""
    owed = [deadlines.pending(case, "review", child.key) for child in children]
    return min((each.due_on for each in owed if each), default=None)


def require_smart(
    case: Case, drafts: Sequence[ActionDraft], *, on: date, also_agreed: Mapping[str, str] | None = None
) -> None:
    """Refuses what is missing; and what the policy's `smart_refuses` names, unless a reason to keep it is given.

    Raises ActionNotSmart naming the actions, and in its detail what each should say instead.
    """
    codes = policy_on(on).settings["smart_refuses"]
    refused: dict[str, list[str]] = {}
    for draft in drafts:
        found = check(draft) if not codes else checked(case, draft, on=on, also_agreed=also_agreed)
        against = [finding for finding in found.findings if finding.refuses]
        if not draft.smart_override.strip():
            against += [finding for finding in found.named(codes) if not finding.refuses]
        if against:
            refused[draft.key] = [finding.says for finding in against]
    if refused:
        raise ActionNotSmart(" ".join(f"{key}: {' '.join(says)}" for key, says in refused.items()), about=refused)

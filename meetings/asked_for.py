"""What a conference asked for, and who altered or dropped it since.

The chair is told of each change by anybody else (notice RECOMMENDATION_ALTERED); only a chair may drop an action.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery
from django.db.models.fields.json import KT

from plans.models import Action, AskedDate
from workflow.models import Case, Entry, Professional, Role

ALTERS = {
    "redate_action": "given a new date",
    "approve_new_date": "given a new date",
    "hand_over_action": "handed over",
    "cancel_action": "dropped",
    "review_action": "dropped",  # a conference that looked at it again; every other answer alters nothing
}


@dataclass(frozen=True)
class Alteration:
    """One change to what a conference asked for."""

    what: str
    entry: Entry
    asked: str = ""  # the reason that stood in the request, when the date was asked for and approved

    @property
    def by_a_chair(self) -> bool:
        return self.entry.role == Role.CONFERENCE_CHAIR

    @property
    def why(self) -> str:
        return self.entry.reason or self.asked or str(self.entry.details.get("why") or "")

    @property
    def by(self) -> Professional | None:
        return self.entry.by


@dataclass(frozen=True)
class AskedFor:
    """One action that came from a conference, and everything that was altered about it."""

    action: Action
    alterations: Sequence[Alteration]


def altered_since(case: Case) -> list[AskedFor]:
    """The actions conferences asked for that were given a new date, handed over or dropped: two statements."""
    actions = {action.key: action for action in Action.objects.filter(case=case).exclude(from_conference="")}
    approved = AskedDate.objects.filter(
        case=case, state=AskedDate.State.APPROVED, action__key=OuterRef("of"), ended_on=OuterRef("happened_at__date")
    )
    done = (
        Entry.objects.filter(case=case, act__in=ALTERS, outcome=Entry.Outcome.DONE)
        .select_related("by")
        .annotate(of=KT("details__action"))
        .annotate(asked=Subquery(approved.order_by("-pk").values("reason")[:1]))
    )
    found: dict[str, list[Alteration]] = {}
    for entry in done.order_by("number"):
        key = str(entry.details.get("action"))
        if key in actions and (entry.act != "review_action" or entry.details.get("answer") == "dropped"):
            found.setdefault(key, []).append(Alteration(ALTERS[entry.act], entry, entry.asked or ""))
    return [AskedFor(actions[key], changes) for key, changes in found.items()]

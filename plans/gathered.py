"""What stands around a plan, gathered with the plan itself: rows of other tables as JSON, in the same statement."""

from typing import Any

from django.db.models import Aggregate, F, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from plans.models import OtherPlan, Plan, PlanAgreement, SignedEdition, Visit, VisitPattern
from workflow.models import Deadline


class Rows(Aggregate):
    """The rows of a group as one JSON list. Days come as text."""

    function = "JSON_GROUP_ARRAY"
    output_field = JSONField()

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSONB_AGG", **extra)


def rows(found: QuerySet[Any, Any], group: str, **fields: str) -> Subquery:
    """Every row of `found`, which is about one value of `group`, with these fields."""
    return Subquery(found.order_by().values(group).annotate(gathered=Rows(JSONObject(**fields))).values("gathered"))


def with_what_stands_around(plans: QuerySet[Plan]) -> QuerySet[Plan]:
    """The plans with what the family says, the other plans, the meetings owed, the visits made and agreed."""
    signatures = SignedEdition.objects.filter(plan=OuterRef("pk"), edition=OuterRef("edition")).order_by("-pk")
    patterns = VisitPattern.objects.filter(plan=OuterRef("pk")).order_by("-pk")
    return plans.annotate(
        answers=rows(
            PlanAgreement.objects.filter(plan=OuterRef("pk")),
            "plan",
            id="id",
            member="member",
            name="member__name",
            says="says",
            words="words",
            said_on="said_on",
            edition="edition",
        ),
        others=rows(
            OtherPlan.objects.filter(case=OuterRef("case"), state=OtherPlan.State.RUNNING),
            "case",
            id="id",
            child="child",
            member="member",
            name="member__name",
            kind="kind",
            led_by="led_by",
            next_review_on="next_review_on",
        ),
        meetings_owed=rows(
            Deadline.objects.pending().filter(
                case=OuterRef("case"), subject=OuterRef("child__key"), code__in=["core_group", "review"]
            ),
            "case",
            title="title",
            on="due_on",
        ),
        actions_owed=rows(
            Deadline.objects.pending().filter(case=OuterRef("case"), code="action"),
            "case",
            key="subject",
            title="title",
            on="due_on",
            person="owner_professional__name",
            family="owner_family_member__name",
            member="owner_family_member",
        ),
        visits_made=rows(
            Visit.objects.filter(child=OuterRef("child")),
            "child",
            on="visited_on",
            seen="was_seen",
            unannounced="was_unannounced",
        ),
        pattern=Subquery(
            patterns.values(
                told=JSONObject(
                    visits=F("visits"), weeks=F("weeks"), unannounced=F("unannounced"), agreed_on=F("agreed_on")
                )
            )[:1]
        ),
        signed=Subquery(
            signatures.values(told=JSONObject(state=F("state"), by=F("signed_by__name"), second=F("decided_by__name")))[
                :1
            ]
        ),
    )

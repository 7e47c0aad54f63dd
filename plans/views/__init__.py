"""Pages about plans, a file per page: the plan, how it stood, how its dates moved, where it drifts."""

from plans.views.adding import add, check
from plans.views.baseline import baseline
from plans.views.comparing import compare
from plans.views.drifting import drift_of_case, drift_of_child, siblings
from plans.views.editions import edition, editions
from plans.views.everywhere import drift, quiet
from plans.views.moved_dates import dates, why
from plans.views.one_action import action
from plans.views.other_plans import other_plan, other_plans
from plans.views.the_plan import plan
from plans.views.with_the_family import agreement, visit_pattern
from plans.views.words import childs_words

__all__ = [
    "action",
    "add",
    "agreement",
    "baseline",
    "check",
    "childs_words",
    "compare",
    "dates",
    "drift",
    "drift_of_case",
    "drift_of_child",
    "edition",
    "editions",
    "other_plan",
    "other_plans",
    "plan",
    "quiet",
    "siblings",
    "visit_pattern",
    "why",
]

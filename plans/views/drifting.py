"""Where a plan drifts: the children of one case, and every measure of one child as of any day."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from plans import ratings
from plans.as_it_stood import Moment
from plans.child_drift import ChildHistory, Standing, trend
from plans.flags import about_in_words, flag_in_words
from plans.forms import AsItStoodForm
from plans.held import time_held
from plans.measures import measures
from plans.models import Flag
from plans.siblings import side_by_side
from plans.stagnation import days_untouched, untouched
from plans.views.asking import KnownByForm, asked, known_by
from workflow.as_of import end_of
from workflow.models import Case, Child
from workflow.policy import calendar
from workflow.signed_in import asked_at, asked_on, case_for

RATINGS = {"red": ("Red", "red"), "amber": ("Amber", "orange"), "green": ("Green", "green")}
DRAWN_WIDE, DRAWN_HIGH, MARGIN = 400, 100, 12


class DriftForm(KnownByForm, AsItStoodForm):
    field_order = ("on", "known")


@login_required
@require_safe
def drift_of_case(request: HttpRequest, reference: str) -> HttpResponse:
    """The children of a case: how each stands and why, and what nobody has touched."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    today = asked_on(request)
    standing = {one.plan.child_id: one for one in ratings.of_cases([case]).get(case.pk, [])}
    children = list(case.children.all())
    shown = {
        "children": [{"child": child, "standing": _rated(child, standing.get(child.pk))} for child in children],
        "may_differ": len(standing) > 1,
        "held": time_held(case, at=asked_at(request), days=calendar()),
        "quiet": [(action, days_untouched(action, today)) for action in untouched([case], today)],
    }
    return render(request, "plans/drift_of_case.html", {"case": case, "here": "drift"} | shown)


@login_required
@require_safe
def siblings(request: HttpRequest, reference: str) -> HttpResponse:
    """Where the plans of one family's children differ, and whether anybody wrote down why."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    found = side_by_side(list(case.children.all()), end_of(asked_on(request)))
    return render(request, "plans/siblings.html", {"case": case, "here": "drift", "siblings": found})


def _whom(flag: Flag, child: Child) -> str:
    """Whom or what it is about, unless it is the child whose plan it is."""
    return "" if flag.about == child.key else about_in_words(flag.about)


def _rated(child: Child, standing: ratings.Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    word, colour = RATINGS[standing.rating]
    return {
        "word": word,
        "colour": colour,
        "reasons": [(flag_in_words(flag.code), _whom(flag, child), flag.facts) for flag in standing.reasons],
    }


@login_required
@require_safe
def drift_of_child(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Every measure of drift of one child, now or as of an earlier day, each with its rows; and the trend."""
    case = case_for(request, reference, Case.objects.prefetch_related("children"))
    child = _child(case, pk)
    today = asked_on(request)
    form = DriftForm(asked(request, "on", "known"), initial={"on": today})
    form.is_valid()
    told = getattr(form, "cleaned_data", {})
    on, known = min(told.get("on") or today, today), told.get("known")
    kept = ChildHistory(child, calendar())
    seen = kept.on(on, known_by(known))
    held = [moment for moment in kept.meetings_by_name if moment.on <= today]
    shown: dict[str, Any] = {
        "child": child,
        "form": form,
        "on": on,
        "is_past": on != today,
        "known": known,
        "before": next((moment for moment in reversed(held) if moment.on < on), None),
        "after": next((moment for moment in held if on < moment.on <= today), None),
    }
    if seen is not None:
        word, colour = RATINGS[seen.rating]
        conferences = [moment for moment in held if moment.is_conference and moment.on < on]
        standings = trend(kept, [*conferences, Moment(on, "Then" if on != today else "Now")], known_by(known))
        shown |= {
            "seen": seen,
            "rating": {"word": word, "colour": colour},
            "measures": measures(seen),
            "trend": [(each, *RATINGS[each.rating]) for each in standings],
            "drawing": drawn(standings),
        }
    return render(request, "plans/drift_of_child.html", {"case": case, "here": "drift"} | shown)


def _child(case: Case, pk: int) -> Child:
    found = next((child for child in case.children.all() if child.pk == pk), None)
    if found is None:
        raise Http404
    return found


def drawn(standings: list[Standing]) -> dict[str, Any]:
    """The sum of slippage over time as points of a drawing, and what it shows in words."""
    if len(standings) < 2:
        return {}
    first, last = standings[0].on, standings[-1].on
    width, most = max((last - first).days, 1), max([each.slipped for each in standings] + [1])
    points = [
        {
            "x": MARGIN + (DRAWN_WIDE - 2 * MARGIN) * (each.on - first).days // width,
            "y": DRAWN_HIGH - MARGIN - (DRAWN_HIGH - 3 * MARGIN) * each.slipped // most,
            "slipped": each.slipped,
        }
        for each in standings
    ]
    return {
        "points": points,
        "line": " ".join(f"{point['x']},{point['y']}" for point in points),
        "finding": f"Slippage went from {standings[0].slipped} working days on {first:%-d %b %Y} "
        f"to {standings[-1].slipped} on {last:%-d %b %Y}.",
    }

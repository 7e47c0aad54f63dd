"""What if the rules had been other ones? A page on which past nights are played again. Nothing changes by asking."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from config.policy_room import FEW, SHOWN, few, in_words, may_look, read_changes
from escalation.what_differs import Comparison, asked
from escalation.what_if import OtherRules, UnreadablePolicy
from workflow.date_input import DateInputField
from workflow.models import Case, Role
from workflow.scope import narrow_to, scope_of_figures
from workflow.signed_in import asked_on, may_do, person_of, visible_cases_of
from workflow.working_days import add_months


class WhatIf(forms.Form):
    """Other rules and the months to play again; an address can be kept, since nothing is changed."""

    changes = forms.CharField(
        label="Which rules would have been other ones?",
        help_text='One line for each: ladder = ["1 wd", "3 wd", "5 wd", "10 wd"].',
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    first = DateInputField(label="From which night?", named="The first night")
    last = DateInputField(label="To which night?", named="The last night")

    def clean_changes(self) -> OtherRules:
        try:
            return OtherRules.read(read_changes(self.cleaned_data["changes"]))
        except UnreadablePolicy as faults:
            raise forms.ValidationError([f"{key}: {why}." for key, why in faults.faults.items()]) from faults

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("first") and said.get("last") and said["last"] < said["first"]:
            self.add_error("last", "The last night comes before the first.")
        return said


@login_required
@require_safe
def what_if(request: HttpRequest) -> HttpResponse:
    """Plays past nights again under other rules and says what would have been raised. Changes nothing."""
    may_look(request)
    on = asked_on(request)
    sent = "changes" in request.GET
    form = WhatIf(request.GET if sent else None, initial={"first": add_months(on, -3), "last": on})
    shown: dict[str, Any] = {"form": form, "few": FEW}
    if sent and form.is_valid():
        said = form.cleaned_data
        person = person_of(request)
        narrow_to(scope_of_figures(person))
        found = asked(
            Case.objects.counted_for(person).values("pk"),
            said["changes"],
            first=said["first"],
            last=said["last"],
        )
        shown |= _result(request, found) | {
            "rules": [(code, str(value)) for code, value in said["changes"].values.items()]
            + [(code, in_words(value)) for code, value in said["changes"].settings.items()],
            "draft": f"{reverse('policy-draft')}?{_text(request)}",
            "may_draft": may_do(request, "draft_policy"),
        }
    return render(request, "config/policy_what_if.html", shown)


def _text(request: HttpRequest) -> str:
    return urlencode({"text": request.GET["changes"]})


def _result(request: HttpRequest, found: Comparison) -> dict[str, Any]:
    """The figures, few hidden outside the case team; single alerts only of cases the reader sees."""
    visible = set(visible_cases_of(request).values_list("pk", flat=True))
    open_to_all = person_of(request).role == Role.AUDITOR

    def told(*numbers: int) -> list[str]:
        return [str(number) if open_to_all else few(number) for number in numbers]

    return {
        "found": found,
        "was": told(len(found.was))[0],
        "now": told(len(found.now))[0],
        "counts": [
            ("Earlier", *told(len(found.earlier)), _middle(found.earlier)),
            ("Later", *told(len(found.later)), _middle(found.later)),
            ("On the same night", *told(len(found.same_day)), ""),
            ("Would not have been raised", *told(len(found.missed)), ""),
            ("Would have been new", *told(len(found.added)), ""),
            ("Duties late that were in time", *told(len(found.newly_late)), ""),
            ("Duties in time that were late", *told(len(found.no_longer_late)), ""),
        ],
        "rungs": _rungs(found, open_to_all),
        "hearers": [(role, agency, rung, *told(was, now)) for role, agency, rung, was, now in found.by_hearer],
        "hides": not open_to_all,
        "missed": [(found.references[one.case_id], one) for one in found.missed if one.case_id in visible][:SHOWN],
        "added": [(found.references[one.case_id], one) for one in found.added if one.case_id in visible][:SHOWN],
    }


def _rungs(found: Comparison, open_to_all: bool) -> list[tuple[int, str, str]]:
    """By rung; where only one figure of a column would be hidden, the next smallest is hidden with it."""
    columns = [_column([row[which] for row in found.by_rung], open_to_all) for which in (1, 2)]
    return [(row[0], was, now) for row, was, now in zip(found.by_rung, *columns, strict=True)]


def _column(numbers: list[int], open_to_all: bool) -> list[str]:
    hidden = {at for at, number in enumerate(numbers) if 0 < number < FEW and not open_to_all}
    if len(hidden) == 1:
        others = [at for at, number in enumerate(numbers) if number and at not in hidden]
        hidden |= {min(others, key=lambda at: numbers[at])} if others else set()
    return ["not told" if at in hidden else str(number) for at, number in enumerate(numbers)]


def _middle(shifts: Any) -> str:
    days = sorted(abs(one.days) for one in shifts)
    return f"by {days[len(days) // 2]} working days in the middle, {days[-1]} at most" if days else ""

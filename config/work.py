"""My work: the turns somebody holds, and the page on which a turn is taken.

Gone without `meetings.flows`; the law stays.
"""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from config import clock
from meetings import flows
from meetings.forms import PAGES, form_for
from workflow.errors import Refused
from workflow.signed_in import open_case, person_of, visible_cases_of


@login_required
def my_work(request: HttpRequest) -> HttpResponse:
    """Every turn that waits for the reader, oldest first."""
    person_of(request)
    turns = [
        {"task": task, "title": task.flow_task.turn_title, "course": flows.course_of(task.process)}
        for task in flows.inbox(request.user)
    ]
    return render(request, "config/my_work.html", {"turns": turns})


@login_required
def turn(request: HttpRequest, task_id: int) -> HttpResponse:
    """One turn: its form, and what the domain says to the answer."""
    person = person_of(request)
    task = next((task for task in flows.inbox(request.user) if task.pk == task_id), None)
    if task is None:
        raise Http404
    course = flows.course_of(task.process)
    if not visible_cases_of(request).filter(pk=course.case.pk).exists():
        raise Http404
    open_case(request, course.case)
    if task.flow_task.act in PAGES and course.conference is not None:
        return redirect(PAGES[task.flow_task.act], course.conference.pk)
    form_class = form_for(task.flow_task.act, course)
    form = form_class(request.POST or None, course=course)
    if request.method == "POST" and form.is_valid():
        try:
            form.perform(by=person, at=clock.now())
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            flows.keep_up(course.case)
            messages.success(request, f"Done: {task.flow_task.turn_title.lower()}, {course.case.reference}.")
            return redirect("my-work")
    return render(request, "config/turn.html", _shown(task, course, form))


def _shown(task: Any, course: Any, form: Any) -> dict[str, Any]:
    return {"form": form, "title": task.flow_task.turn_title, "course": course, "case": course.case}


def keep_worklist() -> int:
    """Notices what was done elsewhere, so that nobody is shown a turn that was already taken.

    Returns the turns ended.
    """
    return flows.catch_up()

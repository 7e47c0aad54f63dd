"""Whose turn is it? The way from a referral to an agreed plan, as viewflow walks it.

This file owns no date, no fact and no rule: delete it, and states still refuse illegal moves, deadlines still run and
the sweep still alerts; only the guided worklist is gone. Each human node names the act that is the turn, who holds
it, and the question by which the records say that it is done. A turn done on another page, by a story or by the
system is noticed here (`keep_up`), so the walk never disagrees with the record.
"""

from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Max
from viewflow import this
from viewflow.workflow import STATUS, flow, lock
from viewflow.workflow.models import Process, Task
from viewflow.workflow.status import PROCESS

from meetings.course import Course
from meetings.models import Referral
from workflow.models import Case, Entry

HUMAN = "HUMAN"
WAITING = (STATUS.NEW, STATUS.ASSIGNED)


class Turn(flow.View):
    """A human node: the case role that holds it, the act it is, and how the records say that it is done."""

    def __init__(self, title: str, *, holder: str, act: str, done: Callable[[Course], bool]) -> None:
        super().__init__(_shown_by_the_worklist)
        self.turn_title, self.holder, self.act, self.is_done = title, holder, act, done
        self.Assign(self._whose)
        self.Annotation(title=title)

    def _whose(self, activation: Any) -> Any:
        return getattr(course_of(activation.process).case, self.holder).user


def _shown_by_the_worklist(request: Any, **kwargs: Any) -> None:
    raise NotImplementedError("turns are shown by config.work, not by viewflow's own pages")


def course_of(process: Process) -> Course:
    """Where the referral of this walk has got to, read afresh."""
    return Course(Referral.objects.select_related("case").get(pk=process.artifact_object_id))


def _asks(question: Callable[[Course], bool]) -> Callable[[Any], bool]:
    return lambda activation: question(course_of(activation.process))


class Pathway(flow.Flow):
    """From a referral to an agreed plan, with its letter and its minutes."""

    process_class = Process
    process_title = "From referral to plan"
    # Without a row lock two joins at once can both wait for the other for ever; waiting for it beats failing.
    lock_impl = lock.SelectForUpdateLock(nowait=False)

    begin = flow.StartHandle(this.begin_with).Next(this.decide_referral)

    decide_referral = Turn(
        "Decide on the referral", holder="team_manager", act="decide_referral", done=lambda course: course.is_decided
    ).Next(this.is_strategy)
    is_strategy = flow.If(_asks(lambda course: course.goes_to_strategy)).Then(this.hold_strategy).Else(this.end)

    hold_strategy = Turn(
        "Hold the strategy discussion",
        holder="team_manager",
        act="conclude_strategy",
        done=lambda course: course.is_discussed,
    ).Next(this.is_enquiry)
    is_enquiry = flow.If(_asks(lambda course: course.is_enquired)).Then(this.propose_outcome).Else(this.end)

    propose_outcome = Turn(
        "See the children and propose the outcome of the enquiry",
        holder="lead_practitioner",
        act="propose_s47_outcome",
        done=lambda course: course.is_proposed,
    ).Next(this.authorise_outcome)
    authorise_outcome = Turn(
        "Authorise the outcome of the enquiry",
        holder="team_manager",
        act="authorise_s47",
        done=lambda course: course.is_authorised,
    ).Next(this.is_to_conference)
    is_to_conference = (
        flow.If(_asks(lambda course: course.goes_to_conference)).Then(this.request_conference).Else(this.end)
    )

    request_conference = Turn(
        "Ask for the conference",
        holder="lead_practitioner",
        act="request_conference",
        done=lambda course: course.is_requested,
    ).Next(this.book_conference)
    book_conference = Turn(
        "Book the conference", holder="administrator", act="book_conference", done=lambda course: course.is_booked
    ).Next(this.send_invitations)
    send_invitations = Turn(
        "Send the invitations", holder="administrator", act="send_invitations", done=lambda course: course.is_invited
    ).Next(this.hold_conference)
    hold_conference = Turn(
        "Hold the conference", holder="chair", act="decide_conference", done=lambda course: course.is_held
    ).Next(this.after_conference)

    after_conference = (
        flow.Split()
        .Next(this.send_letter)
        .Next(this.draft_minutes)
        .Next(this.agree_plan, case=_asks(lambda course: course.has_plans))
    )
    send_letter = Turn(
        "Send the decision letter",
        holder="administrator",
        act="send_letter",
        done=lambda course: course.letter_is_sent,
    ).Next(this.all_done)
    draft_minutes = Turn(
        "Draft the minutes", holder="administrator", act="draft_minutes", done=lambda course: course.minutes_are_drafted
    ).Next(this.approve_minutes)
    approve_minutes = Turn(
        "Approve the minutes", holder="chair", act="approve_minutes", done=lambda course: course.minutes_are_approved
    ).Next(this.distribute_minutes)
    distribute_minutes = Turn(
        "Distribute the minutes",
        holder="administrator",
        act="distribute_minutes",
        done=lambda course: course.minutes_are_out,
    ).Next(this.all_done)
    agree_plan = Turn(
        "Hold the first core group and agree the plan",
        holder="lead_practitioner",
        act="agree_plan",
        done=lambda course: course.plans_are_agreed,
    ).Next(this.all_done)

    all_done = flow.Join().Next(this.end)
    end = flow.End()

    def begin_with(self, activation: Any, referral: Referral) -> Process:
        """The walk of one referral."""
        activation.process.artifact = referral
        activation.process.data = {"case": referral.case_id, "entry": 0}
        return activation.process


# Keeping up with the record


def catch_up() -> int:
    """Begins a walk for every referral without one and follows every case that has moved on.

    Returns the turns that ended.
    """
    _begin(Referral.objects.all())
    walks = list(Process.objects.filter(flow_class=Pathway, status=PROCESS.NEW))
    numbered = Entry.objects.filter(case__in={walk.data["case"] for walk in walks}).values_list("case")
    reached = dict(numbered.annotate(last=Max("number")))
    return sum(_follow(walk, reached[walk.data["case"]]) for walk in walks if _is_behind(walk, reached))


def keep_up(case: Case) -> int:
    """Follows the walks of one case after something was done in it. Returns the turns that ended."""
    _begin(case.referrals.all())
    last = Entry.objects.filter(case=case).aggregate(last=Max("number"))["last"] or 0
    walks = Process.objects.filter(flow_class=Pathway, status=PROCESS.NEW, data__case=case.pk)
    return sum(_follow(walk, last) for walk in walks)


def _is_behind(walk: Process, reached: dict[int, int]) -> bool:
    return walk.data["entry"] < reached.get(walk.data["case"], 0)


def _begin(referrals: Any) -> None:
    """One walk for each referral that has none, also when two servers look at once."""
    for referral in referrals.exclude(pk__in=_walked()):
        with transaction.atomic():
            Referral.objects.select_for_update().get(pk=referral.pk)
            if referral.pk not in set(_walked().values_list("artifact_object_id", flat=True)):
                Pathway.begin.run(referral=referral)


def _walked() -> Any:
    referral = ContentType.objects.get_for_model(Referral)
    return Process.objects.filter(flow_class=Pathway, artifact_content_type=referral).values("artifact_object_id")


def _follow(walk: Process, entry: int) -> int:
    """Ends every turn whose work is on record, and what that leads to, until one is really waiting for its holder."""
    ended = 0
    give_to_holders(course_of(walk).case)
    with Pathway.lock(walk.pk):
        while done := [task for task in _waiting(walk) if task.flow_task.is_done(course_of(walk))]:
            for task in done:
                _end(task)
                ended += 1
        walk.refresh_from_db()
        walk.data["entry"] = entry
        walk.save()
    return ended


def _waiting(walk: Process) -> list[Task]:
    return list(Task.objects.filter(process=walk, flow_task_type=HUMAN, status__in=WAITING))


def _end(task: Task) -> None:
    activation = task.flow_task.activation_class(task)
    if task.status == STATUS.NEW:
        activation.assign(None)
    activation.start(None)
    activation.execute()


def inbox(user: Any) -> list[Task]:
    """The turns this person holds, oldest first."""
    held = Task.objects.filter(process__flow_class=Pathway, owner=user, status=STATUS.ASSIGNED)
    return list(held.select_related("process").order_by("created"))


def give_to_holders(case: Case) -> None:
    """Gives every waiting turn of a case to whoever holds its role now."""
    for task in Task.objects.filter(process__data__case=case.pk, flow_task_type=HUMAN, status__in=WAITING):
        holder = getattr(case, task.flow_task.holder).user
        if task.owner_id != (holder and holder.pk):
            task.owner, task.status = holder, STATUS.ASSIGNED if holder else STATUS.NEW
            task.save()

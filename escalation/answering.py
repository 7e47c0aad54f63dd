"""Answering an alert. A promise stops the reminders to the person who gives it; it never stops the ladder."""

from datetime import date

from escalation.models import Acknowledgement, Alert
from workflow.acts import act
from workflow.errors import DateInPast, NotARecipient, NotRaised, WrongState
from workflow.models import Deadline, Professional
from workflow.permissions import hats


@act
def acknowledge_alert(
    deadline: Deadline, rung: int, *, intend_by: date, plan: str = "", by: Professional, on: date
) -> Acknowledgement:
    """What the doer will do about an alert they received, and by which day. On the first sweep after it, it lapses.

    Raises NotRaised when that rung has not been raised for the present due date, NotARecipient, DateInPast.
    """
    if not deadline.is_pending:
        raise WrongState(f"It is {deadline.get_state_display().lower()}.", about=[deadline.key])
    alert = Alert.objects.filter(deadline=deadline, due_on=deadline.due_on, rung=rung).first()
    if alert is None:
        raise NotRaised(about=[deadline.key])
    went_to = set(alert.recipients.values_list("professional", flat=True))
    if not any(hat.pk in went_to for hat in hats(by, on)):
        raise NotARecipient(about=[by.key])
    if intend_by < on:
        raise DateInPast(about=[intend_by.isoformat()])
    promise = Acknowledgement(alert=alert, by=by, plan=plan, intend_by=intend_by, given_on=on)
    promise.save()
    return promise

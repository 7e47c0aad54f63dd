"""What every record keeps: a state moved only by transitions, no stale save, a whole history. Nothing is deleted.

A record is changed inside an act (`workflow.acts`) and nowhere else; the act's doer, moment, reason and policy version
are stamped on the history row of every change. `update()`, `bulk_*()` and `delete()` would change rows behind the
history's back and are refused; a sweep that needs many rows at once uses `keep_new`.
"""

from collections.abc import Sequence
from typing import Any, NoReturn, Self, TypeVar

from django.db import connection, models
from django.db.models.functions import Now
from django_fsm import FSMField, can_proceed
from simple_history.models import HistoricalRecords

from workflow.acting import Acting, current
from workflow.errors import StaleRecord, WrongState

AnyRecord = TypeVar("AnyRecord", bound="Record", covariant=True)


class QuietChange(Exception):
    """A record would have changed without saying who, when and why. Use the domain function for it."""


class Stamp(models.Model):
    """What a history row knows besides the fields: who acted, in which role, for whom, under which policy, which act.

    `history_date` is when it was true; `recorded_at` is when the database wrote it down. They differ for late entries.
    """

    history_by = models.ForeignKey(
        "workflow.Professional", null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+"
    )
    history_role = models.CharField(max_length=30, blank=True)
    history_agency = models.CharField(max_length=60, blank=True)
    history_policy = models.CharField(max_length=40, blank=True)
    history_entry = models.ForeignKey(
        "workflow.Entry", null=True, db_constraint=False, on_delete=models.DO_NOTHING, related_name="+"
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise QuietChange("history is not edited")
        act = act_under_way()
        self.stamp(act)
        super().save(*args, **kwargs)
        act.keep([self], len(connection.savepoint_ids))

    def stamp(self, act: Acting) -> None:
        """Signs this row with the act that caused it."""
        self.history_date = act.tick()
        self.history_by = act.by
        self.history_role = act.by.role if act.by else ""
        self.history_agency = act.by.agency.key if act.by else ""
        self.history_policy = act.policy_version
        self.history_entry = act.written()
        self.history_change_reason = act.reason


def act_under_way() -> Acting:
    """The act being done. Raises QuietChange when there is none."""
    act = current()
    if act is None:
        raise QuietChange("records change only inside an act: see workflow.acts")
    return act


class RecordQuerySet(models.QuerySet[AnyRecord]):
    """Reads like any queryset; refuses the writes that leave no history."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise QuietChange("update() leaves no history")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise QuietChange("bulk_create() leaves no history")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise QuietChange("bulk_update() leaves no history")

    def delete(self) -> NoReturn:
        raise QuietChange("nothing is deleted: cancel, end or waive it, with a reason")


class StateField(FSMField):
    """The state of a record: moved only by its transitions, never assigned. A migration sees a plain text column."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"protected": True, **kwargs})

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs


class Record(models.Model):
    """Base of everything that is kept. See the module."""

    version = models.PositiveIntegerField(default=0, editable=False)
    history = HistoricalRecords(inherit=True, bases=[Stamp], user_db_constraint=False)

    objects = RecordQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves the whole record and its history row. Raises StaleRecord when somebody else saved it meanwhile."""
        act_under_way()
        if kwargs.get("update_fields"):
            raise QuietChange("a record is saved whole, or its version could not be checked")
        self.version += 1
        try:
            super().save(*args, **kwargs)
        except BaseException:
            self.version -= 1
            raise

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, values: Any, *rest: Any) -> bool:
        """The one UPDATE, guarded: the row must still be the version that was read."""
        unchanged = base_qs.filter(version=self.version - 1)
        if not super()._do_update(unchanged, using, pk_val, values, *rest):
            raise StaleRecord(str(self))
        return True

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise QuietChange("nothing is deleted: cancel, end or waive it, with a reason")

    def fresh(self) -> Self:
        """This record as the database has it now: a new object, since a failed refresh leaves states unprotected."""
        return type(self)._base_manager.get(pk=self.pk)


def ready(*transitions: Any) -> None:
    """Raises WrongState unless every transition may start from where its record stands."""
    for transition in transitions:
        if not can_proceed(transition):
            record = transition.__self__
            raise WrongState(
                f"It is {record.get_state_display().lower()}.", about=[getattr(record, "key", str(record))]
            )


def keep_new(rows: Sequence[AnyRecord]) -> list[AnyRecord]:
    """Inserts many new records of one kind with their history, in a fixed number of statements per thousand."""
    if not rows:
        return []
    act = act_under_way()
    model = type(rows[0])
    for row in rows:
        row.version = 1
    created = model._base_manager.bulk_create(rows, batch_size=1000)
    history: Any = model.history
    stamped = []
    for row in created:
        past = history.model(
            history_type="+", **{field.attname: getattr(row, field.attname) for field in history.model.tracked_fields}
        )
        past.stamp(act)
        stamped.append(past)
    act.keep(history.model._base_manager.bulk_create(stamped, batch_size=1000), len(connection.savepoint_ids))
    return list(created)

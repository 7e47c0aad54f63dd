"""The one gate every change goes through.

    @act
    def cancel_action(action, *, reason, by, on): ...

The gate checks the roles matrix, takes the case's lock, opens the transaction, writes the journal entry and stamps
everything the function saves. A refusal rolls all of that back and is itself written down. The caller says who
(`by`, None for the system) and when: `at`, a moment, or `on`, a day, which means noon of that day in London. The
first argument tells the case; an act about the whole partnership is given `PARTNERSHIP`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from datetime import date, datetime, time
from functools import partial, wraps
from inspect import signature
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django_fsm import TransitionNotAllowed

from workflow.acting import Acting, acting, current, day_of, moment_of
from workflow.chain import chain_of, seal, written_by
from workflow.errors import AlreadyDestroyed, Refused, WrongState
from workflow.models import AgencyPart, Case, Entry, Professional
from workflow.permissions import check_may
from workflow.policy import policy_on
from workflow.scope import by_the_service

T = TypeVar("T")

PARTNERSHIP = None
# Told the id of the case after an act on it, still inside its transaction. The ground floor knows nobody who listens.
CASE_CHANGED: list[Callable[[int], None]] = []
ACTS: dict[str, Callable[..., Any]] = {}
# What can still be done to a case of which nothing is left: who looked at that is sealed, and destroyed in its turn.
AFTER_DESTRUCTION = {
    "seal_reads",
    *("put_on_hold", "lift_hold", "propose_destruction", "release_destruction", "decline_destruction"),
    *("withdraw_destruction", "carry_out_destruction"),
}


def act(function: Callable[..., T]) -> Callable[..., T]:
    """Makes a domain function an act: see the module."""
    named = signature(function).parameters
    name = function.__name__

    @wraps(function)
    def gate(
        subject: Any,
        *args: Any,
        by: Professional | None,
        on: date | None = None,
        at: datetime | None = None,
        **kwargs: Any,
    ) -> T:
        asked = dict(zip(named, (subject, *args), strict=False)) | kwargs
        with under_way(name, subject, by=by, at=moment_of(on, at), asked=asked) as this:
            check_may(name, by, this.on)
            told = {"by": by, "on": this.on, "at": this.at}
            return function(subject, *args, **kwargs, **{key: told[key] for key in told if key in named})

    ACTS[name] = gate
    return gate


@contextmanager
def under_way(
    name: str,
    subject: Any,
    *,
    by: Professional | None,
    at: datetime,
    asked: Mapping[str, Any] | None = None,
    only_if_changed: bool = False,
) -> Iterator[Acting]:
    """One act from its journal entry to its end, in one transaction. Raises what it refuses, once that is written down.

    A nightly watch writes its entry `only_if_changed`: most nights nothing happens.
    """
    if current() is not None:
        raise RuntimeError(f"{name} was called inside another act; call the plain function both share")
    case = case_of(subject)
    this = Acting(name, by, at, policy_version="")
    this.policy_version = policy_on(this.on).version
    told: dict[str, Any] = plain(asked or {})
    this.reason = str(told.get("reason") or "")
    try:
        with by_the_service(), transaction.atomic():
            this.depth = len(connection.savepoint_ids)
            this.write = partial(_write, this, case, told)
            if not only_if_changed:
                this.written()
            with acting(this):
                yield this
            _heard_from(this, case)
            _seal(this)
            if case is not None and this.entry is not None:
                for tell in CASE_CHANGED:
                    tell(case.pk)
    except TransitionNotAllowed as illegal:
        refused = WrongState(str(illegal))
        _write_refusal(this, case, told, refused)
        raise refused from illegal
    except Refused as refused:
        _write_refusal(this, case, told, refused)
        raise


def case_of(subject: Any) -> Case | None:
    """The case a subject belongs to: itself, its `case`, or that of the first of several."""
    if subject is None or isinstance(subject, Case):
        return subject
    if isinstance(subject, models.Model):
        found: Case | None = getattr(subject, "case", None)
        return found
    if isinstance(subject, Iterable) and not isinstance(subject, str):
        return next((case_of(one) for one in subject), None)
    raise TypeError(f"{subject!r} has no case")


def _write(this: Acting, case: Case | None, asked: dict[str, Any], refused: Refused | None = None) -> Entry:
    """The next line of the case's journal. The case's row stays locked until the transaction ends."""
    if case is not None:
        this.chain = chain_of(case)
        if this.chain.is_of_a_destroyed_case and refused is None and this.name not in AFTER_DESTRUCTION:
            raise AlreadyDestroyed(about=[case.reference])
    return Entry.objects.create(
        case=case,
        number=None if this.chain is None else this.chain.number + 1,
        act=this.name,
        by=this.by,
        role=this.by.role if this.by else "",
        agency_key=this.by.agency.key if this.by else "",
        happened_at=this.at,
        reason=this.reason,
        details=asked,
        policy_version=this.policy_version,
        outcome=Entry.Outcome.REFUSED if refused else Entry.Outcome.DONE,
        code=refused.code if refused else "",
        about=refused.about if refused else [],
    )


def refuse(
    name: str, case: Case | None, asked: Mapping[str, Any], refused: Refused, *, by: Professional | None, at: datetime
) -> None:
    """Writes down a refusal met before the act could begin: a right missing, something named that does not exist."""
    this = Acting(name, by, at, policy_on(day_of(at)).version)
    _write_refusal(this, case, plain(asked), refused)


def _write_refusal(this: Acting, case: Case | None, asked: dict[str, Any], refused: Refused) -> None:
    with by_the_service(), transaction.atomic():
        seal(_write(this, case, asked, refused), [])


def _seal(this: Acting) -> None:
    """The last thing an act does: what it wrote cannot be changed unseen any more."""
    if this.entry is None:
        return
    if this.may_be_undone:
        seal(this.entry, written_by(this.entry, {*map(type, this.rows), *this.digests}), chain=this.chain)
    else:
        seal(this.entry, this.rows, [digest for found in this.digests.values() for digest in found], this.chain)


def _heard_from(this: Acting, case: Case | None) -> None:
    """An accepted act is a sign of life of the doer's agency, in this case or (without one) in all of them."""
    if this.by is None:
        return
    parts = AgencyPart.objects.filter(agency=this.by.agency_id)
    (parts.filter(case=case) if case else parts).update(last_heard_at=this.at)


def plain(value: Any) -> Any:
    """What was asked, as the journal keeps it: records by their key, days as text, the rest as it is."""
    if isinstance(value, models.Model):
        return getattr(value, "key", None) or getattr(value, "reference", None) or str(value.pk)
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(getattr(value, key)) for key in value.__dataclass_fields__}
    if isinstance(value, (list, tuple, set, frozenset, models.QuerySet)):
        return [plain(item) for item in value]
    return value

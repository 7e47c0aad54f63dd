"""Is the record whole? Every row held against its history, every step against the rules, every act against the journal.

Asked of the database as it is, so that a change made behind the product's back is found and named. Reads only, and
in a fixed number of statements for each kind of record and each chain, however many rows there are.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any, TypeAlias

from django.apps import apps
from django.db.models import Count, Exists, Field, Max, Min, OuterRef, Q, QuerySet
from django_fsm import GET_STATE, RETURN_VALUE

from workflow.belonging import Kind, past_of, path_to_case
from workflow.chain import Head, check_chains
from workflow.destruction import check_destroyed
from workflow.finding import Finding
from workflow.models import Case, Deadline, Entry
from workflow.reads import check_reads
from workflow.records import Record, StateField

Row: TypeAlias = dict[str, Any]

ANY_STATE, ANY_OTHER_STATE = "*", "+"
AT_ONCE = 2000


def check(
    case: Case | None = None, *, looking_at: Callable[[str], None] = lambda kind: None, kept: Iterable[Head] = ()
) -> list[Finding]:
    """Everything that is not whole, in the whole partnership or in one case; an empty list when all is.

    `looking_at` hears the name of each kind of record before it is looked at. `kept` are heads of chains that were
    kept elsewhere.
    """
    found: list[Finding] = []
    for kind in kinds(case):
        looking_at(name_of(kind))
        found += check_kind(kind, case)
    looking_at(ENTRIES)
    found += check_journal(case)
    looking_at(CHAINS)
    return [*found, *check_chains(case, kept), *check_destroyed(case), *check_reads(case)]


def steps(case: Case | None = None) -> int:
    """How many names `check` will tell `looking_at`."""
    return len(kinds(case)) + 2


def kinds(case: Case | None = None) -> list[Kind]:
    """Every kind of record; for one case only those that lead to a case."""
    kept = [model for model in apps.get_models() if issubclass(model, Record)]
    return [kind for kind in kept if case is None or path_to_case(kind) is not None]


def name_of(kind: Kind) -> str:
    return str(kind._meta.verbose_name)


# Records


def check_kind(kind: Kind, case: Case | None = None) -> Iterator[Finding]:
    """What is not whole in the records of one kind, in two statements."""
    tracked = [field.attname for field in past_of(kind).tracked_fields]
    present = {row["id"]: row for row in _present(kind, case).values(*tracked)}
    past = (
        _past(kind, case)
        .annotate(is_in_the_journal=Exists(ACCEPTED.filter(pk=OuterRef("history_entry"))))
        .order_by("id", "version", "history_id")
        .values("history_id", "is_in_the_journal", *tracked)
    )
    for pk, rows in groupby(past.iterator(chunk_size=AT_ONCE), key=itemgetter("id")):
        yield from _check_record(kind, present.pop(pk, None), list(rows))
    for row in present.values():
        yield Finding(_named(kind, row), "has no history", "the row is there and nothing says who wrote it")


def _check_record(kind: Kind, now: Row | None, rows: list[Row]) -> Iterator[Finding]:
    name = _named(kind, rows[-1])
    yield from _check_present(name, now, rows[-1])
    for row in rows:
        if not row["is_in_the_journal"]:
            yield Finding(
                name,
                "changed outside any act",
                f"line {row['history_id']} of its history has no accepted journal entry",
            )
    if [row["version"] for row in rows] != list(range(1, len(rows) + 1)):
        versions = ", ".join(str(row["version"]) for row in rows)
        yield Finding(name, "has a gap in its history", f"the versions kept are {versions}")
    for before, after in pairwise(rows):
        yield from _check_step(kind, name, before, after)


def _check_present(name: str, now: Row | None, last: Row) -> Iterator[Finding]:
    """The row as it stands is the last line of its history."""
    if now is None:
        yield Finding(name, "is gone", "its history is there and its row is not")
        return
    for field in now:
        if now[field] != last[field]:
            yield Finding(
                name,
                "differs from its history",
                f"{field} is {_said(now[field])} and was last recorded as {_said(last[field])}",
            )


def _check_step(kind: Kind, name: str, before: Row, after: Row) -> Iterator[Finding]:
    for field, allowed in declared_transitions(kind).items():
        was, now = before[field], after[field]
        if was != now and (was, now) not in allowed:
            yield Finding(
                name, "moved by no declared transition", f"from {was} to {now}, at version {after['version']}"
            )
    if kind is Deadline and before["due_on"] != after["due_on"] and not _says_why(before, after):
        yield Finding(name, "was given another date without a reason", f"from {before['due_on']} to {after['due_on']}")


def _says_why(before: Row, after: Row) -> bool:
    """A reason stays with a deadline after its move; a new one shows in the explanation, which every move adds to."""
    return bool(after["moved_because"].strip()) and before["explanation"] != after["explanation"]


@cache
def declared_transitions(kind: Kind) -> dict[str, frozenset[tuple[str, str]]]:
    """For every state field of a kind of record, each step from one state to another that its transitions allow."""
    return {
        field.attname: frozenset(_steps(kind, field)) for field in kind._meta.fields if isinstance(field, StateField)
    }


def _steps(kind: Kind, field: StateField) -> Iterator[tuple[str, str]]:
    states = [str(value) for value, _ in field.flatchoices]
    for transition in field.get_all_transitions(kind):
        anywhere = transition.source in (ANY_STATE, ANY_OTHER_STATE)
        for source in states if anywhere else [str(transition.source)]:
            yield from ((source, target) for target in _targets(transition.target, states))


def _targets(target: Any, states: list[str]) -> list[str]:
    """Where a transition may lead: one state, one of several that its method answers, or nowhere else."""
    if isinstance(target, (RETURN_VALUE, GET_STATE)):
        return [str(state) for state in target.allowed_states or states]
    return [] if target is None else [str(target)]


# The journal

ACCEPTED = Entry.objects.filter(outcome=Entry.Outcome.DONE)
ENTRIES = "journal entry"
CHAINS = "chain"


def check_journal(case: Case | None = None) -> Iterator[Finding]:
    """The entries of a case count from 1 without a gap; one statement, and one more for each case that does not."""
    entries = Entry.objects.filter(case=case) if case else Entry.objects.exclude(case=None)
    counted = entries.order_by().values("case", "case__reference")
    for of_case in counted.annotate(lines=Count("pk"), first=Min("number"), last=Max("number")):
        if (of_case["first"], of_case["last"]) != (1, of_case["lines"]):
            kept = set(Entry.objects.filter(case=of_case["case"]).values_list("number", flat=True))
            missing = ", ".join(str(n) for n in range(1, (of_case["last"] or 0) + 1) if n not in kept)
            yield Finding(
                f"case {of_case['case__reference']}",
                "has a gap in its journal",
                f"no entry has number {missing}" if missing else "an entry has no number",
            )


# Which rows


def _present(kind: Kind, case: Case | None) -> QuerySet[Any]:
    rows = kind._base_manager.all()
    return rows.filter(**{f"{path_to_case(kind)}": case.pk}) if case else rows


def _past(kind: Kind, case: Case | None) -> QuerySet[Any]:
    """The history of those rows; of a row that is gone too, wherever its history still names what leads to the case."""
    rows: QuerySet[Any] = past_of(kind)._base_manager.all()
    if case is None:
        return rows
    wanted = Q(id__in=_present(kind, case).values("pk"))
    path = path_to_case(kind) or ""
    first_step = path.partition("__")[0]
    if any(isinstance(field, Field) and field.name == first_step for field in past_of(kind)._meta.get_fields()):
        wanted |= Q(**{path: case.pk})
    return rows.filter(wanted)


# Saying


def _named(kind: Kind, row: Row) -> str:
    """The record in words a person can look for: its kind, its own key if it has one, its number."""
    key = row.get("key") or row.get("reference") or (f"{row['code']}:{row['subject']}" if kind is Deadline else "")
    return f"{name_of(kind)} {key} ({row['id']})" if key else f"{name_of(kind)} {row['id']}"


def _said(value: Any) -> str:
    return "empty" if value in (None, "") else str(value)

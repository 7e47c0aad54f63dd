"""Lawful destruction: everything a case says is taken away, and the seals over it stay.

Gone are the case's records with every line of their history, the words of its journal, the reasons in its read log
and the salt of its chain. What stays is its reference, who did which act when, and the seals: they still follow one
another, and a certificate says up to which of them nothing is left to read. The acts around it (due, proposed,
released, no hold) are in `config.keeping`; here is what they do, and what a verification then asks.

On PostgreSQL the guards let nothing of this pass but through one function of the owner, which asks for itself
(`workflow.guards`). On SQLite the same statements run from here.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Q, QuerySet

from workflow.belonging import Kind, past_of, path_to_case
from workflow.chain import digest_of
from workflow.finding import Finding
from workflow.models import (
    Case,
    Certificate,
    DestroyedLine,
    DestructionOrder,
    Entry,
    Family,
    LegalHold,
    Read,
    Seal,
)
from workflow.records import Record

What = DestructionOrder.What

# Records of a case that stay, without their words.
STAY = (Case, Family, LegalHold, DestructionOrder, Certificate)
WORDS: Mapping[Any, tuple[str, ...]] = {
    Family: ("name",),
    LegalHold: ("reason", "why_lifted"),
    DestructionOrder: ("why_ended",),
}
THE_CASE = "%s"
FUNCTION = "throughline_destroy"
AT_ONCE = 2000


@dataclass(frozen=True)
class Statement:
    """One statement of the destruction, with the case as its only parameter, as often as `THE_CASE` stands in it.

    `counts` is the kind of record whose rows or lines go, and which of the two; empty where words alone go.
    """

    sql: str
    counts: tuple[str, int] | None = None


def destroyed_kinds() -> list[Kind]:
    """Every kind of record that goes with its case, those furthest from it first: each is found through the nearer."""
    kinds = [kind for kind in apps.get_models() if issubclass(kind, Record) and kind not in STAY]
    found = [(path, kind) for kind in kinds if (path := path_to_case(kind)) is not None]
    return [kind for path, kind in sorted(found, key=lambda each: -each[0].count("__"))]


def statements(what: str) -> list[Statement]:
    """Everything an order of this kind takes away, in the order in which it is taken."""
    return list(_of_the_read_log() if what == What.READ_LOG else _of_the_case())


def _of_the_case() -> Iterator[Statement]:
    for kind in destroyed_kinds():
        past, rows, name = past_of(kind), _rows_of(kind), kind._meta.label_lower
        key, table = kind._meta.pk.column, kind._meta.db_table
        yield Statement(f'DELETE FROM "{past._meta.db_table}" WHERE "{key}" IN ({rows})', (name, 1))
        yield Statement(f'DELETE FROM "{table}" WHERE "{key}" IN ({rows})', (name, 0))
    for kind, columns in WORDS.items():
        blank = ", ".join(f"\"{column}\" = ''" for column in columns)
        for table in (past_of(kind)._meta.db_table, kind._meta.db_table):
            yield Statement(f'UPDATE "{table}" SET {blank} WHERE "id" IN ({_rows_of(kind)})')
    yield from _of_the_journal()
    yield Statement(
        f'UPDATE "{Read._meta.db_table}" SET "about" = \'\' WHERE "case_id" = {THE_CASE} AND "kind" = \'opening\''
    )


def _of_the_read_log() -> Iterator[Statement]:
    yield Statement(f'DELETE FROM "{Read._meta.db_table}" WHERE "case_id" = {THE_CASE}', (Read._meta.label_lower, 0))
    yield from _of_the_journal()


def _of_the_journal() -> Iterator[Statement]:
    """The words of every entry sealed so far, also where they stand as the reason of a line of history that stays."""
    entries, seals = Entry._meta.db_table, Seal._meta.db_table
    sealed = (
        f'SELECT e."id" FROM "{entries}" e JOIN "{seals}" s ON s."entry_id" = e."id" WHERE e."case_id" = {THE_CASE}'
    )
    gone = set(destroyed_kinds())
    for kind in apps.get_models():
        if issubclass(kind, Record) and kind not in gone:
            yield Statement(
                f'UPDATE "{past_of(kind)._meta.db_table}" SET "history_change_reason" = NULL '
                f'WHERE "history_change_reason" IS NOT NULL AND "history_entry_id" IN ({sealed})'
            )
    yield Statement(
        f'UPDATE "{entries}" SET "reason" = \'\', "details" = \'{{}}\', "about" = \'[]\' WHERE "id" IN ({sealed})'
    )


def _rows_of(kind: Kind) -> str:
    """The SQL of the ids of a case's rows of one kind."""
    rows = kind._base_manager.filter(**{path_to_case(kind) or "": 0}).order_by().values("pk")
    sql, parameters = rows.query.sql_with_params()
    assert parameters == (0,), f"{kind} does not lead to its case by one comparison"
    return str(sql)


# Doing it


@dataclass(frozen=True)
class Line:
    """A line of history that another chain had sealed: by which entry, its digest, and what is left in its place."""

    entry: int
    digest: str
    left: str = ""


@dataclass(frozen=True)
class Destroyed:
    """What went: by kind how many rows and lines of history, and the lines that other chains had sealed."""

    counts: dict[str, list[int]]
    lines: list[Line]


def destroy(order: DestructionOrder, also: "Iterable[QuerySet[Any, Any]]" = ()) -> Destroyed:
    """Takes away what the order says, inside the act that carries it out. Asks nothing: see `config.keeping`.

    `also` are rows that belong to the case and are no record of it, in the order in which they can go.

    On PostgreSQL the database asks again, and refuses whatever is not released, is held, or was done already.
    """
    if order.what == What.READ_LOG:
        return Destroyed(_take_away(order), [])
    case = order.case
    gone, blanked = list(_sealed_elsewhere(case, destroyed_kinds())), list(_sealed_elsewhere(case, WORDS))
    counts = {rows.model._meta.label_lower: [number, 0] for rows in also if (number := rows._raw_delete(rows.db))}
    counts |= _take_away(order)
    left = {(past, pk): digest for past, pk, _, digest in _sealed_elsewhere(case, WORDS)}
    lines = [Line(entry, digest) for _, _, entry, digest in gone]
    lines += [Line(entry, digest, left[past, pk]) for past, pk, entry, digest in blanked]
    return Destroyed(counts, lines)


def _take_away(order: DestructionOrder) -> dict[str, list[int]]:
    return _by_the_function(order) if connection.vendor == "postgresql" else _from_here(order)


def _by_the_function(order: DestructionOrder) -> dict[str, list[int]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {FUNCTION}(%s)::text", [order.pk])
        told: dict[str, int] = json.loads(cursor.fetchone()[0])
    return _counted((key.split(" "), number) for key, number in told.items())


def _from_here(order: DestructionOrder) -> dict[str, list[int]]:
    told = []
    with connection.cursor() as cursor:
        for each in statements(order.what):
            cursor.execute(each.sql, [order.case_id] * each.sql.count(THE_CASE))
            told.append((each.counts, cursor.rowcount))
    return _counted((counts, number) for counts, number in told if counts)


def _counted(told: Iterable[tuple[Sequence[Any], int]]) -> dict[str, list[int]]:
    """By kind: rows, and lines of history."""
    counts: dict[str, list[int]] = {}
    for (name, which), number in told:
        if number:
            counts.setdefault(name, [0, 0])[int(which)] += number
    return counts


def _sealed_elsewhere(case: Case, kinds: Iterable[Kind]) -> Iterator[tuple[Any, int, int, str]]:
    """Table, id, entry and digest of each line of the case's history that an act outside it wrote, a night mostly."""
    for kind in kinds:
        past: Any = past_of(kind)
        mine = kind._base_manager.filter(**{path_to_case(kind) or "": case.pk}).values("pk")
        rows = past._base_manager.filter(id__in=mine).exclude(history_entry__case=case)
        for row in rows.iterator(chunk_size=AT_ONCE):
            yield past, row.history_id, row.history_entry_id, digest_of(row)


def digest_over(lines: Iterable[Line]) -> str:
    """One hash over what is kept of destroyed lines: the certificate's, which is itself sealed."""
    told = sorted(f"{line.entry} {line.digest} {line.left}" for line in lines)
    return sha256("\n".join(told).encode()).hexdigest()


def keep_lines(certificate: Certificate, lines: Iterable[Line]) -> None:
    """Keeps what other chains need to be verified."""
    kept = [
        DestroyedLine(certificate=certificate, entry_id=one.entry, digest=one.digest, left=one.left) for one in lines
    ]
    DestroyedLine.objects.bulk_create(kept, batch_size=1000)


# Holds


def holds_on(case: Case) -> "QuerySet[LegalHold]":
    """What keeps this case from being destroyed now: its own holds, and those on every case."""
    found = LegalHold.objects.filter(Q(case=case) | Q(case=None), state=LegalHold.State.IN_FORCE)
    return found.select_related("put_on_by__agency")


# Verifying


def check_destroyed(case: Case | None = None) -> Iterator[Finding]:
    """Whether what a certificate says is gone is gone, and what was kept for other chains is what was kept."""
    certificates = Certificate.objects.filter(**({"case": case} if case else {}))
    for certificate in certificates.select_related("case", "order"):
        name = f"case {certificate.case.reference}"
        left = _left_of(certificate)
        if left:
            yield Finding(name, "was certified as destroyed and is still there", ", ".join(left))
        kept = [Line(*row) for row in certificate.kept_lines.values_list("entry_id", "digest", "left")]
        if (len(kept), digest_over(kept)) != (certificate.lines, certificate.lines_digest):
            yield Finding(name, "has other digests than its certificate", "what was kept for other chains was changed")
    marked = Case.objects.exclude(destroyed_on=None).filter(certificates=None)
    for bare in marked.filter(**({"pk": case.pk} if case else {})):
        yield Finding(f"case {bare.reference}", "is marked as destroyed", "no certificate says by whom and why")


def _left_of(certificate: Certificate) -> list[str]:
    """What there should be no more, by kind."""
    case, number = certificate.case, certificate.entry.number or 0
    worded = Entry.objects.filter(~Q(reason="") | ~Q(details={}) | ~Q(about=[]), case=case, number__lt=number)
    left = ["words of the journal"] if worded.exists() else []
    if certificate.order.what == What.READ_LOG:
        return left
    for kind in destroyed_kinds():
        if kind._base_manager.filter(**{path_to_case(kind) or "": case.pk}).exists():
            left.append(str(kind._meta.verbose_name))
        elif past_of(kind)._base_manager.filter(history_entry__case=case, history_entry__number__lt=number).exists():
            left.append(f"history of {kind._meta.verbose_name}")
    return left


def destroyed_in_words(case: Case | None = None) -> Iterator[str]:
    """Of each chain whose content is gone: up to which seal, since when, by which certificate."""
    certificates = Certificate.objects.filter(**({"case": case} if case else {}), order__what=What.CASE)
    for one in certificates.select_related("case", "entry"):
        last, day = (one.entry.number or 1) - 1, one.carried_out_on
        yield (
            f"chain of case {one.case.reference}: sealed, content of seals 1 to {last} lawfully destroyed on "
            f"{day:%-d %b %Y}, certificate {one.pk}"
        )

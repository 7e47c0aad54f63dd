"""Who has looked: the one writer of the read log, its sealing into the chain, and the questions asked of it.

A page view must not wait for the lock of its case, so a read is a single row written at once, and the night binds the
reads of each case to its chain: the journal entry `seal_reads` names every one with its digest. Until then a read is
kept from change by the database alone.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.crypto import salted_hmac

from workflow.acting import day_of
from workflow.acts import under_way
from workflow.chain import canonical, chain_of, values_of
from workflow.finding import Finding
from workflow.models import BrokenGlass, Case, CaseLink, Chain, Entry, Professional, Read

Kind = Read.Kind
TAKEN_OUT = (Kind.EXPORT, Kind.DOWNLOAD)
SEALING = "seal_reads"


def read(
    case: Case | None, *, by: Professional | None, kind: Kind | str, at: datetime, about: str = "", guest: str = ""
) -> Read:
    """Writes down that somebody looked, in one statement. `about` is which page or file, or why (an opening).

    Nobody is signed in behind a signed link: its reader is the `guest` it was made for.

    For a search, which is about no case, `about` is what was searched: only its keyed hash is kept.
    """
    return Read.objects.create(
        case=case,
        by=by,
        guest=guest,
        role=by.role if by else "",
        agency_key=by.agency.key if by else "",
        kind=kind,
        at=at,
        about=hashed(about) if kind == Kind.SEARCH else about,
    )


def hashed(terms: str) -> str:
    """The same words give the same hash, whatever their case and spaces; nobody without the key can guess them."""
    return salted_hmac("workflow.reads", " ".join(terms.casefold().split()), algorithm="sha256").hexdigest()


def has_read(case: Case, *, by: Professional, since: datetime, about: str) -> bool:
    """Whether this page was written down already: for a fragment that renews what is on the screen."""
    return Read.objects.filter(case=case, by=by, at__gt=since, about=about).exists()


# Questions


def reads_of(case: Case) -> "QuerySet[Read]":
    """Every read of a case, newest first, each knowing whether its reader was of the team (`of_team`).

    Of the team is whoever held a role of the case or had an open link to it on that day; the others saw it by
    oversight, as an auditor, or by breaking the glass (`by_glass`).
    """
    return knowing_how(Read.objects.filter(case=case)).select_related("by__agency").order_by("-at", "-pk")


def knowing_how(reads: "QuerySet[Read]") -> "QuerySet[Read]":
    """Each knowing whether its reader was `of_team` then, and whether they saw the case `by_glass`."""
    linked = CaseLink.objects.filter(
        case=OuterRef("case"), professional=OuterRef("by"), from_on__lte=OuterRef("at__date")
    )
    held = Case.objects.filter(_holds_a_role(OuterRef("by")), pk=OuterRef("case"))
    broken = BrokenGlass.objects.filter(
        case=OuterRef("case"), professional=OuterRef("by"), opened_at__lte=OuterRef("at"), ends_at__gt=OuterRef("at")
    )
    open_then = Q(until_on=None) | Q(until_on__gt=OuterRef("at__date"))
    return reads.annotate(of_team=Exists(linked.filter(open_then)) | Exists(held), by_glass=Exists(broken))


def _holds_a_role(person: OuterRef) -> Q:
    held = Q()
    for role in Case.ROLES:
        held |= Q(**{role: person})
    return held


@dataclass(frozen=True)
class Looked:
    """Who looked at a case, counted: people, those of them outside the team or through broken glass, and what left."""

    people: int
    outsiders: int
    by_glass: int
    exports: int
    prints: int


def counted(case: Case) -> Looked:
    """In one statement, however much was read."""
    told: QuerySet[Any] = reads_of(case).order_by()
    rows = list(told.values_list("by", "guest", "kind", "of_team", "by_glass").annotate(number=Count("pk")))
    return Looked(
        people=len({(by, guest) for by, guest, *_ in rows}),
        outsiders=len({(by, guest) for by, guest, _, of_team, *_ in rows if not of_team}),
        by_glass=len({by for by, *_, by_glass, _ in rows if by_glass}),
        exports=sum(number for _, _, kind, *_, number in rows if kind in TAKEN_OUT),
        prints=sum(number for _, _, kind, *_, number in rows if kind == Kind.PRINT),
    )


# Sealing


def seal_reads(at: datetime) -> int:
    """Binds every read not yet sealed to the chain of its case; returns how many. Run by the night."""
    looked_at = Case.objects.filter(pk__in=Read.objects.values("case"))
    return sum(_seal_reads_of(case, at) for case in (None, *looked_at.order_by("pk")))


def _seal_reads_of(case: Case | None, at: datetime) -> int:
    with transaction.atomic():
        waiting = list(unsealed_reads(case))
        if waiting:
            salt = chain_of(case).salt
            told = {"reads": {str(each.pk): _digest(salt, each) for each in waiting}}
            with under_way(SEALING, case, by=None, at=at, asked=told):
                pass
    return len(waiting)


def unsealed_reads(case: Case | None) -> "QuerySet[Read]":
    """The reads the next night will seal. One that was slow to be written is found for two nights after."""
    last_two = list(Entry.objects.filter(case=case, act=SEALING).order_by("-pk")[:2])
    named = [[int(pk) for pk in entry.details.get("reads", {})] for entry in last_two]
    before = min(named[1], default=0) if len(named) == 2 else 0
    return Read.objects.filter(case=case, pk__gt=before).exclude(pk__in=[pk for each in named for pk in each])


def check_reads(case: Case | None = None) -> Iterator[Finding]:
    """Each read that was sealed and is gone, or says something else now."""
    sealings = Entry.objects.filter(act=SEALING, **({"case": case} if case else {})).select_related("case")
    salts: dict[int | None, str] = dict(Chain.objects.values_list("case", "salt"))
    for entry in sealings.order_by("pk"):
        sealed, where = entry.details.get("reads", {}), f"case {entry.case.reference}" if entry.case else "searches"
        there = Read.objects.in_bulk([int(pk) for pk in sealed])
        for pk, digest in sealed.items():
            now = there.get(int(pk))
            if now is None:
                yield Finding(
                    f"read {pk}, {where}", "is gone", f"it was sealed on {day_of(entry.happened_at):%-d %b %Y}"
                )
            elif _digest(salts[entry.case_id], now) != digest:
                yield Finding(f"read {pk}, {where}", "was changed", "it is not what was sealed")


def _digest(salt: str, row: Read) -> str:
    return hmac.new(bytes.fromhex(salt), canonical(values_of(row)), sha256).hexdigest()

"""Sealing what was done, so that it cannot be changed unseen: one chain of hashes for each case.

A seal covers the journal entry and every history row the act wrote, and the seal before it. Whoever edits, adds or
takes out a row breaks the first seal after it; whoever cuts off the end is found by comparing with heads kept
elsewhere (`heads`). The whole of a row is sealed, also when the database says it was written down.
"""

import hmac
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from workflow.finding import Finding
from workflow.models import Case, Certificate, DestroyedLine, Entry
from workflow.models.chain import NOTHING_BEFORE, Chain, Seal
from workflow.records import Record, Stamp

OF_A_CHAIN = tuple(field.name for field in Chain._meta.concrete_fields)
OF_AN_ENTRY = tuple(field.attname for field in Entry._meta.concrete_fields)
AT_ONCE = 2000


# Sealing


def chain_of(case: Case | None) -> Chain:
    """The chain an entry goes into, locked until the transaction ends with its case; begun when there is none yet.

    One statement locks both: where it has to wait, it reads both rows again as whoever was first has left them.
    """
    if case is None:
        found = Chain.objects.select_for_update().filter(name=Chain.PARTNERSHIP).first()
        return found or _begin(Chain.PARTNERSHIP, None)
    locked = (
        Chain.objects.select_for_update(of=("self", "case"))
        .select_related("case")
        .only(*OF_A_CHAIN, "case__destroyed_on")
    )
    found = locked.filter(case=case).order_by().first()
    if found is None:
        Case.objects.select_for_update().only("pk").get(pk=case.pk)
        found = Chain.objects.filter(case=case).first() or _begin(f"case-{case.pk}", case)
    return found


def _begin(name: str, case: Case | None) -> Chain:
    """A chain begins where the journal of its case has got to: what was written before is not sealed."""
    last = Entry.objects.filter(case=case).aggregate(last=models.Max("number"))["last"] or 0
    begun, _ = Chain.objects.select_for_update().get_or_create(
        name=name, defaults={"case": case, "salt": secrets.token_hex(32), "number": last}
    )
    return begun


def seal(entry: Entry, rows: Iterable[Stamp], digests: Iterable[str] = (), chain: Chain | None = None) -> Seal:
    """Binds an entry and the history rows of its act to everything sealed before. The last thing an act does.

    `digests` of rows that were written, and digested, by one statement for many; `chain` when it is known
    already, under the lock that the entry was written under.
    """
    chain = chain or chain_of(entry.case)
    found = [*map(digest_of, rows), *digests]
    content = _content(chain.salt, values_of(entry), found)
    number = chain.number + 1
    link = Seal(
        chain=chain,
        number=number,
        entry=entry,
        content=content,
        previous=chain.hash,
        hash=_link(chain.name, number, chain.hash, content),
    )
    link.save()
    chain.number, chain.hash = link.number, link.hash
    chain.save(update_fields=["number", "hash"])
    return link


def put_new_salt(chain: Chain | None) -> None:
    """The salt of a chain is forgotten for a new one: what was sealed so far can be held against nothing any more."""
    assert chain is not None, "only the chain of a case is given a new salt"
    chain.salt = secrets.token_hex(32)
    chain.save(update_fields=["salt"])


def written_by(entry: Entry, kinds: Iterable[type[Stamp]]) -> list[Stamp]:
    """What an act has written of these kinds, read again where a savepoint may have taken some of it back."""
    return [row for past in kinds for row in past._base_manager.filter(history_entry=entry)]


def _link(chain: str, number: int, previous: str, content: str) -> str:
    return sha256(f"{previous}|{chain}|{number}|{content}".encode()).hexdigest()


def _content(salt: str, entry: Mapping[str, Any], digests: Iterable[str]) -> str:
    told = canonical({"entry": entry, "rows": sorted(digests)})
    return hmac.new(bytes.fromhex(salt), told, sha256).hexdigest()


def digest_of(row: models.Model) -> str:
    """What is sealed of one line of history."""
    return sha256(canonical([row._meta.label_lower, values_of(row)])).hexdigest()


def values_of(row: models.Model) -> dict[str, Any]:
    """Every column but the number the database gave the row, as it will be read again."""
    return {
        field.attname: field.value_from_object(row)
        if isinstance(field, models.JSONField)
        else field.get_prep_value(field.value_from_object(row))
        for field in row._meta.concrete_fields
        if not field.primary_key
    }


def canonical(told: Any) -> bytes:
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{value!r} cannot be sealed")


# Checking


def check_chains(
    case: Case | None = None, kept: "Iterable[Head]" = (), *, links_only: bool = False
) -> Iterator[Finding]:
    """The first broken link of each chain, or of one case's; and each head kept elsewhere that is there no more.

    `links_only` is cheap: that every seal follows the one before and has its entry, not what the entries say.
    """
    chains = Chain.objects.filter(case=case) if case else Chain.objects.order_by("pk")
    digests = None if links_only else _digests(case)
    destroyed = destroyed_until(case)
    for chain in chains.select_related("case"):
        yield from _check_chain(chain, digests, destroyed.get(chain.case_id or 0, 0))
    for head in kept:
        yield from _check_head(head, case)


def destroyed_until(case: Case | None = None) -> dict[int, int]:
    """By case: the number of the last seal of which nothing is left to read, as its latest certificate says."""
    certificates = Certificate.objects.filter(**({"case": case} if case else {}))
    found = certificates.values_list("case").annotate(number=models.Max("entry__number"))
    return {case_id: number - 1 for case_id, number in found.order_by()}


def _check_chain(chain: Chain, digests: Mapping[int, list[str]] | None, destroyed: int) -> Iterator[Finding]:
    """Up to `destroyed` there is nothing left to hold against the seals: their links alone are looked at."""
    previous, number, name = None, None, _named(chain)
    entries = list(Entry.objects.filter(seal__chain=chain).order_by("seal__number").values(*OF_AN_ENTRY))
    for link, entry in zip(chain.seals.order_by("number"), entries, strict=False):
        expected = previous if previous is not None else link.previous if _may_begin(chain, link) else NOTHING_BEFORE
        changed = None if digests is None or link.number <= destroyed else digests.get(link.entry_id, [])
        wrong = _wrong_with(chain, link, expected, number, entry, changed)
        if wrong:
            yield Finding(f"{name}, seal {link.number}", "is broken", wrong)
            return
        previous, number = link.hash, link.number
    if (number or 0, previous or NOTHING_BEFORE) != (chain.number if number else 0, chain.hash):
        yield Finding(name, "does not end where it says", f"the last seal is {number}, the chain says {chain.number}")
    yield from _unsealed(chain, name)


def _may_begin(chain: Chain, link: Seal) -> bool:
    """The first seal follows nothing."""
    return link.previous == NOTHING_BEFORE


def _wrong_with(
    chain: Chain, link: Seal, previous: str, number: int | None, entry: Mapping[str, Any], digests: list[str] | None
) -> str:
    if number is not None and link.number != number + 1:
        return f"seal {number + 1} is missing"
    if link.previous != previous:
        return "it does not follow the seal before it"
    if link.hash != _link(chain.name, link.number, link.previous, link.content):
        return "its own hash is not what it should be"
    if entry["id"] != link.entry_id:
        return f"entry {link.entry_id} is missing"
    told = {name: value for name, value in entry.items() if name != "id"}
    if digests is not None and link.content != _content(chain.salt, told, digests):
        return f"what {entry['act']} of {entry['happened_at']:%-d %b %Y} says or changed is not what was sealed"
    return ""


def _digests(case: Case | None) -> dict[int, list[str]]:
    """Of every history row of every sealed entry, or of one case's: one statement for each kind of record."""
    found: dict[int, list[str]] = {}
    sealed = Seal.objects.filter(chain__case=case) if case else Seal.objects.all()
    for past in _histories():
        rows = past._base_manager.filter(history_entry__in=sealed.values("entry"))
        for row in rows.iterator(chunk_size=AT_ONCE):
            found.setdefault(row.history_entry_id, []).append(digest_of(row))
    _with_destroyed_lines(found, sealed)
    return found


def _with_destroyed_lines(found: dict[int, list[str]], sealed: "models.QuerySet[Seal]") -> None:
    """Adds the digests kept of lines that were lawfully destroyed, in the place of what is left of them."""
    kept = DestroyedLine.objects.filter(entry__in=sealed.values("entry"))
    for entry, digest, left in kept.values_list("entry", "digest", "left"):
        digests = found.setdefault(entry, [])
        if left in digests:
            digests.remove(left)
        digests.append(digest)


def _histories() -> list[Any]:
    return [kind.history.model for kind in apps.get_models() if issubclass(kind, Record)]


def _unsealed(chain: Chain, name: str) -> Iterator[Finding]:
    """An entry written after its chain began and never sealed was put there by something else than the gate."""
    first = chain.seals.order_by("number").values_list("entry", flat=True).first()
    if first is not None:
        for entry in Entry.objects.filter(case=chain.case, pk__gt=first, seal=None)[:1]:
            yield Finding(name, "has an entry that was never sealed", str(entry))


# Heads, to be kept where nobody who can write here can write


@dataclass(frozen=True)
class Head:
    """Where a chain ended at some moment."""

    chain: str
    number: int
    hash: str

    def as_line(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_line(cls, line: str) -> "Head":
        """Raises ValueError for a line that is no head."""
        try:
            return cls(**json.loads(line))
        except (TypeError, json.JSONDecodeError) as unclear:
            raise ValueError(f"not a head of a chain: {line!r}") from unclear


def heads() -> list[Head]:
    """Where every chain ends now."""
    return [Head(*row) for row in Chain.objects.order_by("pk").values_list("name", "number", "hash")]


def _check_head(head: Head, case: Case | None) -> Iterator[Finding]:
    if case is not None and head.chain != f"case-{case.pk}":
        return
    if head.number and not Seal.objects.filter(chain__name=head.chain, number=head.number, hash=head.hash).exists():
        yield Finding(f"chain {head.chain}", "was cut off or rewritten", f"seal {head.number} is not the one kept")


def _named(chain: Chain) -> str:
    return f"chain of case {chain.case.reference}" if chain.case else "chain of the partnership"

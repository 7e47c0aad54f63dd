"""Who is acting, and when: set once at the edge of an act, stamped on everything the act changes."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from workflow.models import Entry, Professional
    from workflow.models.chain import Chain
    from workflow.records import Stamp

LONDON = ZoneInfo("Europe/London")
NOON = time(12)
A_TICK = timedelta(microseconds=1)
A_SECOND = timedelta(seconds=1)


@dataclass
class Acting:
    """One act under way. `by` is None for what the system does by itself.

    `rows` are the history rows it has written so far; some `may_be_undone` when they were written inside a savepoint.
    `chain` is where its entry goes, locked since the entry was written. `hats` are whom each person may act for, asked
    once: whether the act may be done is judged as things stood when it began.
    Of those written by one statement for many (`workflow.in_one_statement`) only the `digests` are known here.
    """

    name: str
    by: "Professional | None"
    at: datetime
    policy_version: str
    reason: str = ""
    entry: "Entry | None" = None
    rows: "list[Stamp]" = field(default_factory=list)
    digests: "dict[type[Stamp], list[str]]" = field(default_factory=dict)
    depth: int = 0
    may_be_undone: bool = False
    write: "Callable[[], Entry] | None" = None
    chain: "Chain | None" = None
    hats: "dict[int, list[Professional]]" = field(default_factory=dict)

    def keep(self, rows: "Iterable[Stamp]", depth: int) -> None:
        """These rows were written, so deep in savepoints."""
        self.rows += rows
        self.may_be_undone = self.may_be_undone or depth > self.depth

    def keep_digests(self, kind: "type[Stamp]", digests: "Iterable[str]") -> None:
        """History rows of this kind were written where they are; this is what seals them."""
        self.digests.setdefault(kind, []).extend(digests)

    def written(self) -> "Entry | None":
        """The journal entry of this act; one that writes only when something changes writes it now."""
        if self.entry is None and self.write is not None:
            self.entry = self.write()
        return self.entry

    @property
    def on(self) -> date:
        """The day of the act in London."""
        return day_of(self.at)

    def tick(self) -> datetime:
        """The moment for the next history row: two rows never share one, or history could not be put in order."""
        return _ticked(self.at)


_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)
_latest = datetime.min.replace(tzinfo=UTC)
_ticking = Lock()


def _ticked(moment: datetime) -> datetime:
    """`moment`, or just after the row stamped last: a clock wound by hand stands still between two rows."""
    global _latest
    with _ticking:
        stands_still = moment <= _latest < moment + A_SECOND
        _latest = _latest + A_TICK if stands_still else moment
        return _latest


def current() -> Acting | None:
    """The act under way in this context, if any."""
    return _acting.get()


@contextmanager
def acting(act: Acting) -> Iterator[Acting]:
    """Everything saved inside is stamped with `act`."""
    token = _acting.set(act)
    try:
        yield act
    finally:
        _acting.reset(token)


def day_of(moment: datetime) -> date:
    """The day of a moment in London."""
    return moment.astimezone(LONDON).date()


def moment_of(on: date | None, at: datetime | None) -> datetime:
    """The moment of an act told by day or by moment: a day alone means noon in London."""
    if at is not None:
        return at
    if on is None:
        raise TypeError("an act needs its day (`on`) or its moment (`at`)")
    return datetime.combine(on, NOON, LONDON)

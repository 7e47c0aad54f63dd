"""For whom PostgreSQL is asked: told with each statement, so that a net under `visible_to` can hold (`row_security`).

The edge says it once: a request for the person who asks, a turn of the engine or a command for the service itself.
Whoever says nothing is shown no row of any case. What is told holds for one statement, or until the end of the
transaction it stands in; a connection that goes back to a pool carries nothing over to whoever takes it next.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, wraps
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from workflow.models import Case, Professional
from workflow.permissions import SEES_ALL, sees_every_case

ONLY, BUT = "only", "but"
A_SHORT_LIST = 100
BITS_OF_A_LETTER = 4  # as PostgreSQL writes bytes
# How Django marks and takes back a part of a transaction. After a failure nothing may stand in front of it.
ASKS_NOTHING = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass(frozen=True)
class Scope:
    """Only these cases, or all but these: whichever list is the short one. A long one is told as bits."""

    kind: str
    cases: tuple[int, ...] = ()

    @cached_property
    def told(self) -> str:
        """The statement that tells it, in front of the one that asks: numbers, and words of our own."""
        return (
            f"SELECT set_config('throughline.kind', '{self.kind}', true), "
            f"set_config('throughline.cases', '{self._named}', true); "
        )

    @property
    def _named(self) -> str:
        """A list of numbers, or for many a bit for each number up to the last, the lowest of the first byte case 0.

        Of the two the shorter: of a hundred cases among a million a list remains one.
        """
        numbers = f"{{{','.join(str(int(pk)) for pk in self.cases)}}}"
        if len(self.cases) <= A_SHORT_LIST or max(self.cases) // BITS_OF_A_LETTER > len(numbers):
            return numbers
        drawn = bytearray(max(self.cases) // 8 + 1)
        for pk in self.cases:
            drawn[pk // 8] |= 1 << pk % 8
        return f"\\x{drawn.hex()}"


NOTHING, EVERYTHING = Scope(ONLY), Scope(BUT)


class Asking:
    """Who asks now; a page begins with nothing and is given its reader's scope once the reader is known."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope


_asking: ContextVar[Asking | None] = ContextVar("asking", default=None)


@contextmanager
def asking(scope: Scope = NOTHING) -> Iterator[Asking]:
    """Inside, every statement is asked within `scope`."""
    this = Asking(scope)
    token = _asking.set(this)
    try:
        yield this
    finally:
        _asking.reset(token)


def by_the_service() -> Any:
    """Inside, it is the service's own work: an act the gate let in, a sweep, a delivery, a command."""
    return asking(EVERYTHING)


# Pages that show somebody what was told to them about a case they do not see, and why; `tests/access` holds the list.
BEYOND: dict[str, str] = {}


def beyond_the_net(why: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For a page that rightly shows more than the cases of its reader. `visible_to` alone stands there."""

    def around(page: Callable[..., Any]) -> Callable[..., Any]:
        BEYOND[f"{page.__module__}.{page.__name__}"] = why

        @wraps(page)
        def answer(*asked: Any, **named: Any) -> Any:
            with by_the_service():
                return page(*asked, **named)

        return answer

    return around


def narrow_to(scope: Scope) -> None:
    """From here to the end of the request that is under way; nothing where none is."""
    this = _asking.get()
    if this is not None:
        this.scope = scope


def ask_for(
    person: Professional, on: date, wearing: Sequence[Professional] | None = None, at: datetime | None = None
) -> None:
    """From here to the end of the request it is asked for this person. Costs nothing where the net does not hold."""
    if is_under_the_net(connection):
        narrow_to(scope_of(person, on, wearing, at))


def scope_of(
    person: Professional, on: date, wearing: Sequence[Professional] | None = None, at: datetime | None = None
) -> Scope:
    """What `visible_to` shows this person, as the database is told it: one statement, none for whoever sees all."""
    if person.left_on is None and person.role in SEES_ALL:
        return EVERYTHING
    with by_the_service():
        visible = Case.objects.visible_to(person, on, wearing, at)
        if person.left_on is None and any(sees_every_case(one) for one in wearing or [person]):
            return Scope(BUT, tuple(Case.objects.exclude(pk__in=visible.values("pk")).values_list("pk", flat=True)))
        return Scope(ONLY, tuple(visible.values_list("pk", flat=True)))


def scope_of_figures(person: Professional) -> Scope:
    """For figures of the whole partnership: every case that is not restricted to others (`counted_for`)."""
    if not is_under_the_net(connection):
        return EVERYTHING
    with by_the_service():
        counted = Case.objects.all().counted_for(person)
        return Scope(BUT, tuple(Case.objects.exclude(pk__in=counted.values("pk")).values_list("pk", flat=True)))


def on_every_connection(*, connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Called for every new connection."""
    if connection.vendor == "postgresql" and carry not in connection.execute_wrappers:
        connection.execute_wrappers.append(carry)


def carry(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Puts in front of a statement for whom it is asked, and leaves its own answer on top."""
    this = _asking.get()
    if this is None or many or sql.startswith(ASKS_NOTHING) or not is_under_the_net(context["connection"]):
        return execute(sql, params, many, context)
    found = execute(this.scope.told + sql, params, many, context)
    context["cursor"].nextset()
    return found


def is_under_the_net(using: Any) -> bool:
    """Whether PostgreSQL keeps rows from this connection at all: not from a superuser, nor from who owns the tables.

    Asked once for each connection.
    """
    if using.vendor != "postgresql":
        return False
    held: bool | None = getattr(using, "is_under_the_net", None)
    if held is None:
        using.ensure_connection()
        with using.connection.cursor() as cursor:  # the driver's own, in front of which nothing is put
            cursor.execute("SELECT to_regclass('workflow_case') IS NOT NULL AND row_security_active('workflow_case')")
            (held,) = cursor.fetchone()
        using.is_under_the_net = held
    return bool(held)

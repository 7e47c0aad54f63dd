"""Saying that something waits to be sent, in the transaction that wrote it.

The row that waits is the truth. A ring is only a hint to look at it sooner, taken back with the transaction when that
is; losing one costs seconds, since what waits is also looked for again and again. Whoever writes does not know who
answers the door: an engine with workers hangs its bell here (`config.jobs`), any other looks often enough by itself.
"""

from collections.abc import Callable
from contextvars import ContextVar

from workflow.acting import Acting
from workflow.records import act_under_way

Bell = Callable[[], None]

_bells: list[Bell] = []
_rung_in: ContextVar[Acting | None] = ContextVar("rung_in", default=None)


def hang(bell: Bell) -> None:
    """From now on this is called whenever something waits, once for each act and inside its transaction."""
    _bells.append(bell)


def take_down(bell: Bell) -> None:
    _bells.remove(bell)


def ring() -> None:
    """Something was written that waits to be sent; called inside an act."""
    act = act_under_way()
    if not _bells or _rung_in.get() is act:
        return
    _rung_in.set(act)
    for bell in _bells:
        bell()

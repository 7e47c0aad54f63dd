"""What reaches the browser live: "look again", and a number. Never a fact, never a name.

A nudge only saves a reload: pages fetch their content over HTTP, under the reader's own permissions. It is handed over
after the commit and outside the request: losing one, or Redis, costs nobody anything but a later look.
"""

import logging
import queue
from collections.abc import Iterable
from functools import partial

from django.db import transaction

log = logging.getLogger(__name__)

# Waiting nudges, taken by the server's pump (`config.engine`). When nobody takes them they are simply forgotten.
NUDGES: "queue.Queue[int]" = queue.Queue(maxsize=10_000)


def group_of(person_id: int) -> str:
    """The channel group of everything one person has open."""
    return f"person-{person_id}"


def look_again(person_ids: Iterable[int]) -> None:
    """After the commit, tells every open page of these people to look again."""
    wanted = set(person_ids)
    if wanted:
        transaction.on_commit(partial(_nudge, wanted), robust=True)


def _nudge(person_ids: set[int]) -> None:
    for person_id in person_ids:
        try:
            NUDGES.put_nowait(person_id)
        except queue.Full:
            log.warning("nobody takes the live nudges; open pages will be current at their next look")
            return

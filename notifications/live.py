"""What reaches the browser live: "look again", and a number. Never a fact, never a name.

A nudge only saves a reload: pages fetch their content over HTTP, under the reader's own permissions. It is handed over
after the commit and outside the request: losing one, or Redis, costs nobody anything but a later look.
"""

import logging
import queue
from collections.abc import Callable, Iterable
from functools import partial
from threading import Lock

from django.db import transaction

log = logging.getLogger(__name__)


class Waiting:
    """Groups to be nudged, each once however often it is put there. Any thread may put and take."""

    def __init__(self, most: int) -> None:
        self.most, self.groups, self.lock = most, dict[str, None](), Lock()

    def put_nowait(self, group: str) -> None:
        with self.lock:
            if len(self.groups) >= self.most and group not in self.groups:
                raise queue.Full
            self.groups[group] = None

    def get_nowait(self) -> str:
        with self.lock:
            if not self.groups:
                raise queue.Empty
            return self.groups.popitem()[0]


# Waiting nudges, taken by the server's pump (`config.engine`). When nobody takes them they are simply forgotten.
NUDGES = Waiting(most=10_000)
# Set whenever one is put there, so that a pump need not look again and again.
WAKE: "list[Callable[[], None]]" = []


def group_of(person_id: int) -> str:
    """The channel group of everything one person has open."""
    return f"person-{person_id}"


def group_of_case(case_id: int) -> str:
    """The channel group of every page that is open on one case."""
    return f"case-{case_id}"


def look_again(person_ids: Iterable[int]) -> None:
    """After the commit, tells every open page of these people to look again."""
    wanted = set(person_ids)
    if wanted:
        transaction.on_commit(partial(_nudge, {group_of(person_id) for person_id in wanted}), robust=True)


def case_changed(case_id: int) -> None:
    """After the commit, tells every page that is open on this case to look again. Called by every act that ends well.

    On the path of a change this is one entry in a queue: it waits for nothing and cannot fail it.
    """
    transaction.on_commit(partial(_nudge, {group_of_case(case_id)}), robust=True)


def _nudge(groups: set[str]) -> None:
    for group in groups:
        try:
            NUDGES.put_nowait(group)
        except queue.Full:
            log.warning("nobody takes the live nudges; open pages will be current at their next look")
            return
    for wake in WAKE:
        wake()

"""For whom each request is asked of the database: of the one who asks, by the door they came through.

The net itself is PostgreSQL's (`workflow.row_security`). Here it is only said whose it is; a page that says nothing of
its own is asked for its reader, and one that nobody signed in to is shown no case at all.
"""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from config.doors import Door, door_of
from workflow.scope import ask_for, asking, is_under_the_net
from workflow.signed_in import asked_at, asked_on, hats_of, post_of

FOR_A_READER = (Door.OWN, Door.CASE, Door.SCRIPT)


class AskedForWhoAsks:
    """Middleware: nothing is shown until it is known who asks; then what `visible_to` shows them.

    A link and a key say whose they are where they are read (`meetings.links`, `notifications.api_keys`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with asking():
            return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any) -> None:
        door = door_of(request.resolver_match.view_name)  # type: ignore[union-attr]
        if door in FOR_A_READER and is_under_the_net(connection) and (person := post_of(request)) is not None:
            ask_for(person, asked_on(request), hats_of(request), asked_at(request))

"""Every address and the door it stands behind. No address without one: what is not listed here is not there.

The door is the first of two checks. It asks for a sign-in; which case somebody may see is asked by `visible_to`, and
what they may do by the act itself. `tests/access` walks every address as everybody and holds both.
"""

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.deprecation import MiddlewareMixin

from workflow.signed_in import person_of

log = logging.getLogger(__name__)


class Door(StrEnum):
    """What somebody needs to stand before a page at all."""

    OPEN = "open"  # anybody: signing in, and what a machine asks about the service; nothing about a case
    LINK = "signed link"  # whoever holds the link that was sent to them, for its one purpose
    MACHINE = "key"  # another system, with the key or secret it was given
    SCRIPT = "script"  # one's own words; asked by a script, which is told in its way that nobody is signed in
    OWN = "own"  # a post here; shows only what the person may see, case by case
    CASE = "case"  # a post here, and need to know about the one case it is about


DOORS: dict[str, Door] = {
    **dict.fromkeys(["sign-in", "sign-in-code", "organisation", "organisation-back", "sign-out", "health"], Door.OPEN),
    **dict.fromkeys(["account_login", "mfa_authenticate"], Door.OPEN),
    **dict.fromkeys(["link", "join"], Door.LINK),
    **dict.fromkeys(["from-govuk-notify", "api-overdue"], Door.MACHINE),
    **dict.fromkeys(["draft", "sign-in-lasts"], Door.SCRIPT),
    **dict.fromkeys(
        [
            *(
                "today",
                "meetings",
                "cases",
                "case-find",
                "drift",
                "drift-quiet",
                "attendance",
                "attendance-agency",
                "register",
            ),
            *("alerts", "alerts-fragment", "overdue", "overdue-fragment", "my-work"),
            *("alerts-coming", "dead-letters", "end-of-ladder", "absence", "overdue-team"),
            *("break-glass", "broken-glass", "case-why", "unusual-access"),
            *("messages", "message", "how-i-am-told"),
            *("connections", "connection", "api-key"),
            *("sign-ins", "second-step", "passkeys", "recovery-codes"),
            *("people", "person", "person-holds", "people-moves", "people-moves-file"),
            *("audits", "audit", "audited-case"),
            *("policy", "policy-draft", "policy-what-if", "policy-proposal"),
            *("retention", "retention-case", "certificate", "certificate-file"),
        ],
        Door.OWN,
    ),
    # One case
    **dict.fromkeys(
        [
            *("plan-agreement", "plan-visits", "plan-editions", "plan-edition", "other-plans", "other-plan"),
            *(
                "childs-words",
                "outcome-baseline",
                "case-access",
                "case-held",
                "held-fact",
                "broken-glass-review",
                "case-changes",
                "case-record",
                "case-printed",
            ),
            *("case", "case-plan", "plan-compare", "action-add", "action-check", "plan-action"),
            *("case-dates", "case-date", "case-dates-file", "case-date-recalculate", "case-findings", "case-bundle"),
            *("subject-requests", "subject-request", "subject-passage"),
            *("case-drift", "case-siblings", "child-drift", "case-meetings", "alert", "turn"),
            *("strategy-call", "strategy-hold", "core-group-hold", "core-group-miss", "legal-planning-recommend"),
            *("discharge-call", "strategy", "core-group", "legal-planning", "discharge", "looked-after-review"),
            *("disagreement", "dissent", "disagreement-raise"),
            *("alert-hand-over", "alert-offer", "alert-snooze", "alert-sign"),
        ],
        Door.CASE,
    ),
    # One conference
    **dict.fromkeys(
        [
            *("meeting-book", "meeting", "meeting-move", "meeting-cancel", "meeting-sitting", "meeting-excuse"),
            *("meeting-keep-out", "meeting-keep-out-decide", "meeting-child", "meeting-arrange", "meeting-settle"),
            *("meeting-contact", "meeting-reports", "meeting-report", "meeting-report-share", "meeting-brief"),
            *("meeting-report-add", "meeting-report-file"),
            *("meeting-invitations", "invitation-reply", "invitation-again", "invitation-stop-link"),
            *("invitation-mail", "meeting-agenda", "meeting-agenda-item", "meeting-room", "meeting-room-now"),
            *("meeting-room-open", "meeting-room-people", "meeting-adjourn", "meeting-room-item"),
            *("meeting-room-work", "meeting-views", "meeting-view-agency", "meeting-view", "meeting-last-time"),
            *("meeting-action", "meeting-decide"),
        ],
        Door.CASE,
    ),
    # What is written and sent of it
    **dict.fromkeys(
        [
            *("meeting-minutes", "meeting-minutes-item", "meeting-item-text", "meeting-item-hold"),
            *("meeting-item-choose", "meeting-item-earlier", "minutes-sign-off", "minutes-versions"),
            *("minutes-challenges", "minutes-challenge", "minutes-addenda", "meeting-sending", "meeting-withdraw"),
            *("meeting-preview", "meeting-preview-file", "meeting-post", "meeting-copy", "meeting-copy-again"),
            *("meeting-copy-posted", "meeting-copy-file", "meeting-proof", "meeting-proof-file"),
        ],
        Door.CASE,
    ),
}

# Where a mail provider calls; there only where one is set up, and each call has to bring the secret.
OF_A_MAIL_PROVIDER = "anymail:"
LET_THROUGH = (Door.OPEN, Door.LINK, Door.MACHINE, Door.SCRIPT)


def door_of(name: str) -> Door | None:
    """The door of the address with this name; None where there is none."""
    return Door.MACHINE if name.startswith(OF_A_MAIL_PROVIDER) else DOORS.get(name)


class EveryAddressHasADoor(MiddlewareMixin):
    """Before any page: an address without a door is not there; most ask for a sign-in and a post."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        door = door_of(request.resolver_match.view_name)  # type: ignore[union-attr]
        if door is None:
            log.error("%s has no door in config.doors and is not shown", request.resolver_match.view_name)  # type: ignore[union-attr]
            raise Http404
        if door in LET_THROUGH:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        person_of(request)
        return None

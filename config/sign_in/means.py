"""Every change to what somebody signs in with is an act on record, and its owner is told of it by mail."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from notifications.outside import write_outside
from workflow.acting import day_of
from workflow.acts import PARTNERSHIP, under_way
from workflow.models import Professional, User

# By the name of the act, what the mail says was done.
CHANGES = {
    "set_up_telephone": "a telephone was set up to show codes for it",
    "make_recovery_codes": "new recovery codes were made",
    "add_passkey": "a passkey was added",
    "remove_passkey": "a passkey was removed",
    "suspect_passkey": "a passkey was refused and put out of use, because it may have been copied",
}


@contextmanager
def change_of_means(act: str, user: User, *, at: datetime, **told: Any) -> Iterator[None]:
    """One change, in one transaction with its entry in the journal and the mail to whom it happens.

    What a sign-in finds out, before anybody is signed in, is nobody's act: it names the professional instead.
    """
    person = Professional.objects.in_post(day_of(at)).filter(user=user).select_related("agency").first()  # type: ignore[attr-defined]
    by = None if act == "suspect_passkey" else person
    with under_way(act, PARTNERSHIP, by=by, at=at, asked=told | {"professional": person}):
        yield
        if person is not None and person.email:
            write_outside(
                None,
                name=person.name,
                address=person.email,
                subject="How you sign in to Throughline has changed",
                body=render_to_string("notifications/mails/means.txt", {"done": CHANGES[act]}),
                about=person,
                at=at,
            )

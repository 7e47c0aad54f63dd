"""Telling partners' systems that there is something to look at: signed, tried again, each call with its log.

A call says that somebody of the agency was told something about a case, by its reference, and no more. The truth is
the message; the calls owed for it are found by asking which have none yet, so nothing that is told, by whatever way, is
missed, and nobody who tells has to think of partners.
"""

import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

from django.db.models import Exists, OuterRef
from django.utils.crypto import salted_hmac

from notifications import outgoing
from notifications.handing_over import PATIENCE, TAKEN_FOR, Delivered, next_attempt
from notifications.models import Notification, WebhookDelivery, WebhookTarget
from workflow.acting import day_of
from workflow.acts import PARTNERSHIP, act, under_way
from workflow.errors import AddressNotAllowed, ReasonRequired
from workflow.models import Agency, Professional
from workflow.records import keep_new, ready

# Nothing older is told to a system that was away, or is new.
LOOKS_BACK = timedelta(days=7)
# After the last of them, a day later, a call is given up.
ATTEMPTS = 27
GONE = 410


@dataclass(frozen=True)
class Secret:
    """A secret as it is shown once, and what it belongs to."""

    target: WebhookTarget
    words: str


# Which addresses are called


@act
def add_webhook_target(agency: Agency, *, name: str, url: str, by: Professional, on: date) -> Secret:
    """From this day on the agency's system is called there. Raises AddressNotAllowed.

    The secret in the answer is shown once; nobody can ask for it again, only for a new one.
    """
    _check(url)
    target = WebhookTarget(name=name, agency=agency, url=url, salt=secrets.token_hex(32), from_on=on)
    target.save()
    return Secret(target, secret_of(target))


@act
def renew_webhook_secret(target: WebhookTarget, *, by: Professional) -> Secret:
    """A new secret; the old one signs nothing from now on."""
    target = target.fresh()
    target.salt = secrets.token_hex(32)
    target.save()
    return Secret(target, secret_of(target))


@act
def stop_webhook_target(target: WebhookTarget, *, reason: str, by: Professional) -> WebhookTarget:
    """Nothing more is sent there, not even what waits. Raises ReasonRequired, WrongState."""
    target = target.fresh()
    if not reason.strip():
        raise ReasonRequired()
    ready(target.stop)
    target.stop(reason=reason)
    target.save()
    for call in target.deliveries.filter(state=WebhookDelivery.State.QUEUED):
        call.withdraw()
        call.save()
    return target


def _check(url: str) -> None:
    try:
        outgoing.place_of(url)
    except (OSError, ValueError) as nowhere:  # no such name: as little use as one that is not allowed
        raise AddressNotAllowed(about=[url[:60]]) from nowhere


def secret_of(target: WebhookTarget) -> str:
    """What its calls are signed with: worked out, never stored."""
    return salted_hmac("throughline.webhooks", f"{target.pk}:{target.salt}", algorithm="sha256").hexdigest()


# What is sent


def body_of(call: WebhookDelivery) -> bytes:
    """What a system is told: that there is something to look at in one case. The same however often it is sent."""
    message = call.notification
    told = {
        "id": call.event_id,
        "event": "look_again",
        "reference": message.case.reference,
        "urgent": message.is_urgent,
        "written_at": call.written_at.isoformat(),
    }
    return json.dumps(told, separators=(",", ":")).encode()


def signature(secret: str, at: datetime, body: bytes) -> str:
    """`t=…,v1=…`: the moment of the attempt, and the HMAC-SHA256 of that moment and the body."""
    moment = str(int(at.timestamp()))
    signed = hmac.new(secret.encode(), moment.encode() + b"." + body, sha256).hexdigest()
    return f"t={moment},v1={signed}"


def deliver_webhooks(now: datetime) -> Delivered:
    """Writes the calls that are owed, and makes every one that is due by `now`. Two passes at once call nobody twice.

    Anything but an answer of 2xx is tried again after 1, 5, 15 and 60 minutes, then every hour for a day; 410 and an
    address we do not send to are for good. A system that does not answer holds up the others for three calls at most.
    """
    done = Delivered()
    for target in WebhookTarget.objects.filter(state=WebhookTarget.State.ACTIVE):
        _write_owed(target, now)
        in_vain = 0
        for pk in list(WebhookDelivery.objects.due(now).filter(target=target).values_list("pk", flat=True)):
            call = _take(pk, now)
            if call is None:
                continue
            in_vain = 0 if _call(call, now, done) else in_vain + 1
            if in_vain >= PATIENCE:
                break
    return done


def _write_owed(target: WebhookTarget, now: datetime) -> None:
    since = max(target.from_on, day_of(now - LOOKS_BACK))
    has_call = WebhookDelivery.objects.filter(target=target, notification=OuterRef("pk"))
    told = Notification.objects.filter(recipient__agency=target.agency_id, written_on__gte=since, copy_of=None)
    if not told.filter(~Exists(has_call)).exists():
        return
    with under_way("write_webhook_calls", PARTNERSHIP, by=None, at=now, only_if_changed=True):
        WebhookTarget.objects.select_for_update(no_key=True).get(pk=target.pk)  # one at a time writes what is owed
        keep_new(
            [
                WebhookDelivery(target=target, notification=message, event_id=uuid4().hex, written_at=now)
                for message in told.filter(~Exists(has_call))
            ]
        )


def _take(pk: int, now: datetime) -> WebhookDelivery | None:
    with under_way("deliver_webhooks", PARTNERSHIP, by=None, at=now, only_if_changed=True):
        due = WebhookDelivery.objects.due(now).select_for_update(skip_locked=True, no_key=True, of=("self",))
        call = due.select_related("target", "notification__case").filter(pk=pk).first()
        if call is None:
            return None
        call.attempt(until=now + TAKEN_FOR)
        call.save()
        return call


def _call(call: WebhookDelivery, now: datetime, done: Delivered) -> bool:
    """Whether the system answered at all."""
    body = body_of(call)
    headers = {
        "Throughline-Id": call.event_id,
        "Throughline-Signature": signature(secret_of(call.target), now, body),
    }
    try:
        reply = outgoing.post(call.target.url, body, headers)
    except (AddressNotAllowed, ValueError) as refused:
        reply = outgoing.Reply(GONE, f"not sent: {refused}")
    _record(call, reply, now, done)
    return reply.code != 0


def _record(taken: WebhookDelivery, reply: outgoing.Reply, now: datetime, done: Delivered) -> None:
    with under_way("deliver_webhooks", PARTNERSHIP, by=None, at=now):
        call = taken.fresh()
        if call.state != WebhookDelivery.State.QUEUED:  # its address was stopped meanwhile
            return
        if reply.is_taken:
            call.take(at=now, said=reply.said)
            done.sent += 1
        elif reply.code == GONE or call.attempts >= ATTEMPTS:
            call.fail(said=reply.said)
            done.failed += 1
        else:
            call.put_off(until=next_attempt(call.attempts, now, call.event_id), said=reply.said)
            done.put_off += 1
        call.save()

"""Handing one mail to the mail server, and the truth about what came of it. Shared by everything that is sent.

Only what is said about this recipient or this mail is for good: a sender or a password that is refused is ours to
mend, and then everything is sent.
"""

import smtplib
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from enum import Enum
from hashlib import sha256

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email

# After an attempt that did not succeed; the last one again and again, since a mail server may be away for a night.
WAITS = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
# A wait is up to this part of it shorter, so that what failed together does not all come back at one moment.
JITTER = 0.1
# How long a taken message is left alone: longer than the slowest conversation with a server.
TAKEN_FOR = timedelta(minutes=10)
# A pass ends after as many mails in a row that no server took; the others are still due at the next pass.
PATIENCE = 3


@dataclass
class Delivered:
    """What one pass did, in messages; `mails` is how many were handed to the server."""

    mails: int = 0
    sent: int = 0
    put_off: int = 0
    failed: int = 0


class Fate(Enum):
    """What became of a mail."""

    ACCEPTED = "the server has it"
    REFUSED = "the server will never take it for this person"
    NOT_NOW = "the server did not take it this time"
    NO_SERVER = "no server to hand it to"
    NOT_KNOWN = "the connection broke: it may have arrived"


IN_TROUBLE = frozenset({Fate.NO_SERVER, Fate.NOT_KNOWN})


@dataclass(frozen=True)
class Answer:
    """What became of a mail, and the words the server used."""

    fate: Fate
    said: str
    provider_id: str = ""


class ProviderRefused(Exception):
    """A mail provider did not take the mail, and said so with a code."""

    def __init__(self, code: int, words: str) -> None:
        self.code = code
        super().__init__(f"{code} {' '.join(words.split())}")

    @property
    def answer(self) -> Answer:
        """400 is about this mail or this person; any other code is ours or theirs to mend."""
        return Answer(Fate.REFUSED if self.code == 400 else Fate.NOT_NOW, str(self))


class ProviderVanished(Exception):
    """A mail provider did not answer: it may have taken the mail."""


PROVIDER_SAYS = (AnymailAPIError, AnymailRecipientsRefused, ProviderRefused, ProviderVanished)


def our_domain() -> str:
    """The part of our own address after the @: whose message and calendar ids these are."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def why_not_an_address(address: str) -> str:
    """Why no mail can go to this address, in words; empty when it can."""
    if not address:
        return "no address"
    try:
        validate_email(address)
    except ValidationError:
        return "the address is not an e-mail address"
    return ""


def next_attempt(attempts: int, now: datetime, key: str) -> datetime:
    """When something tried so many times is tried again: after 1, 5, 15 and 60 minutes, then every hour.

    A little earlier for each `key`, and always by as much: two machines, and a test, work out the same moment.
    """
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    share = int.from_bytes(sha256(f"{key}/{attempts}".encode()).digest()[:4]) / 2**32
    return now + wait * (1 - JITTER * share)


def has_been_tried_enough(attempts: int) -> bool:
    """Whether this was the last attempt before somebody above has to hear; it is still tried every hour."""
    return attempts == len(WAITS) + 1


def hand_over(message: EmailMessage) -> Answer:
    """Hands one mail for one recipient to the server and says what came of it. Raises nothing a server can cause."""
    connection = get_connection()
    try:
        return _hand_over(message, connection)
    finally:
        with suppress(OSError):  # a mail that was taken is not taken back by a rude goodbye
            connection.close()


def _hand_over(message: EmailMessage, connection: BaseEmailBackend) -> Answer:
    try:
        connection.open()
    except OSError as trouble:  # every SMTPException is one
        return Answer(Fate.NO_SERVER, _words(trouble))
    try:
        connection.send_messages([message])
    except PROVIDER_SAYS as trouble:
        return _of_a_provider(trouble)
    except smtplib.SMTPRecipientsRefused as refused:
        return _judged(*next(iter(refused.recipients.values())))
    except smtplib.SMTPDataError as refused:
        return _judged(refused.smtp_code, refused.smtp_error)
    except smtplib.SMTPResponseException as refused:
        return Answer(Fate.NOT_NOW, _words(refused))
    except (smtplib.SMTPNotSupportedError, ValueError) as impossible:
        return Answer(Fate.REFUSED, _words(impossible))
    except OSError as broken:
        return Answer(Fate.NOT_KNOWN, f"{_words(broken)}; not known whether it arrived")
    return Answer(Fate.ACCEPTED, "accepted", provider_id_of(message))


def _of_a_provider(trouble: Exception) -> Answer:
    """What a mail provider's refusal means: about this person or mail for good, about anything else for now.

    A provider that never answered may have taken the mail.
    """
    if isinstance(trouble, ProviderRefused):
        return trouble.answer
    if isinstance(trouble, AnymailRecipientsRefused):
        return Answer(Fate.REFUSED, _words(trouble))
    code = getattr(trouble, "status_code", None)
    if code is None:
        return Answer(Fate.NOT_KNOWN, f"{_words(trouble)}; not known whether it arrived")
    return Answer(Fate.NOT_NOW, f"{code} {_words(trouble)}")


def provider_id_of(message: EmailMessage) -> str:
    """What the provider calls this mail, where it goes by one."""
    status = getattr(message, "anymail_status", None)
    found = getattr(message, "provider_id", None) or getattr(status, "message_id", None)
    return found if isinstance(found, str) else ""


def _judged(code: int, said: bytes | str) -> Answer:
    """What an answer about this person or this mail means: 5xx is for good, anything else is for now."""
    words = said.decode(errors="replace") if isinstance(said, bytes) else said
    return Answer(Fate.REFUSED if code >= 500 else Fate.NOT_NOW, f"{code} {' '.join(words.split())}")


def _words(trouble: Exception) -> str:
    if isinstance(trouble, smtplib.SMTPResponseException):
        return _judged(trouble.smtp_code, trouble.smtp_error).said
    return f"{type(trouble).__name__}: {' '.join(str(trouble).split())}"

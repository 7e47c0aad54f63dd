"""How a mail to the outside went, in words: what waits, what the server said, what is not known, what failed."""

from dataclasses import dataclass

from notifications.models import OutsideMail


@dataclass(frozen=True)
class Delivery:
    """A word with its colour for a tag, and the rest of the truth in a sentence."""

    word: str
    colour: str
    detail: str = ""


def delivery_of(mail: OutsideMail) -> Delivery:
    """What is known of one mail. "Handed over" means that a mail server has it, never that anybody read it."""
    state = OutsideMail.State
    if mail.state == state.HANDED_OVER:
        return Delivery("Handed over", "green", f"The mail server took it: {mail.server_said}.")
    if mail.state == state.FAILED:
        return Delivery("Could not be delivered", "red", f"{_sentence(mail.server_said)}{_earlier(mail)}")
    if mail.state == state.WITHDRAWN:
        return Delivery(
            "Not sent" if not mail.may_have_arrived else "Not sent again", "grey", f"{_sentence(mail.reason)}"
        )
    return _waiting(mail)


def _waiting(mail: OutsideMail) -> Delivery:
    if mail.is_being_sent:
        return Delivery("Being sent", "blue", "Not known yet whether it arrived.")
    if not mail.attempts:
        return Delivery("Waiting to be sent", "blue")
    said = (
        f"{_sentence(mail.server_said)} Tried {mail.attempts} time{'s' if mail.attempts > 1 else ''}; goes on trying."
    )
    if mail.broke_off:
        return Delivery("Not known whether it arrived", "yellow", said)
    return Delivery("Not taken yet", "yellow", said)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}".rstrip(".") + "." if words else ""


def _earlier(mail: OutsideMail) -> str:
    return " An earlier attempt broke off: a copy may have arrived." if mail.broke_off else ""

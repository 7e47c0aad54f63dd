"""What the pages call a message, from its code: its own words, and no abbreviation of a meeting."""

from notifications.models import ALERT

SPELT_OUT = {"Icpc": "Initial conference", "Rcpc": "Review conference"}


def message_in_words(code: str) -> str:
    """Review conference out of time. A rung of the ladder is: Something is late."""
    if code == ALERT:
        return "Something is late"
    first, _, rest = code.replace("_", " ").capitalize().partition(" ")
    return f"{SPELT_OUT.get(first, first)} {rest}".strip()

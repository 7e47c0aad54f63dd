"""Whether two words are forms of one: "referral" and "refer", "weigh" and "weight"."""

import re

ENDINGS = {"s", "es", "ed", "d", "ing", "er", "t", "al", "e", ""}


def tokens(text: str) -> list[str]:
    """The words of a text in small letters, without the possessive."""
    return [
        word.removesuffix("'s").strip("'-") or word
        for word in re.findall(r"[a-z0-9][a-z0-9'/-]*", text.lower().replace("’", "'"))
    ]


def alike(one: str, other: str) -> bool:
    """They share five letters from the start, or four and a common ending."""
    if one == other:
        return True
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    if shared >= 5:
        return True
    return (
        shared >= 3
        and one[shared:] in ENDINGS
        and other[shared:] in ENDINGS
        and shared >= min(len(one), len(other)) - 1
    )

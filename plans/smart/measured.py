"""M: anybody can look and see whether it is done, and what came of it."""

from collections.abc import Iterator

from plans.smart import words as w
from plans.smart.finding import Finding, Written
from plans.smart.likeness import alike, tokens


def findings(written: Written) -> Iterator[Finding]:
    """Whether there is a measure, one that can be seen, and one that says more than that the action was done."""
    if not written.measure.strip():
        yield Finding("no_measure", "Say how anybody will know it is done.", is_missing=True, refuses=True)
        return
    if vague := unobservable(written.measure):
        yield Finding(
            "measure_unobservable",
            f"“{vague}” cannot be looked up: name what will be seen, counted or on file.",
            (vague,),
        )
    if repeats(written.measure, written.text):
        yield Finding(
            "measure_repeats",
            "The measure only says again that the action was done: say what will be different, or what shows it.",
        )


def unobservable(measure: str) -> str:
    """What makes the measure one that nobody can look up; "" where there is evidence, a number or a thing to see."""
    said = tokens(measure)
    if not said or measure.strip().lower() in w.NO_MEASURE_AT_ALL:
        return measure.strip()
    if any(word in w.EVIDENCE or word in w.NUMBER_WORDS or word[0].isdigit() for word in said):
        return ""
    vague = [word for word in said if word in w.UNOBSERVABLE]
    return measure.strip() if vague else ""


def repeats(measure: str, text: str) -> bool:
    """Every word of the measure, but for "done" and its like, is a word of the action."""
    said = [word for word in tokens(measure) if word not in w.DONE_WORDS]
    action = tokens(text)
    if any(word[0].isdigit() or word in w.NUMBER_WORDS for word in said):
        return False
    return bool(said) and all(any(alike(word, other) for other in action) for word in said)

"""R: it serves an outcome of the plan, and a child notices."""

from collections.abc import Iterator

from plans.smart import words as w
from plans.smart.finding import Finding, Written
from plans.smart.grammar import Form, read
from plans.smart.likeness import alike, tokens
from plans.smart.owned import kind_of


def findings(written: Written) -> Iterator[Finding]:
    """Whether it serves one of the plan's outcomes, and whether that is a child's change or an adult's attendance."""
    if not written.outcome.strip():
        yield Finding("no_outcome", "Say which outcome of the plan it serves.", is_missing=True, refuses=True)
    elif written.outcomes is not None and written.outcome not in written.outcomes:
        yield Finding(
            "unknown_outcome",
            f"{written.outcome} is not an outcome of this plan: choose one of "
            f"{', '.join(written.outcomes) or 'none yet'}.",
            (written.outcome,),
        )
    if only_turns_up(written):
        yield Finding(
            "attendance_only",
            "An adult turns up, and no child notices: say what will be different for the child, and measure that.",
        )
    if unrelated(written):
        yield Finding(
            "unrelated",
            f"It may serve {written.outcome}, but shares no word with it: say how it leads there, or choose another.",
            (written.outcome,),
        )


def only_turns_up(written: Written) -> bool:
    """A parent attends or finishes something, measured by having been there, and no child is in the sentence."""
    clauses = [clause for clause in read(written.text) if clause.form in (Form.ORDER, Form.PLAN)]
    turns_up = any(verb in w.TURNING_UP and w.SERVICES & {*clause.rest} for clause in clauses for verb in clause.chain)
    if not turns_up or not _is_a_parents(written):
        return False
    names = {part.lower() for name in written.children for part in name.split()[:1]}
    said = tokens(written.text) + tokens(written.measure)
    if {*said} & (names | w.CHILD_WORDS):
        return False
    action = tokens(written.text)
    return all(
        word in w.TURNED_UP | w.STOP | w.NUMBER_WORDS or word[0].isdigit() or any(alike(word, one) for one in action)
        for word in tokens(written.measure)
    )


def _is_a_parents(written: Written) -> bool:
    said = next((clause.doer for clause in read(written.text) if clause.doer), ())
    doer = kind_of([word.lower() for word in said if word.lower() not in w.DETERMINERS])
    return doer in w.PARENTS or bool(written.owner and written.owner.kind in w.PARENTS)


def unrelated(written: Written) -> bool:
    """It is plainly about something else, and has no word in common with its outcome.

    What is about nothing we know (an assessment, a chronology) may serve any outcome, and how a child feels may be
    served by any action: both are left alone.
    """
    outcome = (written.outcomes or {}).get(written.outcome, "")
    there = [word for word in tokens(outcome) if word not in w.STOP]
    here = [word for word in tokens(f"{written.text} {written.measure}") if word not in w.STOP]
    if not there or not here:
        return False
    if any(alike(one, other) for one in here for other in there):
        return False
    about, wanted = topics(here), topics(there)
    return bool(about and wanted) and "voice" not in wanted and not about & wanted


def topics(said: list[str]) -> set[str]:
    """What the words are about."""
    return {topic for topic, known in w.TOPICS.items() if {*known.split()} & {*said}}

"""S: somebody does one thing that others can see done."""

import re
from collections.abc import Iterable, Iterator

from plans.smart import words as w
from plans.smart.finding import Finding, Written
from plans.smart.grammar import Clause, Form, read

LONGEST = 40  # words; a longer action hides its second half
CONDITION = re.compile(rf"\b(?:{'|'.join(w.CONDITIONS)})(?!\w)", re.IGNORECASE)
SECOND_HALF = re.compile(r"(?:;\s*|,\s*|\band\s+)also\b|\band then\b|,\s*then\b|\bas well as\b", re.IGNORECASE)


def findings(written: Written) -> Iterator[Finding]:
    """What keeps the text from saying one thing somebody will be seen to do, worst first."""
    text = written.text.strip()
    if not text:
        yield Finding(
            "empty", "Nothing is written: say who does what, as in “Weigh the baby every two weeks”.", is_missing=True
        )
        return
    clauses = read(text)
    if all(clause.form is Form.THING for clause in clauses):
        yield Finding(
            "no_verb",
            f"“{_short(text)}” names a thing but no doing: begin with what somebody will do.",
            is_missing=True,
        )
    vague = vague_verbs(clauses, text, written.vague_words)
    if vague:
        yield Finding(
            "vague_verb",
            f"Says “{', '.join(vague)}”, which nobody can see done: name what will happen.",
            tuple(vague),
        )
    yield from _how_it_is_said(clauses, text)


def _how_it_is_said(clauses: tuple[Clause, ...], text: str) -> Iterator[Finding]:
    if second := second_action(clauses, text):
        yield Finding(
            "two_actions",
            f"“{second}” begins a second action: write it on its own, so that each can be done, dated and missed.",
            (second,),
        )
    if any(clause.form is Form.BEFALLS for clause in clauses):
        yield Finding(
            "passive", "Nobody in the sentence does it: begin with the one who does, as in “The school will write …”."
        )
    if any(clause.is_negated or clause.verb in w.NEGATIVE for clause in clauses):
        yield Finding("negation", "Says what somebody will not do: say what they will do instead, and how it is seen.")
    if condition := CONDITION.search(text):
        yield Finding(
            "conditional",
            f"“{condition[0]}” leaves it open whether this happens: say that it will, or name the event it waits for.",
            (condition[0],),
        )
    if amount := vague_amount(clauses):
        yield Finding("vague_amount", f"“{amount}” says no number: write how often or how much.", (amount,))
    if (length := len(text.split())) > LONGEST:
        yield Finding("too_long", f"{length} words hide what is to be done: say it in fewer than {LONGEST}, or in two.")


# The verb nobody can watch


def vague_verbs(clauses: Iterable[Clause], text: str, policy_words: tuple[str, ...]) -> list[str]:
    """The vague verbs the clauses turn on: the policy's in its order, then ours, with the word that makes them so."""
    counted = has_number(text)  # once: a text may be as long as anybody likes
    found = [said for clause in clauses for said in _vague_in(clause, counted, policy_words)]
    first = [word for word in policy_words if word in found]
    return [*first, *(said for said in dict.fromkeys(found) if said not in first)]


def _vague_in(clause: Clause, counted: bool, policy_words: tuple[str, ...]) -> Iterator[str]:
    if clause.form is Form.THING:
        return
    for verb in clause.chain:
        is_ours = verb in w.VAGUE and not w.SEEN_OBJECTS & {*clause.object}
        if verb in policy_words or is_ours or (verb in w.VAGUE_WITHOUT_A_NUMBER and not counted):
            yield verb
    last = clause.chain[-1]
    near = [word for word in clause.object[:6] if word not in w.ADVERBS or word in _follows(last)]
    if with_word := next((word for word in _nearest(last, near) if word in _follows(last)), ""):
        yield f"{last} {with_word}"


def _follows(verb: str) -> set[str]:
    return set(w.VAGUE_WITH.get(verb, "").split())


def _nearest(verb: str, near: list[str]) -> list[str]:
    """How far a word may stand from its verb: "work … with" at once, "provide … support" after an adjective or two."""
    return near[:2] if verb in ("work", "be", "remain", "talk", "think", "link", "learn", "care", "deal") else near[:5]


def has_number(text: str) -> bool:
    return bool(re.search(r"\d", text)) or bool(w.NUMBER_WORDS & {*re.findall(r"[a-z]+", text.lower())})


# A second action


def second_action(clauses: tuple[Clause, ...], text: str) -> str:
    """The words that begin a second thing, which could be done when the first is missed; "" for one action."""
    if said := SECOND_HALF.search(text):
        return said[0].strip(" ,;")
    doing = [clause for clause in clauses if clause.verb and clause.form is not Form.BEFALLS]
    if len(doing) > 1:
        return " ".join([*doing[1].doer, doing[1].verb])
    return next((found for clause in doing if (found := _joined(clause))), "")


def _joined(clause: Clause) -> str:
    """A second verb joined by "and" with a thing of its own. "Read and sign the form" is one act; so is telling."""
    rest = list(clause.rest)
    for at, word in enumerate(rest[:-1]):
        after = [each for each in rest[at + 1 :] if each != "to"]
        if word != "and" or not after or after[0] not in w.VERBS:
            continue
        own = after[1 : after.index("and")] if "and" in after[1:] else after[1:]
        shares_its_object = at == 0 or not own
        points_back = bool(w.POINTS_BACK & {*own})
        if not shares_its_object and not points_back and after[0] not in w.REPORTING and _takes_an_object(own):
            return f"and {after[0]}"
    return ""


def _takes_an_object(after: list[str]) -> bool:
    small = w.DETERMINERS | w.PREPOSITIONS | w.KIND_OF.keys()
    return bool(after) and (after[0] in small or len(after) > 1)


def vague_amount(clauses: Iterable[Clause]) -> str:
    """ "regularly" without a rhythm, "more" without a number."""
    for clause in clauses:
        said = [*clause.rest]
        rhythm = bool(w.RHYTHM & {*said}) or any(each[0].isdigit() or each in w.NUMBER_WORDS for each in said)
        for at, word in enumerate(said):
            is_compared = word in ("more", "less") and said[at + 1 : at + 2] != ["than"] and said[at - 1 : at] != ["no"]
            if (word in ("more", "less") and is_compared) or (
                word in w.VAGUE_AMOUNTS - {"more", "less"} and not rhythm
            ):
                return word
            if word == "regular" and said[at + 1 : at + 2] in (
                ["contact"],
                ["visits"],
                ["updates"],
                ["basis"],
                ["checks"],
            ):
                return word if not rhythm else ""
    return ""


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words[:6]) + (" …" if len(words) > 6 else "")

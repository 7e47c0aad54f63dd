"""Reads the English of an action: who does what. No Django, no model, no guess beyond the words.

An action is written as an order ("Weigh Mira every fortnight"), as a plan ("HV to weigh Mira", "Olga will weigh
Mira"), as something that befalls a thing ("a referral to be made") or as a thing alone ("Parenting course").
"""

import re
from dataclasses import dataclass
from enum import Enum

from plans.smart import words as w

TOKEN = re.compile(r"\d[\d:.]*\d|\d|[A-Za-z][A-Za-z'’/-]*|[,:()&]")
SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|[;\n]+")
LONGEST_DOER = 8


class Form(Enum):
    ORDER = "order"  # "Weigh Mira"
    PLAN = "plan"  # "Olga will weigh Mira"
    BEFALLS = "befalls"  # "a referral will be made"
    THING = "thing"  # "Parenting course"


@dataclass(frozen=True)
class Clause:
    """One thing said: who (as written), the verb in its base form, and everything after it."""

    form: Form
    doer: tuple[str, ...] = ()
    verb: str = ""
    rest: tuple[str, ...] = ()
    is_negated: bool = False

    @property
    def chain(self) -> tuple[str, ...]:
        """The verb and those it hands on to: "continue to monitor" is both."""
        found, rest = [self.verb], list(self.rest)
        while found[-1] in w.CHAINING and rest[:1] == ["to"] and len(rest) > 1:
            found.append(base(rest[1]))
            rest = rest[2:]
        return tuple(found)

    @property
    def object(self) -> tuple[str, ...]:
        """The words after the last verb of the chain."""
        return self.rest[2 * (len(self.chain) - 1) :]


def read(text: str) -> tuple[Clause, ...]:
    """Every clause of the text that stands for itself, in order."""
    clauses: list[Clause] = []
    for sentence in SENTENCE_END.split(text):
        tokens = TOKEN.findall(sentence)
        while tokens:
            tokens, rest = _until_another_doer(tokens)
            clause = _clause(_without_opening(tokens))
            if clause:
                clauses.append(clause)
            tokens = rest
    return tuple(clauses)


def base(word: str) -> str:
    """The verb as a dictionary has it: "attends" is "attend". Unknown words stay as they are."""
    word = word.lower()
    for ending, instead in (
        ("", ""),
        ("ies", "y"),
        ("es", ""),
        ("s", ""),
        ("ing", ""),
        ("ing", "e"),
        ("ed", ""),
        ("d", ""),
    ):
        if word.endswith(ending) and (found := word.removesuffix(ending) + instead) in w.VERBS:
            return found
    return word


# Where a clause begins


def _without_opening(tokens: list[str]) -> list[str]:
    """Without a first part that only says when or how: "If the test is positive, …", "Continuing his …, …"."""
    if not tokens:
        return tokens
    first = tokens[0].lower()
    if "," in tokens and (first in w.OPENERS or first.endswith("ing")):
        return tokens[tokens.index(",") + 1 :]
    while tokens and (tokens[0].lower() in w.ADVERBS - w.SEVERAL or tokens[0] in ",:()" or tokens[0].lower() == "and"):
        tokens = tokens[1:]
    return tokens


def _until_another_doer(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Up to an "and" after which somebody else does something: "Mum to register and dad to find work"."""
    for at in range(2, len(tokens)):
        begins = _plan_at(tokens[at + 1 :], widest=3) if tokens[at].lower() == "and" else 0
        is_sure = bool(begins) and (_plan_at(tokens[:at]) or tokens[at + 1 + begins].lower() in w.MODALS)
        if is_sure:
            return tokens[:at], tokens[at + 1 :]
    return tokens, []


def _clause(tokens: list[str]) -> Clause | None:
    if not tokens:
        return None
    if _is_order(tokens):
        return _order(tokens)
    at = _plan_at(tokens)
    if at:
        return _plan(tokens, at)
    if _is_unknown_order(tokens):
        return _order(tokens)
    if _ends_in_participle(tokens):
        return Clause(Form.BEFALLS, verb=_participle(tokens), rest=_lower(tokens))
    return Clause(Form.THING, rest=_lower(tokens))


# An order


def _is_order(tokens: list[str]) -> bool:
    """The first word is a verb we know, and not part of somebody's title or of a thing."""
    first, after = tokens[0].lower(), [token.lower() for token in tokens[1:]]
    if first in ("never", "not", "don't") and after:
        return _is_order(tokens[1:])
    if first in ("do",) and after[:1] == ["not"]:
        return True
    if first not in w.VERBS:
        return False
    if not after:
        return first not in w.OFTEN_NOUNS or first in w.VAGUE
    if after[0] in w.ROLE_HEADS - w.KIND_OF.keys() and (len(after) > 1 and after[1] in w.MODALS | {"to", "and"}):
        return False
    if after[:2] == ["to", "be"] or (after[0] in w.MODALS and first in w.OFTEN_NOUNS):
        return False
    if after[0] == "to" and len(after) > 1 and after[1] in w.VERBS and first in w.OFTEN_NOUNS - w.CHAINING:
        return False
    is_short_thing = first in w.OFTEN_NOUNS and len(after) == 1 and not _starts_an_object(tokens[1])
    return not is_short_thing or first in w.VAGUE


def _is_unknown_order(tokens: list[str]) -> bool:
    """A verb we do not know: a thing is not followed by "the" or by a name, "Immunise Mira" is."""
    if len(tokens) < 2 or tokens[0].lower() in w.DETERMINERS | w.NUMBER_WORDS | w.KIND_OF.keys():
        return False
    return tokens[0].isalpha() and not tokens[0].lower().endswith("ing") and _starts_an_object(tokens[1])


def _starts_an_object(token: str) -> bool:
    low = token.lower()
    return low in w.DETERMINERS | w.PRONOUNS or is_person_word(low) or (token[0].isupper() and not token.isupper())


def _order(tokens: list[str]) -> Clause:
    negated = tokens[0].lower() in ("never", "not", "don't") or [t.lower() for t in tokens[:2]] == ["do", "not"]
    skipped = 0
    if negated:
        skipped = 2 if tokens[0].lower() == "do" else 1
    return Clause(Form.ORDER, verb=tokens[skipped].lower(), rest=_lower(tokens[skipped + 1 :]), is_negated=negated)


# A plan: somebody to, will, should


def _plan_at(tokens: list[str], *, widest: int = LONGEST_DOER) -> int:
    """Where "to" or "will" stands after a doer; 0 where the words are no plan."""
    for at in range(1, min(len(tokens), widest + 1)):
        low, after = tokens[at].lower(), [token.lower() for token in tokens[at + 1 : at + 4]]
        if low in w.PREPOSITIONS - {"to", "of", "in"}:
            return 0
        if low in w.MODALS and after:
            return at
        if low in ("needs", "need", "agrees", "agree", "is", "are", "has", "have") and after[:1] == ["to"]:
            return at + 1
        if low == "to" and after and _may_be_a_verb(after, tokens[:at]):
            return at
    return 0


def _may_be_a_verb(after: list[str], doer: list[str]) -> bool:
    word = next((word for word in after if word not in w.ADVERBS | {"not", "never"}), "")
    if word == "be" or word in w.VERBS:
        return True
    return bool(word) and word not in w.DETERMINERS | w.PRONOUNS and is_doer(doer) and not word.isdigit()


def _plan(tokens: list[str], at: int) -> Clause:
    doer = tuple(token for token in tokens[:at] if token not in ",:()")
    if doer and doer[-1].lower() in ("needs", "need", "agrees", "agree", "is", "are", "has", "have"):
        doer = doer[:-1]
    rest = [token.lower() for token in tokens[at + 1 :]]
    negated = bool(doer) and doer[-1].lower() in ("not", "never")
    doer = doer[:-1] if negated else doer
    while rest and (rest[0] in w.ADVERBS or rest[0] in ("not", "never", "to") or rest[0].endswith("ly")):
        negated = negated or rest[0] in ("not", "never")
        rest = rest[1:]
    if not rest:
        return Clause(Form.THING, rest=_lower(tokens))
    suffered = _first_not_adverb(rest[1:]) if rest[0] == "be" else ""
    if _is_participle(suffered) and suffered not in w.VAGUE_WITH["be"].split():
        agent = _agent(rest)
        return Clause(Form.PLAN if agent else Form.BEFALLS, agent, base(suffered), tuple(rest[2:]), negated)
    if not names_a_doer(doer):
        return Clause(Form.BEFALLS, verb=base(rest[0]), rest=tuple(rest[1:]), is_negated=negated)
    return Clause(Form.PLAN, doer, base(rest[0]), tuple(rest[1:]), negated)


def _first_not_adverb(rest: list[str]) -> str:
    return next((word for word in rest if word not in w.ADVERBS and not word.endswith("ly")), "")


def _agent(rest: list[str]) -> tuple[str, ...]:
    """ "by Quin Troy", "by the health visitor"; not "by 30 April"."""
    for at, word in enumerate(rest[:-1]):
        if word == "by" and not rest[at + 1][0].isdigit() and rest[at + 1] not in ("the", "end", "next", "noon"):
            return tuple(rest[at + 1 : at + 3])
        if word == "by" and rest[at + 1] == "the" and is_doer(rest[at + 2 : at + 4]):
            return tuple(rest[at + 2 : at + 4])
    return ()


# A thing done, with nobody doing it


def _is_participle(word: str) -> bool:
    return (word.endswith("ed") and len(word) > 4) or word in w.IRREGULAR_PARTICIPLES


def _participle(tokens: list[str]) -> str:
    return next((low for low in _lower(tokens[1:]) if _is_participle(low)), "")


def _ends_in_participle(tokens: list[str]) -> bool:
    """ "Assessment completed and shared": a participle that no thing follows."""
    low = _lower(tokens)
    for at in range(1, len(low)):
        after = low[at + 1] if at + 1 < len(low) else ""
        if _is_participle(low[at]) and (after in w.PREPOSITIONS | {"", "and", ","} or _is_participle(after)):
            return True
    return False


# Who


def is_person_word(word: str) -> bool:
    return word in w.KIND_OF or word in w.ROLE_HEADS or word in ("mum's", "dad's") or word in w.SEVERAL


def is_doer(tokens: list[str]) -> bool:
    """Whether the words name somebody: a known word for a person, or names with capitals."""
    if any(is_person_word(token.lower()) for token in tokens):
        return True
    named = [token for token in tokens if token.lower() not in w.DETERMINERS]
    return bool(named) and all(token[0].isupper() for token in named) and len(named) <= 3


def names_a_doer(doer: tuple[str, ...]) -> bool:
    """Whether the last word of the doer can do something: "the school", "Olga Reed", "CAMHS"; not "attendance"."""
    head = doer[-1].lower() if doer else ""
    if is_person_word(head):
        return True
    named = [word for word in doer if word.lower() not in w.DETERMINERS]
    is_thing = head in w.OFTEN_NOUNS or head.endswith(w.THING_ENDINGS)
    return bool(named) and all(word[0].isupper() for word in named) and not is_thing


def _lower(tokens: list[str]) -> tuple[str, ...]:
    return tuple(token.lower() for token in tokens)

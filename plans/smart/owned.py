"""A: one named person does it, and the sentence names nobody else."""

import re
from collections.abc import Iterator

from plans.smart import words as w
from plans.smart.finding import Doer, Finding, Written
from plans.smart.grammar import Clause, read


def findings(written: Written) -> Iterator[Finding]:
    """Whether there is an owner, and whether the sentence agrees that it is them alone."""
    if written.owner is None:
        yield Finding("no_owner", "Name the one person who will do it.", is_missing=True, refuses=True)
    clauses = [clause for clause in read(written.text) if clause.doer]
    if said := several(clauses):
        yield Finding(
            "several_owners",
            f"“{said}” is more than one: name the one who answers for it, and give others an action of their own.",
            (said,),
        )
    elif written.owner and (said := somebody_else(clauses, written.owner)):
        yield Finding(
            "other_owner",
            f"The sentence says “{said}”, the owner is {written.owner.name}: name the same person in both.",
            (said,),
        )


def several(clauses: list[Clause]) -> str:
    """The doers, where the sentence has more than one, or everybody."""
    for clause in clauses:
        low = [word.lower() for word in clause.doer]
        joined = {"and", "&"} & {*low} or any("/" in word for word in low)
        if joined or low[-1] in w.SEVERAL or low[0] in ("all", "both", "everyone", "everybody"):
            return " ".join(clause.doer)
    if len({tuple(word.lower() for word in clause.doer) for clause in clauses}) > 1:
        return " and ".join(" ".join(clause.doer) for clause in clauses)
    return ""


def somebody_else(clauses: list[Clause], owner: Doer) -> str:
    """The doer the sentence names, where that is surely not the owner; "" where it is, or where nobody can tell."""
    for clause in clauses:
        if _is_other(clause.doer, owner):
            return " ".join(clause.doer)
    return ""


def _is_other(doer: tuple[str, ...], owner: Doer) -> bool:
    said = [word.lower() for word in doer if word.lower() not in w.DETERMINERS]
    if {*said} & {*owner.name.lower().split()}:
        return False
    kind = kind_of(said)
    if kind:
        return bool(owner.kind) and kind != owner.kind
    return len(said) == 2 and all(word[0].isupper() for word in doer) and not {*said} & w.ROLE_HEADS


def kind_of(said: list[str]) -> str:
    """What kind of doer the words are; "" for one we do not know."""
    phrase = " ".join(said[-2:])
    return w.KIND_OF_PHRASE.get(phrase) or (w.KIND_OF.get(said[-1], "") if said else "")


def agency_kind(said: str) -> str:
    """What an agency is, by the words of its key and name; "" for one we do not know."""
    words = set(re.findall(r"[a-z]+", said.lower()))
    return next((kind for kind, known in w.AGENCY_WORDS.items() if words & known), "")

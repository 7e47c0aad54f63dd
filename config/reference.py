"""The reference pages of the documentation, made from the code itself, so that they cannot say anything else."""

import inspect
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django_fsm import GET_STATE, RETURN_VALUE

import config.urls  # noqa: F401, with every page every act there is
import meetings.copies
import meetings.releasing  # noqa: F401
from config.stories import verbs
from config.stories.story import HERE
from workflow.acts import ACTS
from workflow.audit import ANY_OTHER_STATE, ANY_STATE
from workflow.errors import REFUSALS
from workflow.models import Role
from workflow.permissions import ANY, MAY
from workflow.records import Record, StateField
from workflow.timescales import ENGLAND_2026_1, ENGLAND_SETTINGS, PACK_VERSION, SOURCES

FOLDER = settings.BASE_DIR / "docs" / "reference"
API = "openapi.json"
MADE_BY = "This page is made from the code by `manage.py write_reference`. A test fails when the two differ."
PARTICULAR = re.compile(r"conference's|owner|agency\b(?! roles)")
OF_THE_PLAYER = {"look": "Looks, and changes nothing.", "miss_sweep": "The sweeps of the next days do not run."}


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    made: dict[str, Callable[[], str]] = {
        "timescales.md": timescales,
        "states.md": states,
        "refusals.md": refusals,
        "roles.md": roles,
        "verbs.md": story_verbs,
    }
    return {name: make() for name, make in made.items()}


# Timescales


def timescales() -> str:
    rows = [
        (f"`{rule.code}`", rule.value.in_words, rule.counted_from, rule.owner, rule.binding, rule.source)
        for rule in ENGLAND_2026_1.values()
    ]
    return _page(
        "Timescales",
        f"Every clock of the England default pack, version {PACK_VERSION}. A partnership gives a clock another value "
        "by a new version of its policy, agreed by two people; a deadline keeps the value it was opened with. What is "
        "called a product default is ours: nobody else says anything. A source in capitals is listed below.",
        _table(("Code", "How long", "Counted from", "Owed by", "Binding", "Source"), rows),
        "## Settings",
        "What else a partnership may set, and what holds until it does.",
        _table(("Setting", "Default"), [(f"`{name}`", _setting(value)) for name, value in ENGLAND_SETTINGS.items()]),
        "## Sources",
        "Local procedures of these places, read for the values above.",
        _table(("Code", "Place"), SOURCES.items()),
    )


def _setting(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)


# States


def states() -> str:
    kinds = [model for model in apps.get_models() if issubclass(model, Record)]
    with_states = [(kind, field) for kind in kinds for field in kind._meta.fields if isinstance(field, StateField)]
    with_states.sort(key=lambda pair: str(pair[0]._meta.verbose_name))
    sections = [part for kind, field in with_states for part in _states_of(kind, field)]
    return _page(
        "States",
        "What may become of each record. A state changes by a transition and in no other way; what is not listed here "
        "is refused.",
        *sections,
    )


def _states_of(kind: Any, field: StateField) -> list[str]:
    comments = _comments(kind.State)
    meanings = [(f"`{value}`", label, comments.get(str(value), "")) for value, label in kind.State.choices]
    return [
        f"## {str(kind._meta.verbose_name).capitalize()}",
        _first_line(kind),
        f"It begins as `{field.get_default()}`.",
        _table(("State", "Shown as", "Means"), meanings),
        _table(("Transition", "From", "To"), _transitions(kind, field)),
    ]


def _transitions(kind: Any, field: StateField) -> list[tuple[str, str, str]]:
    """Each transition once, with every state it may start from."""
    order = [str(value) for value, _ in field.flatchoices]
    sources: dict[str, list[str]] = {}
    targets: dict[str, Any] = {}
    for transition in field.get_all_transitions(kind):
        sources.setdefault(transition.name, []).append(str(transition.source))
        targets[transition.name] = transition.target
    found = [
        (name, sorted(starts, key=lambda state: order.index(state) if state in order else -1))
        for name, starts in sources.items()
    ]
    found.sort(key=lambda pair: [order.index(state) if state in order else -1 for state in pair[1]])
    return [(f"`{name}`", ", ".join(map(_source, starts)), _target(targets[name], starts)) for name, starts in found]


def _source(state: str) -> str:
    return {ANY_STATE: "any state", ANY_OTHER_STATE: "any other state"}.get(state, f"`{state}`")


def _target(target: Any, starts: Sequence[str]) -> str:
    if isinstance(target, (RETURN_VALUE, GET_STATE)):
        return " or ".join(f"`{state}`" for state in target.allowed_states)
    return f"`{target}`" if target is not None else "stays"


def _comments(choices: Any) -> dict[str, str]:
    """What the comment beside each state says, where it is declared."""
    said = re.findall(r'^\s+\w+ = "(\w+)",.*?#\s*(.+)$', inspect.getsource(choices), re.MULTILINE)
    return {value: comment[0].upper() + comment[1:] for value, comment in said}


# Refusals


def refusals() -> str:
    rows = [(f"`{code}`", " ".join((refusal.__doc__ or "").split())) for code, refusal in REFUSALS.items()]
    return _page(
        "Refusals",
        "Everything that can be refused, by its code, and the sentence the person reads. A refusal changes nothing and "
        "sends nothing; it is written into the journal of the case with whatever was missing.",
        _table(("Code", "What the person reads"), rows),
    )


# Roles


def roles() -> str:
    asked_for = _particular_people()
    rows = [(f"`{act}`", _first_line(ACTS[act]), asked_for.get(act) or _who(MAY[act])) for act in MAY]
    return _page(
        "Who may do what",
        "One row for each act. Nobody may do what is not listed, and nobody what their role is not named for. A person "
        "acts in their own role or in that of somebody they cover that day. Where the rules ask for a particular "
        "person or agency, the act looks for them itself: those rows say so in the words of the rules.",
        _table(("Act", "What it does", "Who may"), rows),
        "## By role",
        "Without what depends on being a particular person or of a particular agency.",
        _table(
            ("Role", "May"),
            [
                (role.label, ", ".join(f"`{act}`" for act in MAY if role in MAY[act] and act not in asked_for))
                for role in Role
            ],
        ),
    )


IN_FULL = {"LP": "lead practitioner", "TM": "team manager or above", "admin": "conference administrator"}


def _particular_people() -> dict[str, str]:
    """The acts for which the rules ask for more than a role, in their words."""
    rules = (HERE / "FORMAT.md").read_text(encoding="utf-8")
    said = re.findall(r"^- \*\*`(\w+)`\*\* \(([^)]+)\)", rules, re.MULTILINE)
    return {act: _in_full(words) for act, words in said if act in MAY and PARTICULAR.search(words)}


def _in_full(words: str) -> str:
    return re.sub(r"\b(LP|TM|admin)\b", lambda short: IN_FULL[short[0]], words)


def _who(allowed: Iterable[Role]) -> str:
    allowed = frozenset(allowed)
    if allowed == ANY:
        return "everybody but the auditor"
    return ", ".join(role.label.lower() for role in Role if role in allowed)


# Verbs


def story_verbs() -> str:
    schema = json.loads((HERE / "story.schema.json").read_text())["$defs"]["verbs"]
    rows = [(f"`{name}`", _does(verb), _told(schema.get(name, {}))) for name, verb in verbs.VERBS.items()]
    rows += [(f"`{name}`", said, _told(schema.get(name, {}))) for name, said in OF_THE_PLAYER.items()]
    return _page(
        "Story verbs",
        "What can happen in a story, each verb doing what one domain function does. Words an event may leave out are "
        "in brackets.",
        _table(("Verb", "What it does", "What the event says"), rows),
    )


def _does(verb: Any) -> str:
    """The first sentence of the act behind a verb; of each, where a verb means one act or another."""
    if isinstance(verb, verbs.Verb):
        return _first_line(verb.act)
    either = [value for value in vars(type(verb)).values() if isinstance(value, verbs.Verb)]
    return " ".join(dict.fromkeys(_first_line(each.act) for each in either))


def _told(schema: dict[str, Any]) -> str:
    needed = schema.get("required", [])
    words = sorted(schema.get("properties", {}), key=lambda word: word not in needed)
    return ", ".join(f"`{word}`" if word in needed else f"(`{word}`)" for word in words)


# Writing


def _first_line(thing: Any) -> str:
    """What a docstring says first, without the refusals it names."""
    first = (inspect.getdoc(thing) or "").partition("\n")[0]
    return re.sub(r" Raises \w.*$", "", first)


def _page(title: str, introduction: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", introduction, MADE_BY, *(part for part in parts if part)]) + "\n"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rows = list(rows)
    if not rows:
        return ""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)

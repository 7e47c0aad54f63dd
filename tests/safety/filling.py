"""Filling in a form as it stands on its page: whatever fields it has today, found by looking."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

TEXTS = {"text", "search", "email", "tel", "url", "password"}
TICKED = {"radio", "checkbox"}


@dataclass
class Filled:
    """A form of a page: where it goes, what was already in it, which fields take words, which boxes make up days."""

    action: str
    method: str
    given: dict[str, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)

    @property
    def kind(self) -> tuple[str, ...]:
        """What makes two forms the same one to us: the step it does, and its fields."""
        return (self.method, *self.given.get("do", []), *sorted({*self.texts, *self.days, *self.chosen}))

    def with_texts(self, say: Callable[[str], str]) -> dict[str, list[str]]:
        """What is sent when every field for words holds what `say` gives for it."""
        return self.given | {name: [say(name)] for name in self.texts}

    def with_days(self, day: str, month: str, year: str) -> dict[str, list[str]]:
        boxes = {"day": day, "month": month, "year": year}
        return self.given | {f"{name}-{box}": [said] for name in self.days for box, said in boxes.items()}

    def with_nonsense(self, said: str) -> dict[str, list[str]]:
        """Every choice and every hidden value replaced as well, as no page of ours would send it."""
        left = {name: values for name, values in self.given.items() if name in ("csrfmiddlewaretoken", "do")}
        return left | {name: [said] for name in (*self.texts, *self.chosen, *self.given) if name not in left}


def forms_of(soup: BeautifulSoup, address: str) -> list[Filled]:
    """Every form in the main part of a page."""
    found = soup.main or soup
    return [_form(each, address) for each in found.find_all("form")]


def _form(form: Tag, address: str) -> Filled:
    filled = Filled(str(form.get("action") or address), str(form.get("method", "get")).lower())
    for each in form.find_all(["input", "textarea", "select"]):
        name = str(each.get("name", ""))
        if not name:
            continue
        if each.name == "textarea":
            filled.texts.append(name)
        elif each.name == "select":
            options = each.find_all("option")
            picked = next((one for one in options if one.has_attr("selected")), options[-1] if options else None)
            filled.given[name] = [str(picked.get("value", ""))] if picked else []
            filled.chosen.append(name)
        elif each.get("type", "text") in TICKED:
            # The first that is offered, so that a form with a required choice is complete.
            filled.given.setdefault(name, [str(each.get("value", "on"))])
            filled.chosen.append(name)
        elif each.get("type") == "hidden":
            filled.given[name] = [str(each.get("value", ""))]
        elif name.rpartition("-")[2] in ("day", "month", "year"):
            whole, _, box = name.rpartition("-")
            filled.given[name] = [str(each.get("value", "")) or {"day": "27", "month": "11", "year": "2026"}[box]]
            filled.days += [] if whole in filled.days else [whole]
        elif each.get("type", "text") in TEXTS:
            filled.given[name] = [str(each.get("value", ""))]
            filled.texts.append(name)
    return filled


def shown_in(soup: BeautifulSoup, name: str) -> str | None:
    """What stands in a field of the page now; None when the field is not there."""
    found = soup.find(["input", "textarea"], attrs={"name": name})
    if found is None:
        return None
    if found.name == "textarea":
        text = found.text  # the parser keeps the line break after the tag that a browser drops
        return text[1:] if text.startswith("\n") else text
    return str(found.get("value", ""))

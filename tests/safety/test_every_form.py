"""Whatever is typed into whatever field: kept as text, or refused by name beside it with what was typed kept.

Forms are found by walking every page as everybody, fields by looking at the page: a new one is covered by itself.
"""

import inspect
import itertools
from collections.abc import Iterator
from copy import deepcopy
from typing import ClassVar

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from tests.access.samples import routes, what_fills
from tests.naughty import A_MEGABYTE, NO_DAYS, NUL, STRANGE
from tests.safety.filling import Filled, forms_of, shown_in
from tests.safety.pages import READERS, EveryPage
from workflow.models import Entry

# Who is shown something of their own only where the others are shown nothing.
RARELY_MORE = ("police_lead", "board", "inspector")
WELL = {200, 302, 400, 403, 404, 405, 409, 410, 422, 429}
MARK = "¶"
OURS = ("config", "meetings", "plans", "escalation", "notifications", "workflow")


def seen_again(text: str) -> str:
    """As a browser sends it and a page shows it: one kind of line break."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def strings_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings_in(list(value.values()))
    elif isinstance(value, list):
        for each in value:
            yield from strings_in(each)


class EveryForm(EveryPage):
    found: ClassVar[list[tuple[str, str, Filled]]] = []

    def every_form(self) -> list[tuple[str, str, Filled]]:
        """Each form once, with an address and a reader who is shown it. Looked for once: every test begins alike."""
        if not self.found:
            type(self).found += self.looked_for()
        return self.found

    def looked_for(self) -> Iterator[tuple[str, str, Filled]]:
        seen: set[tuple[str, ...]] = set()
        for route in routes():
            address = reverse(route.name, kwargs=what_fills(route))
            shown = False
            for who in READERS:
                if shown and who in RARELY_MORE:
                    continue
                answer = self.ask(who, address)
                if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
                    continue
                shown = True
                for form in forms_of(BeautifulSoup(answer.content, "html.parser"), address):
                    if (route.name, *form.kind) not in seen:
                        seen.add((route.name, *form.kind))
                        yield route.name, who, form

    def send(self, who, form, said):
        """Sends a form and undoes whatever came of it. The answer, and what the journal got."""
        before = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with transaction.atomic():
            self.ask(who, "/health/")
            answer = getattr(self.client, form.method)(form.action, said)
            kept = list(Entry.objects.filter(pk__gt=before).values_list("details", flat=True))
            transaction.set_rollback(True)
        return answer, kept

    def test_case_36_every_text_is_kept_as_it_is_or_refused_with_what_was_typed(self):
        texts, number = itertools.cycle(STRANGE), itertools.count(1)
        kept_whole, shown_again, used = 0, 0, set()
        for name, who, form in self.every_form():
            for _ in range(3 if form.texts else 0):
                typed = {}
                for text in form.texts:
                    strange = next(texts)
                    used.add(strange)
                    typed[text] = f"{strange}{MARK}{next(number)}."
                with self.subTest(form=name, who=who, typed=typed):
                    answer, journal = self.send(who, form, form.with_texts(typed.__getitem__))
                    self.assertIn(answer.status_code, WELL)
                    found = list(strings_in(journal))
                    for text in typed.values():
                        mark = text[text.rindex(MARK) :]
                        for kept in (each for each in found if mark in each):
                            kept_whole += 1
                            self.assertIn(seen_again(text).strip(), seen_again(kept))
                    if answer.status_code == 200:
                        soup = BeautifulSoup(answer.content, "html.parser")
                        for field, text in typed.items():
                            shown = shown_in(soup, field)
                            if shown is not None and MARK in shown:
                                shown_again += 1
                                self.assertEqual(seen_again(shown), seen_again(text))
                        self.assertFalse(soup.main.find_all("script"))
        self.assertEqual(used, set(STRANGE))
        self.assertGreater(kept_whole, 60)
        self.assertGreater(shown_again, 150)

    def test_case_36_what_can_never_be_text_is_refused_kindly_beside_its_field(self):
        refused = 0
        for name, who, form in self.every_form():
            for text in form.texts:
                said = form.with_texts(lambda each, text=text: f"be{NUL}fore" if each == text else "As agreed")
                with self.subTest(form=name, who=who, field=text):
                    answer, journal = self.send(who, form, said)
                    self.assertIn(answer.status_code, WELL)
                    self.assertNotIn(NUL, "".join(strings_in(journal)))
                    soup = BeautifulSoup(answer.content, "html.parser")
                    if answer.status_code == 200 and soup.find(id=f"id_{text}-error"):
                        refused += 1
        self.assertGreater(refused, 60)

    def test_case_36_a_line_of_a_megabyte_is_kept_or_refused(self):
        for name, who, form in self.every_form():
            for text in form.texts[:1]:
                with self.subTest(form=name, who=who, field=text):
                    said = form.with_texts(lambda each, text=text: A_MEGABYTE if each == text else "As agreed")
                    answer, _ = self.send(who, form, said)
                    self.assertIn(answer.status_code, WELL)

    def test_case_37_a_day_that_is_none_is_refused_by_its_name_and_stays_as_it_was_typed(self):
        days = itertools.cycle(NO_DAYS)
        refused = 0
        for name, who, form in self.every_form():
            for _ in range(2 if form.days and form.method == "post" else 0):
                day, month, year = next(days)
                with self.subTest(form=name, who=who, typed=(day, month, year)):
                    answer, _ = self.send(
                        who, form, form.with_texts(lambda _: "As agreed") | form.with_days(day, month, year)
                    )
                    self.assertIn(answer.status_code, WELL - {302})
                    if answer.status_code == 200:
                        soup = BeautifulSoup(answer.content, "html.parser")
                        for each in form.days:
                            if soup.find(id=f"id_{each}-error"):
                                refused += 1
                                # A browser makes the same of it.
                                shown = shown_in(soup, f"{each}-day").replace(NUL, "\ufffd")
                                self.assertEqual(shown, day.replace(NUL, "\ufffd") or "")
        self.assertGreater(refused, 20)

    def test_case_07_choices_and_hidden_values_that_no_page_offers_change_nothing(self):
        nonsense = itertools.cycle(("=1+1", NUL, "9" * 30, "-1", "١", "on"))
        for name, who, form in self.every_form():
            for said in itertools.islice(nonsense, 2):
                with self.subTest(form=name, who=who, said=said):
                    answer, _ = self.send(who, form, form.with_nonsense(said))
                    self.assertIn(answer.status_code, WELL)


def form_classes() -> list[type[forms.BaseForm]]:
    """Every form class of ours, whether a page shows it or not."""
    import tests.safety.every_module  # noqa: F401

    found, waiting = [], [forms.BaseForm]
    while waiting:
        for each in waiting.pop().__subclasses__():
            waiting.append(each)
            if each.__module__.split(".")[0] in OURS and each not in found:
                found.append(each)
    return found


def fields_of_classes() -> Iterator[tuple[str, forms.Field]]:
    for each in form_classes():
        for name, field in getattr(each, "base_fields", {}).items():
            yield f"{each.__module__}.{each.__name__}.{name}", field


def test_every_field_of_every_form_class_takes_text_as_it_is_or_says_why_not():
    looked_at = 0
    for where, field in fields_of_classes():
        if type(field) is not forms.CharField:
            continue
        looked_at += 1
        for text in STRANGE:
            try:
                assert field.clean(text) == (text.strip() if field.strip else text), where
            except ValidationError as refused:
                assert refused.messages and all(refused.messages), where
        for never in (NUL, f"a{NUL}b"):
            try:
                field.clean(never)
            except ValidationError:
                continue
            raise AssertionError(f"{where} takes a NUL")
    assert looked_at > 60


@pytest.mark.django_db  # some fields look a choice up
def test_no_field_of_any_kind_fails_on_anything():
    kinds = {}
    for where, field in fields_of_classes():
        kinds.setdefault(type(field), (where, field))
    assert len(kinds) > 5
    for kind, (where, declared) in kinds.items():
        field = deepcopy(declared)
        if hasattr(field, "choices"):
            field.choices = []  # some are asked of the database
        for text in (*STRANGE, NUL, "\ud83d", A_MEGABYTE):
            given = [text] if issubclass(kind, forms.MultipleChoiceField) else text
            if inspect.getattr_static(field.widget, "typed", None):
                given = (text, text, text)
            try:
                field.clean(given)
            except ValidationError as refused:
                assert refused.messages, where

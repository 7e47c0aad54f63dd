"""`manage.py write_reference`: writes the reference pages of the documentation from the code."""

from typing import Any

from django.core.management.base import BaseCommand

from config.reference import FOLDER, pages


class Command(BaseCommand):
    help = "Writes docs/reference/*.md: timescales, states, refusals, roles and story verbs, from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, text in pages().items():
            (FOLDER / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"docs/reference/{name}")

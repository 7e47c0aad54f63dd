"""`manage.py write_reference`: writes the reference pages of the documentation from the code."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from config.api_description import described
from config.reference import API, FOLDER, pages


class Command(BaseCommand):
    help = "Writes docs/reference: timescales, states, refusals, roles, story verbs and openapi.json, from the code."

    def handle(self, *args: Any, **options: Any) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, text in pages().items():
            (FOLDER / name).write_text(text, encoding="utf-8")
            self.stdout.write(f"docs/reference/{name}")
        (FOLDER / API).write_text(json.dumps(described(), indent=2) + "\n", encoding="utf-8")
        self.stdout.write(f"docs/reference/{API}")

"""What a command asks of the database, it asks for the service itself."""

from typing import Any

from django.core.management.base import BaseCommand

from workflow.scope import by_the_service


class OfTheService(BaseCommand):
    """A command that works on every case."""

    def execute(self, *args: Any, **options: Any) -> Any:
        with by_the_service():
            return super().execute(*args, **options)

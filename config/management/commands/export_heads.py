"""`manage.py export_heads`: where every chain of seals ends now, to be kept where nobody here can write."""

from typing import Any

from config.management.of_the_service import OfTheService
from workflow.chain import heads


class Command(OfTheService):
    help = "Prints one line for each chain. Kept elsewhere, `verify_record --heads FILE` finds a chain cut off since."

    def handle(self, *args: Any, **options: Any) -> None:
        for head in heads():
            self.stdout.write(head.as_line())

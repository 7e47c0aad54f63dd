"""`manage.py first_administrator`: the one person nobody can invite."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from config import clock
from notifications.joining import A_LINK_LASTS, begin_with
from workflow.errors import Refused


class Command(BaseCommand):
    help = (
        "Gives the first system administrator a post and prints the address by which they set up their sign-in. "
        "Refuses when there is an administrator. Everybody else is invited on the page of people."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--email", required=True, help="Their work address; they sign in by it.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
            address = begin_with(options["name"], options["email"], at=clock.now())
        except ValidationError as wrong:
            raise CommandError("--email is not an e-mail address.") from wrong
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(f"{options['name']} sets up their sign-in here, once, within {A_LINK_LASTS.days} days:")
        self.stdout.write(address)

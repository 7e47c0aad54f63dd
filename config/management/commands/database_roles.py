"""`manage.py database_roles app|report NAME [--apply]`: the GRANTs of a database role, printed or applied."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from workflow.database_roles import Kind, grants


class Command(BaseCommand):
    help = "Prints what a PostgreSQL role is granted; with --apply grants it. Run as the owner, after every migrate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=list(Kind))
        parser.add_argument("name", help="The role, made beforehand with CREATE ROLE.")
        parser.add_argument("--apply", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        statements = list(grants(Kind(options["kind"]), options["name"]))
        if not options["apply"]:
            self.stdout.write("".join(f"{each};\n" for each in statements))
            return
        if connection.vendor != "postgresql":
            raise CommandError("Only PostgreSQL has roles.")
        with transaction.atomic(), connection.cursor() as cursor:
            for each in statements:
                cursor.execute(each)
        self.stdout.write(f"{options['name']}: {len(statements)} statements applied.")

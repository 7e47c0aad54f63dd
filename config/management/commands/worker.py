"""`manage.py worker`: sweeps, delivers and does all else that runs by itself, beside any number of others."""

import asyncio
import socket
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.checks import why_no_workers


class Command(BaseCommand):
    help = "Takes the turns that the server takes by itself where no worker runs. Start as many as you like, anywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default=socket.gethostname(), help="How the log calls it.")
        parser.add_argument("--concurrency", type=int, default=4, help="How many turns it takes at once.")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.ENGINE != "worker":
            raise CommandError("THROUGHLINE_ENGINE is not `worker`: set it for the servers and the workers alike.")
        if why_not := why_no_workers():
            raise CommandError(why_not)
        from config.jobs import work

        self.stdout.write(f"Worker {options['name']} takes turns (Ctrl+C stops it)")
        self.stdout.flush()
        asyncio.run(work(name=options["name"], concurrency=options["concurrency"]))
        self.stdout.write("Stopped.")

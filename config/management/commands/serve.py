"""`manage.py serve`: the site, its sockets and its engine in one process, as in production."""

import errno
import socket
import warnings
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

HERE = "127.0.0.1"
# Nothing is ever said to us over a socket; what arrives is not kept before it is refused.
LARGEST_FRAME = 1024


class Command(BaseCommand):
    help = "Serves the site on this machine. In production a proxy in front of it speaks TLS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        # Static files come from WhiteNoise, which hands them over synchronously; they are small and that is well.
        warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
        listening = listen(port)
        self.stdout.write(f"Throughline is at http://{HERE}:{port} (Ctrl+C stops it)")
        self.stdout.flush()
        try:
            uvicorn.Server(configured(port)).run(sockets=[listening])
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        finally:
            listening.close()


def listen(port: int) -> socket.socket:
    """A socket on this port. Raises CommandError with what to do when somebody else has it."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HERE, port))
    except OSError as trouble:
        listening.close()
        if trouble.errno == errno.EADDRINUSE:
            raise CommandError(f"Port {port} is in use. Choose another: PORT={port + 1} make demo") from trouble
        raise CommandError(f"Port {port} cannot be used: {trouble.strerror}.") from trouble
    return listening


def configured(port: int) -> uvicorn.Config:
    """The server, as quiet as it can be; what fails is still said."""
    from config.asgi import serving

    return uvicorn.Config(
        serving(origins_on(port)),
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws_max_size=LARGEST_FRAME,
        timeout_graceful_shutdown=5,
    )


def origins_on(port: int) -> list[str]:
    """Where pages with a socket may come from: as set, and on a local machine both its names on this port."""
    if settings.PRODUCTION:
        return settings.LIVE_ORIGINS
    return [*settings.LIVE_ORIGINS, f"http://{HERE}:{port}", f"http://localhost:{port}"]

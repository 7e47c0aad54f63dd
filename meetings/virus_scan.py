"""A look by ClamAV, where one is set up: the file goes to its daemon over INSTREAM. No answer means no file.

`CLAMAV` is "host:port" or the path of its socket. The protocol is three lines long and frozen, so no package is asked.
"""

import socket
from contextlib import closing
from struct import pack

from django.conf import settings

from workflow.errors import FileInfected, FileNotScanned

SECONDS = 30
AT_ONCE = 64 * 1024
LONGEST_ANSWER = 4096
CLEAN, FOUND = b": OK", b" FOUND"


def is_set_up() -> bool:
    return bool(settings.CLAMAV)


def scan(content: bytes) -> None:
    """Raises FileInfected; FileNotScanned when the daemon is away, slow, or says anything but that all is well."""
    if not is_set_up():
        return
    try:
        answer = _asked(content)
    except OSError as trouble:
        raise FileNotScanned() from trouble
    if answer.endswith(FOUND):
        raise FileInfected()
    if not answer.endswith(CLEAN):
        raise FileNotScanned()


def _asked(content: bytes) -> bytes:
    with closing(_connected()) as daemon:
        daemon.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), AT_ONCE):
            piece = content[start : start + AT_ONCE]
            daemon.sendall(pack("!L", len(piece)) + piece)
        daemon.sendall(pack("!L", 0))
        answer = b""
        while len(answer) < LONGEST_ANSWER and (more := daemon.recv(LONGEST_ANSWER)):
            answer += more
    return answer.strip(b"\0\n ")


def _connected() -> socket.socket:
    if settings.CLAMAV.startswith("/"):
        daemon = socket.socket(socket.AF_UNIX)
        daemon.settimeout(SECONDS)
        try:
            daemon.connect(settings.CLAMAV)
        except OSError:
            daemon.close()
            raise
        return daemon
    host, _, port = settings.CLAMAV.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)

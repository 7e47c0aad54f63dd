"""Calling an address that somebody outside has named, without being sent where nobody outside could go.

The name is looked up once, every address it stands for has to be a public one, and the connection goes to the very
address that was judged: a name that changes its mind in between leads nowhere. No redirect is followed.
"""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from workflow.errors import AddressNotAllowed

SECONDS_TO_ANSWER = 10
MOST_OF_AN_ANSWER = 1024
# Public by number, and yet a way to any address of the older kind.
LEADS_ELSEWHERE = [ipaddress.ip_network(network) for network in ("64:ff9b::/96", "2002::/16", "2001::/32")]


@dataclass(frozen=True)
class Place:
    """Where a call goes: the name it is made to, the address behind it that was judged, and the path there."""

    host: str
    address: str
    port: int
    path: str
    is_secure: bool


def place_of(url: str) -> Place:
    """The place behind an address. Raises AddressNotAllowed for one we do not send to, OSError where there is none."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not host or parts.username or parts.password:
        raise AddressNotAllowed(about=[host or url[:60]])
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    allowed = [ipaddress.ip_network(network) for network in settings.WEBHOOKS_MAY_REACH]
    for address in found:
        judged = ipaddress.ip_address(address.split("%")[0])
        judged = getattr(judged, "ipv4_mapped", None) or judged
        if any(judged in network for network in allowed):
            continue
        is_public = judged.is_global and not judged.is_multicast
        if not is_public or parts.scheme != "https" or any(judged in network for network in LEADS_ELSEWHERE):
            raise AddressNotAllowed(about=[host])
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(host, found[0], port, path, parts.scheme == "https")


@dataclass(frozen=True)
class Reply:
    """What a system answered; `code` 0 where it did not."""

    code: int
    said: str

    @property
    def is_taken(self) -> bool:
        return 200 <= self.code < 300


def post(url: str, body: bytes, headers: dict[str, str]) -> Reply:
    """Sends `body` there once. Raises AddressNotAllowed; what a network or a server does is in the reply."""
    try:
        place = place_of(url)
        connection = _Judged(place)
        try:
            connection.request("POST", place.path, body, {"Content-Type": "application/json", **headers})
            answer = connection.getresponse()
            answer.read(MOST_OF_AN_ANSWER)
            return Reply(answer.status, f"{answer.status} {answer.reason}".strip())
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, UnicodeError) as trouble:
        return Reply(0, f"{type(trouble).__name__}: {' '.join(str(trouble).split())}")


class _Judged(http.client.HTTPConnection):
    """A connection to the address that was judged, whatever its name stands for by now."""

    def __init__(self, place: Place) -> None:
        super().__init__(place.host, place.port, timeout=SECONDS_TO_ANSWER)
        self.place = place

    def connect(self) -> None:
        self.sock = socket.create_connection((self.place.address, self.place.port), self.timeout)
        if self.place.is_secure:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.place.host)

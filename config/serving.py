"""Whether a port is free to serve on."""

import socket


def busy_port(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something already listens there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0

"""A small clamd in a process of its own: says what it was told to say of whatever it is sent over INSTREAM.

`python -m tests.meetings.fake_clamd HOW` prints its port. HOW: `looks` (finds EICAR), `errs`, `hangs_up`, `babbles`.
"""

import socket
import struct
import sys

EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
ANSWERS = {"errs": b"INSTREAM size limit exceeded. ERROR\0", "babbles": b"stream: quite all right\0", "hangs_up": b""}


def read(connection: socket.socket, size: int) -> bytes:
    told = b""
    while len(told) < size:
        more = connection.recv(size - len(told))
        if not more:
            raise SystemExit("the other side left in the middle")
        told += more
    return told


def taken(connection: socket.socket) -> bytes:
    """The whole stream, held to the protocol."""
    assert read(connection, 10) == b"zINSTREAM\0"
    told = b""
    while size := struct.unpack("!L", read(connection, 4))[0]:
        told += read(connection, size)
    return told


def main(how: str) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    while True:
        connection, _ = listening.accept()
        with connection:
            found = EICAR in taken(connection)
            looked = b"stream: Eicar-Test-Signature FOUND\0" if found else b"stream: OK\0"
            connection.sendall(ANSWERS.get(how, looked))


if __name__ == "__main__":
    main(sys.argv[1])

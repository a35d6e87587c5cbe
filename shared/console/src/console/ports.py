"""Ports of 127.0.0.1 for the parts of a stack.

A port is chosen some seconds before its program listens there. One of those that the system itself deals out,
to whoever connects or asks for any, may have another owner by then; and who tries such a port again and again
is one day given it as his own end, and is connected to himself. Ours are of a range that is left alone.
"""

import os
import socket
from itertools import count
from pathlib import Path

FIRST, PORTS = 20_000, 12_000  # Linux gives away those from 32768, the others those from 49152
_DRAWS = 128  # so many of one process come before they are its neighbour's, by number
_turn = count()


def remembered_port(file: Path) -> int:
    """The port used last time, so that addresses survive a restart, or a free one when that is taken."""
    port = int(file.read_text()) if file.exists() else 0
    if port == 0 or not is_free(port):
        port = free_port()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(port))
    return port


def free_port() -> int:
    """A port that nobody holds at this moment, and that no process begun about now draws too."""
    while not is_free(port := FIRST + (os.getpid() * _DRAWS + next(_turn)) % PORTS):
        continue
    return port


def is_free(port: int) -> bool:
    """Whether a program could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True

"""Ports for the servers that tests start."""

import random
import socket
from contextlib import suppress


def free_port() -> int:
    """A port on loopback that nobody listens on, below those that outgoing connections get."""
    while True:
        port = random.randrange(10240, 32768)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port

"""Closing a listening socket without resetting a connection that has just begun."""

import ctypes
import logging
import socket
import struct
import sys

logger = logging.getLogger(__name__)

SO_ATTACH_FILTER = 26  # linux/socket.h; Python does not name it
# A classic BPF program on TCP's header: drop what begins a connection, let all else pass.
FLAGS_BYTE, SYN, WHOLE = 13, 0x02, 0x7FFFFFFF
PROGRAM = (
    (0x30, 0, 0, FLAGS_BYTE),  # load the byte of flags
    (0x45, 0, 1, SYN),  # if SYN is set …
    (0x06, 0, 0, 0),  # … drop
    (0x06, 0, 0, WHOLE),  # else pass
)


def refuse_new(listening: socket.socket) -> None:
    """Ignore new connections from now on, in every process that shares the socket.

    Without it a connection that arrives between the last accept and close is reset, with a
    request in it. Clients that come now try again and find the port closed, or a successor.
    """
    if sys.platform != "linux" or listening.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in PROGRAM))
    program = struct.pack("HL", len(PROGRAM), ctypes.addressof(code))
    try:
        listening.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    except OSError as error:
        logger.warning("new connections may be reset while stopping: %s", error.strerror)

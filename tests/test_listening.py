"""Closing a listening socket without resetting what has just begun."""

import socket

from thumbor_renuo.listening import refuse_new


def test_what_has_begun_goes_on_and_nothing_new_begins() -> None:
    """A connection in the queue keeps its bytes; a later one gets no answer, and no reset."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = listening.getsockname()
        early = socket.create_connection(address, timeout=5)
        refuse_new(listening)
        early.sendall(b"sent after new ones were refused")
        late = socket.socket()
        late.settimeout(0.3)
        try:
            late.connect(address)
        except TimeoutError:
            refused = True
        else:
            refused = False
        accepted, _ = listening.accept()
        assert accepted.recv(100) == b"sent after new ones were refused"
        assert refused
        for each in (early, late, accepted):
            each.close()

"""A server on loopback that answers with given bytes, slowly or not at all."""

import socket
import threading
from collections.abc import Sequence
from typing import Self

Answer = bytes | Sequence[bytes] | None
PAUSE_SECONDS = 0.1


class FaultyServer:
    """Answers each connection's first request and closes.

    `answer(a, b)` gives a to the first and b to all others. Bytes are sent at once, a list piece
    by piece with pauses, and None is silence.
    """

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._answers: list[Answer] = [b""]
        self._stopped = threading.Event()
        self.requests = 0

    def answer(self, *answers: Answer) -> str:
        """Set the answers; returns the address."""
        self._answers = list(answers)
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._listening.close()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.requests += 1
            chosen = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            threading.Thread(target=self._serve, args=(connection, chosen), daemon=True).start()

    def _serve(self, connection: socket.socket, chosen: Answer) -> None:
        with connection:
            try:
                connection.recv(65536)
                if chosen is None:
                    self._stopped.wait(30)
                    return
                pieces = [chosen] if isinstance(chosen, bytes) else chosen
                for piece in pieces:
                    connection.sendall(piece)
                    if len(pieces) > 1 and self._stopped.wait(PAUSE_SECONDS):
                        return
            except OSError:
                return

"""A small bounded load on loopback: keep-alive clients that tell how each request ended."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import cycle, islice
from typing import Self

MAX_CLIENTS = 64
MAX_SECONDS = 60
ANSWER_SECONDS = 30
RETRY_SECONDS = 0.05


class Outcome(Enum):
    """How a request ended, as its client sees it."""

    OK = auto()
    REFUSED = auto()  # no connection, or one that was seen closed: nothing had been sent
    LOST = auto()  # sent, and then reset, cut short, silent or answered with a 5xx


@dataclass(frozen=True)
class Result:
    """One request; `port` is the client's end of its connection, 0 when there was none."""

    outcome: Outcome
    path: str
    status: int = 0
    port: int = 0
    seconds: float = 0
    detail: str = ""


class Connection:
    """One keep-alive connection, which is closed once it has failed or the server says so."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._port: int = writer.get_extra_info("sockname")[1]
        self._closed = False

    def is_closed(self) -> bool:
        """Tell whether either side has closed it."""
        return self._closed or self._reader.at_eof() or self._reader.exception() is not None

    def close(self) -> None:
        """Close it."""
        self._closed = True
        self._writer.close()

    async def ask(self, path: str) -> Result:
        """Send one GET and read its whole answer."""
        loop = asyncio.get_running_loop()
        started, status, detail = loop.time(), 0, ""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                self._writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
                status, length, keeps = await self._head()
                while length:
                    piece = await self._reader.read(min(length, 1 << 16))
                    if not piece:
                        raise ConnectionError(f"{length} bytes are missing")
                    length -= len(piece)
        except (OSError, EOFError, TimeoutError) as error:
            detail, keeps = repr(error), False
        if not keeps:
            self.close()
        lost = detail or status >= 500
        seconds = loop.time() - started
        outcome = Outcome.LOST if lost else Outcome.OK
        return Result(outcome, path, status, self._port, seconds, detail)

    async def _head(self) -> tuple[int, int, bool]:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status_line, *lines = head.split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines if line)
        keeps = headers.get("connection") != "close"
        return int(status_line.split()[1]), int(headers["content-length"]), keeps


class Load:
    """So many clients ask for the paths in turn until `stop`, or for `seconds` at most.

    Args:
        port: of 127.0.0.1.
        until_refused: a client ends with its first refused connection; else it tries again.
    """

    def __init__(
        self,
        port: int,
        paths: Sequence[str],
        *,
        clients: int = 16,
        seconds: float = 30,
        until_refused: bool = False,
    ) -> None:
        assert clients <= MAX_CLIENTS
        assert seconds <= MAX_SECONDS
        self._port, self._paths = port, paths
        self._clients, self._seconds = clients, seconds
        self._until_refused = until_refused
        self._stopped = False
        self._changed = asyncio.Event()
        self.results: list[Result] = []

    async def __aenter__(self) -> Self:
        self._tasks = [asyncio.create_task(self._client(n)) for n in range(self._clients)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stopped = True
        await self.ended()

    async def ended(self) -> None:
        """Wait until each client has its last answer."""
        await asyncio.gather(*self._tasks)

    async def answered(self, count: int, outcome: Outcome = Outcome.OK) -> None:
        """Wait until so many more requests have ended so."""
        wanted = self.count(outcome) + count
        async with asyncio.timeout(ANSWER_SECONDS):
            while self.count(outcome) < wanted:
                self._changed.clear()
                await self._changed.wait()

    def of(self, outcome: Outcome) -> list[Result]:
        """Return the requests that ended so."""
        return [result for result in self.results if result.outcome is outcome]

    def count(self, outcome: Outcome) -> int:
        """Return how many requests ended so."""
        return len(self.of(outcome))

    def statuses(self) -> Counter[int]:
        """Return how often each status was answered; 0 is none."""
        return Counter(result.status for result in self.results)

    async def _client(self, number: int) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds
        connection: Connection | None = None
        for path in islice(cycle(self._paths), number % len(self._paths), None):
            if self._stopped or loop.time() > end:
                break
            if connection is None or connection.is_closed():
                connection = await self._connect(path)
            if connection is None:
                if self._until_refused:
                    return
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self._record(await connection.ask(path))
        if connection is not None:
            connection.close()

    async def _connect(self, path: str) -> Connection | None:
        try:
            return Connection(*await asyncio.open_connection("127.0.0.1", self._port))
        except OSError as error:
            self._record(Result(Outcome.REFUSED, path, detail=repr(error)))
            return None

    def _record(self, result: Result) -> None:
        self.results.append(result)
        self._changed.set()

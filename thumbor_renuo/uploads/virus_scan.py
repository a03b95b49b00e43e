"""Asks a clamd whether an upload carries a virus; what it does not clear counts as unchecked."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from thumbor_renuo.errors import ContentInfected, ContentUnchecked, Unavailable

# clamd(8): with the prefix z, commands and answers end in a zero byte.
PING, PONG = b"zPING\0", b"PONG"
INSTREAM, CLEAN = b"zINSTREAM\0", b"stream: OK"
FOUND = re.compile(rb"stream: ([!-~]{1,200}) FOUND")
TOO_LONG = b"INSTREAM size limit exceeded"
# With `AlertExceedsMax yes` clamd names so what it did not look through to the end.
GAVE_UP = "Heuristics.Limits.Exceeded"
ANSWER_BYTES = 1024
ADDRESS = re.compile(r"unix:(/.+)|(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):([0-9]{1,5})")


class VirusScanner:
    """A clamd, reached anew for each scan.

    Args:
        address: `host:port`, `[::1]:port` or `unix:/path`.
        connect_seconds: longest wait for a connection.
        total_seconds: longest time for a whole scan, the reading of the content included.
        max_bytes: the largest content that is scanned; no more than clamd's StreamMaxLength and
            MaxFileSize, for clamd calls a file clean that is over MaxFileSize.

    Raises:
        ValueError: the address is none of these.
    """

    def __init__(
        self,
        address: str,
        *,
        connect_seconds: float = 2.0,
        total_seconds: float = 60.0,
        max_bytes: int = 100 * 1024**2,
    ) -> None:
        parts = ADDRESS.fullmatch(address)
        if not parts or int(parts[4] or 1) not in range(1, 65536):
            raise ValueError("wants host:port or unix:/path")
        self._path, self._host, self._port = parts[1], parts[2] or parts[3], int(parts[4] or 0)
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._max_bytes = max_bytes

    async def scan(self, chunks: AsyncIterator[bytes], size: int) -> None:
        """Return if the content is clean, and only then.

        Args:
            chunks: the whole content.
            size: its bytes.

        Raises:
            ContentInfected: names what was found.
            ContentUnchecked: the content is too large.
            Unavailable: clamd did not answer, or with something else; or the chunks are not
                `size` bytes.
        """
        if size > self._max_bytes:
            raise self._too_large()
        self._judge(await self._converse(INSTREAM, _framed(chunks, size)))

    async def check(self) -> None:
        """Return if clamd answers.

        Raises:
            Unavailable: it does not.
        """
        if await self._converse(PING, _no_frames()) != PONG:
            raise Unavailable("the virus scanner gives no sensible answer")

    def _too_large(self) -> ContentUnchecked:
        words = f"content over {self._max_bytes} bytes cannot be checked for viruses"
        return ContentUnchecked(words, limit=self._max_bytes)

    def _judge(self, answer: bytes) -> None:
        if answer == CLEAN:
            return
        if found := FOUND.fullmatch(answer):
            name = found[1].decode("ascii")
            if name.startswith(GAVE_UP):
                raise ContentUnchecked("the content is too complex to be checked for viruses")
            raise ContentInfected(f"the content carries a virus: {name}")
        if answer.startswith(TOO_LONG):
            raise self._too_large()
        raise Unavailable("the virus scanner gives no sensible answer")

    async def _converse(self, command: bytes, frames: AsyncIterator[bytes]) -> bytes:
        """Send a command; the answer without its zero byte."""
        try:
            async with asyncio.timeout(self._total_seconds):
                with await self._connect() as connection:
                    return await _exchange(connection, command, frames)
        except TimeoutError as error:
            raise Unavailable("the virus scanner did not answer in time") from error
        except (OSError, EOFError) as error:
            raise Unavailable("the virus scanner cannot be reached") from error

    async def _connect(self) -> socket.socket:
        async with asyncio.timeout(self._connect_seconds):
            if self._path:
                return await _connected(socket.AF_UNIX, self._path)
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            for family, _, _, _, address in found[:-1]:
                with suppress(OSError):
                    return await _connected(family, address)
            family, _, _, _, address = found[-1]
            return await _connected(family, address)


async def _connected(family: int, address: Any) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(connection, address)
    except BaseException:
        connection.close()
        raise
    return connection


async def _framed(chunks: AsyncIterator[bytes], size: int) -> AsyncIterator[bytes]:
    """INSTREAM's frames: each chunk behind its length, then a length of zero."""
    rest = size
    async for chunk in chunks:
        rest -= len(chunk)
        if chunk and rest >= 0:
            yield len(chunk).to_bytes(4, "big") + chunk
    if rest:
        raise Unavailable("the content changed while it was being checked for viruses")
    yield bytes(4)


async def _exchange(
    connection: socket.socket, command: bytes, frames: AsyncIterator[bytes]
) -> bytes:
    # clamd may answer and close while we still send. Hence a bare socket: of asyncio's streams, one
    # that can no longer be written to loses what has come in and was not read yet.
    answer = asyncio.ensure_future(_read_answer(connection))
    try:
        is_whole = await _send(connection, command)
        async for frame in frames:
            is_whole = not answer.done() and await _send(connection, frame)
            if not is_whole:
                break
        text = await answer
    finally:
        answer.cancel()
        await asyncio.wait([answer])
    if text == CLEAN and not is_whole:
        raise Unavailable("the virus scanner answered before it had seen the whole content")
    return text


async def _read_answer(connection: socket.socket) -> bytes:
    """All up to a zero byte, without it."""
    loop, text = asyncio.get_running_loop(), b""
    while b"\0" not in text:
        received = await loop.sock_recv(connection, ANSWER_BYTES)
        text += received
        if not received or len(text) > ANSWER_BYTES:
            raise EOFError("the answer has no end")
    return text.partition(b"\0")[0]


async def _send(connection: socket.socket, data: bytes) -> bool:
    """Whether the other end still listens."""
    try:
        await asyncio.get_running_loop().sock_sendall(connection, data)
    except ConnectionError:
        return False
    return True


async def _no_frames() -> AsyncIterator[bytes]:
    return
    yield b""

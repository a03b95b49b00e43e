"""Asks a clamd whether an upload carries a virus; what it does not clear counts as unchecked."""

import asyncio
import re
from collections.abc import AsyncIterator

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
                reader, writer = await self._connect()
                try:
                    return await _exchange(reader, writer, command, frames)
                finally:
                    writer.transport.abort()
        except TimeoutError as error:
            raise Unavailable("the virus scanner did not answer in time") from error
        except (OSError, EOFError, asyncio.LimitOverrunError) as error:
            raise Unavailable("the virus scanner cannot be reached") from error

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with asyncio.timeout(self._connect_seconds):
            if self._path:
                return await asyncio.open_unix_connection(self._path, limit=ANSWER_BYTES)
            return await asyncio.open_connection(self._host, self._port, limit=ANSWER_BYTES)


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
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    command: bytes,
    frames: AsyncIterator[bytes],
) -> bytes:
    # clamd may answer and close while we still send: the answer is listened for from the start.
    answer = asyncio.ensure_future(reader.readuntil(b"\0"))
    answer.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        is_whole = await _send(writer, command)
        async for frame in frames:
            is_whole = not answer.done() and await _send(writer, frame)
            if not is_whole:
                break
        text = (await answer)[:-1]
    finally:
        answer.cancel()
    if text == CLEAN and not is_whole:
        raise Unavailable("the virus scanner answered before it had seen the whole content")
    return text


async def _send(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Whether the other end still listens."""
    writer.write(data)
    try:
        await writer.drain()
    except ConnectionError:
        return False
    return True


async def _no_frames() -> AsyncIterator[bytes]:
    return
    yield b""

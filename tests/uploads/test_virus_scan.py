"""thumbor_renuo.uploads.virus_scan: clean is only what clamd has seen whole and called so."""

import asyncio
import shutil
import socket
import struct
import subprocess
import threading
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.ports import free_port
from tests.web_server import raw_server
from thumbor_renuo.errors import ContentInfected, ContentUnchecked, StorageError, Unavailable
from thumbor_renuo.uploads.virus_scan import VirusScanner

# In two pieces, so that no scanner takes this file for one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
CLAMD = shutil.which("clamd", path="/usr/sbin:/usr/bin")
PATIENCE = 60
STREAM_LIMIT = 2 * 1024**2

needs_clamd = pytest.mark.skipif(
    not CLAMD, reason="needs the program clamd (Debian's package clamav-daemon)"
)


async def chunks_of(content: bytes, size: int = 65536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


# -- a real clamd ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clamd() -> Iterator[tuple[str, str]]:
    """A clamd that knows one signature; its addresses over TCP and over a Unix socket."""
    with TemporaryDirectory(prefix="clamd-") as name:
        folder, port = Path(name), free_port()
        (folder / "db").mkdir()
        (folder / "db" / "own.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
        settings = {
            "DatabaseDirectory": folder / "db",
            "LocalSocket": folder / "socket",
            "TCPSocket": port,
            "TCPAddr": "127.0.0.1",
            "Foreground": "yes",
            "StreamMaxLength": STREAM_LIMIT,
            "MaxFileSize": STREAM_LIMIT,
            "MaxRecursion": 3,
            "AlertExceedsMax": "yes",
        }
        lines = [f"{key} {value}" for key, value in settings.items()]
        (folder / "clamd.conf").write_text("\n".join(lines) + "\n")
        command = [str(CLAMD), f"--config-file={folder / 'clamd.conf'}"]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            addresses = f"127.0.0.1:{port}", f"unix:{folder}/socket"
            asyncio.run(until_ready(addresses, process))
            yield addresses
        finally:
            process.kill()
            process.wait(PATIENCE)


async def until_ready(addresses: tuple[str, ...], process: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(PATIENCE):
        for address in addresses:
            while True:
                assert process.poll() is None, "clamd has ended"
                try:
                    await VirusScanner(address).check()
                except Unavailable:
                    await asyncio.sleep(0.05)
                else:
                    break


@pytest.fixture(params=[0, 1], ids=["tcp", "unix"])
def scanner(request: pytest.FixtureRequest, clamd: tuple[str, str]) -> VirusScanner:
    """A scanner that knows no bound below clamd's own."""
    return VirusScanner(clamd[request.param], max_bytes=10 * STREAM_LIMIT)


@needs_clamd
@pytest.mark.integration
async def test_clamd_is_ready(scanner: VirusScanner) -> None:
    """It answers a ping."""
    await scanner.check()


@needs_clamd
@pytest.mark.integration
@pytest.mark.parametrize(
    "content", [b"", b"x", b"\xff\xd8 harmless " * 1000, bytes(STREAM_LIMIT)], ids=len
)
async def test_clean_content_passes(scanner: VirusScanner, content: bytes) -> None:
    """Of any length that clamd takes, its limit included."""
    await scanner.scan(chunks_of(content), len(content))


@needs_clamd
@pytest.mark.integration
@pytest.mark.parametrize("size", [1, 7, 65536])
async def test_a_virus_is_named(scanner: VirusScanner, size: int) -> None:
    """However the content is cut into chunks."""
    content = b"%PDF-1.7 " + EICAR + b" trailer"
    with pytest.raises(ContentInfected) as caught:
        await scanner.scan(chunks_of(content, size), len(content))
    assert caught.value.message == "the content carries a virus: Eicar-Test.UNOFFICIAL"
    assert (caught.value.status, caught.value.code) == (422, "content_infected")


@needs_clamd
@pytest.mark.integration
async def test_content_over_clamd_s_own_limit_is_unchecked(scanner: VirusScanner) -> None:
    """It answers and closes while we still send."""
    content = bytes(5 * STREAM_LIMIT)
    for _ in range(5):
        with pytest.raises(ContentUnchecked):
            await scanner.scan(chunks_of(content), len(content))


@needs_clamd
@pytest.mark.integration
async def test_content_that_clamd_gave_up_on_is_unchecked(scanner: VirusScanner) -> None:
    """An archive nested deeper than clamd looks is not called a virus, and not clean."""
    content = EICAR
    for _ in range(8):
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.zip", content)
        content = packed.getvalue()
    with pytest.raises(ContentUnchecked, match="too complex"):
        await scanner.scan(chunks_of(content), len(content))


@needs_clamd
@pytest.mark.integration
async def test_scans_at_the_same_time_keep_apart(scanner: VirusScanner) -> None:
    """Each has its own answer."""

    async def is_infected(number: int) -> bool:
        content = b"%d " % number + (EICAR if number % 3 == 0 else b"harmless")
        try:
            await scanner.scan(chunks_of(content, 10), len(content))
        except ContentInfected:
            return True
        return False

    found = await asyncio.gather(*map(is_infected, range(30)))
    assert found == [number % 3 == 0 for number in range(30)]


# -- a clamd that misbehaves ----------------------------------------------------------------------

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def frames(reader: asyncio.StreamReader) -> bytes:
    """What INSTREAM sends, put together."""
    assert await reader.readuntil(b"\0") == b"zINSTREAM\0"
    content = b""
    while size := struct.unpack(">I", await reader.readexactly(4))[0]:
        content += await reader.readexactly(size)
    return content


def answering(answer: bytes) -> Serve:
    """Read everything, then answer and close."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await frames(reader)
        writer.write(answer)
        writer.close()

    return serve


async def scan_against(serve: Serve, content: bytes = b"content", **options: float) -> None:
    """Scan with a server of the test's own."""
    async with raw_server(serve) as port:
        scanner = VirusScanner(f"127.0.0.1:{port}", **options)  # type: ignore[arg-type]
        await scanner.scan(chunks_of(content, 3), len(content))


async def test_the_content_is_sent_as_it_is() -> None:
    """In frames, of which an empty chunk makes none: it would end the stream."""
    seen = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await frames(reader))
        writer.write(b"stream: OK\0")
        writer.close()

    async def chunks() -> AsyncIterator[bytes]:
        for chunk in (b"", b"one ", b"", b"two", b""):
            yield chunk

    async with raw_server(serve) as port:
        await VirusScanner(f"127.0.0.1:{port}").scan(chunks(), 7)
    assert seen == [b"one two"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: OK",
        b"stream: OK\n",
        b"stream: OK \0",
        b"stream: ok\0",
        b"OK\0",
        b"FOUND\0",
        b"stream:  FOUND\0",
        b"stream: a name FOUND\0",
        b"stream: \xff\xfe FOUND\0",
        b"UNKNOWN COMMAND\0",
        b"stream: Can't allocate memory ERROR\0",
        b"x" * 5000 + b"\0",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
async def test_nonsense_is_not_clean(answer: bytes) -> None:
    """Anything but the one clean answer, in full, is a failure of the scanner."""
    with pytest.raises(Unavailable):
        await scan_against(answering(answer))


async def test_what_was_found_is_named_as_clamd_names_it() -> None:
    """An answer that comes in pieces is put together."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await frames(reader)
        for piece in (b"stream: Win.Test", b".EICAR_HDB-1 FO", b"UND\0"):
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    with pytest.raises(ContentInfected, match=r"Win\.Test\.EICAR_HDB-1$"):
        await scan_against(serve)


async def test_a_size_limit_of_clamd_is_told() -> None:
    """As 422: trying again does not help."""
    with pytest.raises(ContentUnchecked) as caught:
        await scan_against(answering(b"INSTREAM size limit exceeded. ERROR\0"), max_bytes=1000)
    assert (caught.value.status, caught.value.limit) == (422, 1000)


async def test_an_answer_before_the_end_is_not_clean() -> None:
    """Who has not seen everything cannot know."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"stream: OK\0")
        with suppress(ConnectionError):
            await reader.read()
        writer.close()

    async def chunks() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0)

    async with raw_server(serve) as port:
        with pytest.raises(Unavailable, match="before it had seen the whole content"):
            await VirusScanner(f"127.0.0.1:{port}").scan(chunks(), 10**8)


async def test_a_clamd_that_closes_early_is_not_clean() -> None:
    """With or without a reset."""
    for is_abrupt in (False, True):

        async def serve(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, abort: bool = is_abrupt
        ) -> None:
            await reader.readexactly(10)
            if abort:
                writer.transport.abort()
            writer.close()

        with pytest.raises(Unavailable):
            await scan_against(serve, bytes(10**5))


@pytest.mark.parametrize("content", [b"content", bytes(20_000_000)], ids=["short", "long"])
async def test_a_silent_clamd_is_waited_for_so_long(content: bytes) -> None:
    """Also where it stops taking what is sent."""
    ended = asyncio.Event()

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await ended.wait()
        writer.close()

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    async with raw_server(serve) as port:
        scanner = VirusScanner(f"127.0.0.1:{port}", total_seconds=0.2)
        with pytest.raises(Unavailable, match="did not answer in time"):
            await scanner.scan(chunks(), len(content))
        with pytest.raises(Unavailable, match="did not answer in time"):
            await scanner.check()
        ended.set()


async def test_an_answer_before_a_reset_counts() -> None:
    """It came in while this process was busy, and the next write finds the connection gone."""
    gone = threading.Event()

    def refuse(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        connection.recv(16)
        connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        connection.close()  # with unread bytes: a reset
        gone.set()

    async def chunks() -> AsyncIterator[bytes]:
        yield bytes(1000)
        gone.wait(10)  # nothing else runs meanwhile, the reading of the answer included
        for _ in range(3):
            yield bytes(1000)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = threading.Thread(target=refuse, args=(listening,))
        server.start()
        scanner = VirusScanner(f"127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(ContentUnchecked):
            await scanner.scan(chunks(), 4000)
        server.join()


async def test_a_connection_is_waited_for_so_long(tmp_path: Path) -> None:
    """connect_seconds is a bound of its own."""
    scanner = VirusScanner("127.0.0.1:3310", connect_seconds=0.05, total_seconds=60)

    async def connect(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncio.get_running_loop(), "sock_connect", connect)
        async with asyncio.timeout(10):
            with pytest.raises(Unavailable, match="did not answer in time"):
                await scanner.check()


async def test_without_a_clamd_nothing_is_clean(tmp_path: Path) -> None:
    """Over TCP and over a Unix socket."""
    for address in (f"127.0.0.1:{free_port()}", f"unix:{tmp_path}/none"):
        with pytest.raises(Unavailable, match="cannot be reached") as caught:
            await VirusScanner(address).scan(chunks_of(b"content"), 7)
        assert caught.value.status == 503
        with pytest.raises(Unavailable, match="cannot be reached"):
            await VirusScanner(address).check()


@pytest.mark.parametrize("answer", [b"stream: OK\0", b"PONG", b"", b"PING\0"])
async def test_a_ping_wants_its_own_answer(answer: bytes) -> None:
    """Another server on that port is not taken for clamd."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readuntil(b"\0") == b"zPING\0"
        writer.write(answer)
        writer.close()

    async with raw_server(serve) as port:
        with pytest.raises(Unavailable):
            await VirusScanner(f"127.0.0.1:{port}").check()


# -- the content ----------------------------------------------------------------------------------


async def test_content_over_the_limit_is_not_even_sent() -> None:
    """Not one chunk is read."""

    async def chunks() -> AsyncIterator[bytes]:
        pytest.fail("a chunk was read")
        yield b""

    scanner = VirusScanner(f"127.0.0.1:{free_port()}", max_bytes=6)
    with pytest.raises(ContentUnchecked) as caught:
        await scanner.scan(chunks(), 7)
    assert (caught.value.limit, caught.value.code) == (6, "content_unchecked")


async def test_content_of_the_limit_is_scanned() -> None:
    """The limit itself is allowed."""
    await scan_against(answering(b"stream: OK\0"), max_bytes=7)


@pytest.mark.parametrize("size", [0, 6, 8, 10**6])
async def test_content_of_another_size_is_not_clean(size: int) -> None:
    """What was scanned must be the whole: neither cut short nor longer."""
    seen = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            seen.append(await frames(reader))
        finally:
            writer.close()

    async with raw_server(serve) as port:
        with pytest.raises(Unavailable, match="changed while"):
            await VirusScanner(f"127.0.0.1:{port}").scan(chunks_of(b"content", 3), size)
    assert seen == []


async def test_an_error_of_the_content_is_told_as_it_is() -> None:
    """And the connection to clamd is closed."""
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        closed.set()
        writer.close()

    async def chunks() -> AsyncIterator[bytes]:
        yield b"con"
        raise StorageError("the bucket is gone")

    async with raw_server(serve) as port:
        with pytest.raises(StorageError):
            await VirusScanner(f"127.0.0.1:{port}").scan(chunks(), 7)
        async with asyncio.timeout(10):
            await closed.wait()


@pytest.mark.parametrize(
    "address",
    ["", "clamd", ":3310", "clamd:0", "clamd:65536", "clamd:x", "unix:", "unix:socket", "::1:3310"],
)
def test_an_address_is_a_host_and_port_or_a_socket(address: str) -> None:
    """Anything else is refused when the scanner is made."""
    with pytest.raises(ValueError, match="wants host:port or unix:/path"):
        VirusScanner(address)


@pytest.mark.parametrize("address", ["clamd:3310", "10.0.0.1:1", "[::1]:65535", "unix:/run/c.ctl"])
def test_these_addresses_are_taken(address: str) -> None:
    """Names, IP addresses, and absolute paths."""
    VirusScanner(address)

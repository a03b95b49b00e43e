"""Where all servers fetch the originals: python -m bench.origin PORT FOLDER.

A file is served by the last component of the path alone, from memory, so that each request of a
bench can name an object that nobody has asked for before. It is an HTTP server of static files, and
S3 enough for ours: path-style GET and HEAD, ETag, Last-Modified; a bucket is there; signatures are
not looked at.
"""

import asyncio
import hashlib
import sys
from email.utils import formatdate
from functools import cache
from pathlib import Path

TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".avif": "image/avif",
}
HEAD_END = b"\r\n\r\n"
ERROR = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
BUCKET_DEPTH = 1


class Origin(asyncio.Protocol):
    """One connection, kept open from request to request."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._received = folder, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete; none of them has a body."""
        self._received += data
        while HEAD_END in self._received:
            head, _, self._received = self._received.partition(HEAD_END)
            method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
            headers, body = answer(self._folder, target)
            self._transport.write(headers)
            if method == "GET" and body:
                self._transport.write(body)


def answer(folder: Path, target: str) -> tuple[bytes, bytes]:
    """Head and body for a path."""
    parts = target.partition("?")[0].strip("/").split("/")
    if len(parts) == BUCKET_DEPTH:
        return _head("200 OK", "application/xml", 0), b""
    found = _file(folder, parts[-1])
    return found or (_head("404 Not Found", "application/xml", len(ERROR)), ERROR)


@cache
def _file(folder: Path, name: str) -> tuple[bytes, bytes] | None:
    place = folder / name
    if not place.is_file():
        return None
    body = place.read_bytes()
    etag = f'ETag: "{hashlib.sha256(body).hexdigest()[:32]}"'
    date = f"Last-Modified: {formatdate(place.stat().st_mtime, usegmt=True)}"
    kind = TYPES.get(place.suffix, "application/octet-stream")
    return _head("200 OK", kind, len(body), etag, date), body


def _head(status: str, kind: str, length: int, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {length}", *more]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def serve(port: int, folder: Path) -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Origin(folder), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))

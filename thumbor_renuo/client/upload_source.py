"""A file to be uploaded: its size, its checksum, and its bytes as often as they are needed."""

import base64
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from thumbor_renuo.client.errors import SourceChanged

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True)
class UploadSource:
    """Reads from where the file stood.

    Attributes:
        name: the file's own, without folders; empty where it has none.
        size: in bytes.
        checksum_sha256: base64, as S3 writes it.
    """

    name: str
    size: int
    checksum_sha256: str
    _stream: BinaryIO = field(repr=False)
    _start: int

    def chunks(self) -> Iterator[bytes]:
        """The `size` bytes from the start, a chunk at a time.

        Raises:
            SourceChanged: there are fewer, or they cannot be read.
        """
        left = self.size
        try:
            self._stream.seek(self._start)
            while left and (chunk := self._stream.read(min(CHUNK_BYTES, left))):
                left -= len(chunk)
                yield chunk
        except OSError as error:
            # As it is, it would be taken for the connection's.
            raise SourceChanged(f"the file cannot be read: {error.strerror}") from error
        if left:
            raise SourceChanged(f"the file became {left} bytes shorter while it was uploaded")


@contextmanager
def open_source(file: str | os.PathLike[str] | BinaryIO) -> Iterator[UploadSource]:
    """Read a file once for its size and checksum, and keep it open.

    Args:
        file: a path, or a file object in binary mode: it is read from where it stands to its end
            and left open. One that cannot seek is copied to a temporary file.

    Raises:
        ValueError: it is not in binary mode.
        OSError: it cannot be read.
    """
    with ExitStack() as opened:
        stream: BinaryIO
        if isinstance(file, str | os.PathLike):
            stream = opened.enter_context(Path(file).open("rb"))
        else:
            stream = file
        copy = None if stream.seekable() else opened.enter_context(TemporaryFile())
        start = 0 if copy else stream.tell()
        size, checksum = _digest(stream, copy.write if copy else None)
        yield UploadSource(_name(file), size, checksum, copy or stream, start)


def _name(file: object) -> str:
    name = file if isinstance(file, str | os.PathLike) else getattr(file, "name", "")
    # The name of a file that was opened by its number is that number.
    return Path(name).name if isinstance(name, str | os.PathLike) else ""


def _digest(stream: BinaryIO, copy: Callable[[bytes], object] | None) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    while chunk := _chunk_of(stream):
        digest.update(chunk)
        size += len(chunk)
        if copy:
            copy(chunk)
    return size, base64.b64encode(digest.digest()).decode()


def _chunk_of(stream: BinaryIO) -> bytes:
    chunk = stream.read(CHUNK_BYTES)
    if not isinstance(chunk, bytes):  # text, or None of a stream that does not wait
        raise ValueError("the file is not open in binary mode, or does not wait for its bytes")
    return chunk

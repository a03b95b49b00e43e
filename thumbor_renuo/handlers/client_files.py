"""The built upload client: its files as they are served, their integrity, and its version."""

import base64
import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from thumbor_renuo.errors import NotFound
from thumbor_renuo.handlers.base import etag_of

STATIC = Path(__file__).parent.parent / "static"
CLIENT = ("renuo-upload.js", "renuo-upload.css", "renuo-upload.mjs")
TYPES = {
    ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".html": "text/html",
}  # fmt: skip
NO_VERSION = "0"  # of a build that does not say


@dataclass(frozen=True)
class BuiltFile:
    """One file of the client.

    Attributes:
        data: as it was built.
        gzipped: the same, compressed.
        media_type: without a charset.
    """

    data: bytes
    gzipped: bytes
    media_type: str

    @property
    def integrity(self) -> str:
        """What a page's attribute `integrity` says: of the content, compressed or not."""
        return f"sha384-{base64.b64encode(hashlib.sha384(self.data).digest()).decode()}"

    def body(self, *, is_gzipped: bool) -> tuple[bytes, str]:
        """The bytes that are sent, and their strong ETag: each coding has its own."""
        data = self.gzipped if is_gzipped else self.data
        return data, etag_of(data)


@lru_cache(maxsize=32)
def built(name: str) -> BuiltFile:
    """A file of the build, compressed once.

    Raises:
        NotFound: the build has none of this name.
    """
    path = STATIC / name
    if not path.is_file():
        raise NotFound(f"there is no {name} in the built upload client")
    data = path.read_bytes()
    return BuiltFile(data, gzip.compress(data, mtime=0), TYPES[path.suffix])


@lru_cache(maxsize=1)
def version() -> str:
    """The version that the build says it is."""
    path = STATIC / "client.json"
    if not path.is_file():
        return NO_VERSION
    return str(json.loads(path.read_bytes())["version"])


def address(name: str) -> str:
    """The path under which a file of this build is served for ever."""
    return f"/client/{version()}/{name}"


def manifest() -> dict[str, object]:
    """What a build tool or a page needs to load this build, and no other."""
    there = [name for name in CLIENT if (STATIC / name).is_file()]
    files = {n: {"url": address(n), "integrity": built(n).integrity} for n in there}
    return {"version": version(), "files": files}

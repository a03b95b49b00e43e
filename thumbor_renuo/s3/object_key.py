"""The S3 key of an original, `o/<app>/<prefix>/<name>`: percent-decoded once, and safe."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Self
from urllib.parse import quote, unquote, unquote_to_bytes

from thumbor_renuo.errors import InvalidPath

# S3's own limit, in bytes of UTF-8: "Creating object key names", S3 user guide.
MAX_KEY_BYTES = 1024
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def decode_path(raw: str) -> str:
    """Percent-decode a request's raw path, once.

    Args:
        raw: as Tornado has it, the bytes of the request line read as Latin-1.

    Raises:
        InvalidPath: the bytes are not UTF-8.
    """
    try:
        return unquote_to_bytes(raw.encode("latin-1")).decode("utf-8")
    except UnicodeError:
        raise InvalidPath("the path is not UTF-8") from None


@dataclass(frozen=True)
class ObjectKey:
    """An original in the bucket; `str()` of it is the S3 key."""

    app: str
    path: str

    @classmethod
    def parse(cls, key: str) -> Self:
        """Check a decoded key.

        Raises:
            InvalidPath: says which rule the key breaks.
        """
        size = len(key.encode("utf-8", "surrogatepass"))
        if size > MAX_KEY_BYTES:
            raise InvalidPath(
                f"the key has {size} bytes, at most {MAX_KEY_BYTES} are allowed",
                limit=MAX_KEY_BYTES,
            )
        if CONTROL.search(key):
            raise InvalidPath("the key has a control character")
        root, _, rest = key.partition("/")
        app, _, path = rest.partition("/")
        if root != "o" or not app or not path:
            raise InvalidPath("the key is not of the form o/<app>/<prefix>/<name>")
        if any(part in {"", ".", ".."} for part in rest.split("/")):
            raise InvalidPath("the key has an empty, '.' or '..' component")
        return cls(app, path)

    @classmethod
    def from_image(cls, image: str) -> Self:
        """Read Thumbor's percent-encoded image, with or without the `u/` of the public path.

        Raises:
            InvalidPath: it is no key of ours.
        """
        try:
            key = unquote(image, errors="strict")
        except UnicodeDecodeError:
            raise InvalidPath("the key is not UTF-8") from None
        return cls.parse(key.removeprefix("u/"))

    def __str__(self) -> str:
        return f"o/{self.app}/{self.path}"

    @cached_property
    def quoted(self) -> str:
        """Percent-encoded for a URL's path."""
        return quote(str(self))

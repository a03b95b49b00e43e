"""The keys that we issue, `o/<app>/<prefix>/<name>`, and `q/…` for what waits for its check."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote

from thumbor_renuo.errors import Forbidden
from thumbor_renuo.s3.object_key import ObjectKey
from thumbor_renuo.uploads.file_name import safe_file_name

PUBLISHED, WAITING = "o", "q"
LOOPBACK = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]+)?")
FORM = re.compile(r"([oq])/([^/]+)/([0-9a-z]{4}/(?:[0-9a-f]{4}/){8})([^/]+)")


@dataclass(frozen=True)
class IssuedKey:
    """One upload's key.

    Attributes:
        root: PUBLISHED, or WAITING: no reader reaches it there.
        prefix: random, with a slash at its end.
        name: of safe_file_name.
    """

    root: str
    app: str
    prefix: str
    name: str

    @classmethod
    def parse(cls, key: str, app: str, *, any_name: bool = False) -> Self:
        """Read a key that a client gives back.

        Args:
            any_name: old clients name the file themselves, and not as we would.

        Raises:
            Forbidden: it is none that was issued for this app.
            InvalidPath: with any name, it is no key at all.
        """
        if any_name:
            ObjectKey.parse(PUBLISHED + key[1:])
        found = FORM.fullmatch(key)
        if not found or found[2] != app or not (any_name or safe_file_name(found[4]) == found[4]):
            raise Forbidden("the parameter key is none that was issued for this app")
        return cls(*found.groups())

    def __str__(self) -> str:
        return f"{self.root}/{self.app}/{self.prefix}{self.name}"

    @property
    def published(self) -> "IssuedKey":
        """The key that readers know."""
        return IssuedKey(PUBLISHED, self.app, self.prefix, self.name)

    @property
    def file_path(self) -> str:
        """What apps keep in their database: the key without its folder."""
        return f"{self.prefix}{self.name}"


def absolute_url(cdn_host: str, key: str) -> str:
    """The address of an object with its scheme, for those who parse it."""
    scheme = "http" if LOOPBACK.fullmatch(cdn_host) else "https"
    return f"{scheme}:{links(cdn_host, key)['public_url']}"


def links(cdn_host: str, key: str) -> dict[str, str]:
    """Where the CDN has an object and its thumbnails.

    Args:
        key: an object key below `o/`.
    """
    quoted = quote(key)
    return {
        "public_url": f"//{cdn_host}/{quoted}",
        "thumbnail_url_template": f"//{cdn_host}/t/{{options}}/u/{quoted}",
    }

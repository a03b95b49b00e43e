"""The built upload client, for any page: this version's files for ever, and the newest."""

import re

from thumbor_renuo.errors import NotFound
from thumbor_renuo.handlers import client_files
from thumbor_renuo.handlers.base import PublicHandler, etag_of
from thumbor_renuo.logs import ENCODE

NEWEST_MAX_AGE = 300
FOR_EVER = "public, max-age=31536000, immutable"
# `;q=0` refuses it (RFC 9110, 12.5.3).
GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:;\s*q=([0-9.]+)\s*)?(?=,|$)", re.IGNORECASE)


def takes_gzip(accept_encoding: str) -> bool:
    """Whether a client wants gzip, by its header Accept-Encoding."""
    named = GZIP.search(accept_encoding)
    return named is not None and (named[1] is None or named[1].strip("0.") != "")


class ClientFileHandler(PublicHandler):
    """Base: a file that pages of any origin may load, and check by its integrity."""

    cors = True  # `integrity` needs it
    keeps_errors = True

    def _allow_origin(self) -> None:
        """The same for all, so that a CDN keeps one answer."""
        self.set_header("Access-Control-Allow-Origin", "*")
        self.set_header("Cross-Origin-Resource-Policy", "cross-origin")

    def send_file(self, name: str) -> None:
        """One file, compressed for who takes that."""
        is_gzipped = takes_gzip(self.request.headers.get("Accept-Encoding", ""))
        file = client_files.built(name)
        data, etag = file.body(is_gzipped=is_gzipped)
        self.set_header("Vary", "Accept-Encoding")
        if is_gzipped:
            self.set_header("Content-Encoding", "gzip")
        self.write_cacheable(data, file.media_type, etag=etag, max_age=NEWEST_MAX_AGE)


class ClientHandler(ClientFileHandler):
    """Serves /client/<file>: the newest, to be asked for again soon."""

    route = "client"

    def get(self, name: str) -> None:
        """One file, with an ETag."""
        self.send_file(name)

    head = get


class VersionedClientHandler(ClientFileHandler):
    """Serves /client/<version>/<file>: what never changes."""

    route = "client_version"

    def get(self, version: str, name: str) -> None:
        """One file of this build; there is no other."""
        current = client_files.version()
        if version != current:
            raise NotFound(f"the upload client's version here is {current}")
        self.send_file(name)
        self.set_header("Cache-Control", FOR_EVER)

    head = get


class ClientManifestHandler(ClientFileHandler):
    """Serves /client/renuo-upload.json: where this build lies, with the integrity of each file."""

    route = "client_manifest"

    def get(self) -> None:
        """The version and its files, with an ETag."""
        data = ENCODE(client_files.manifest()).encode()
        etag = etag_of(data)
        self.write_cacheable(data, "application/json", etag=etag, max_age=NEWEST_MAX_AGE)

    head = get

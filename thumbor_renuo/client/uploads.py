"""Uploads from an app's own server: sign, send the file to the bucket, complete."""

import os
import re
from typing import Any, BinaryIO

from thumbor_renuo.client import object_key
from thumbor_renuo.client.connection import Connection
from thumbor_renuo.client.errors import BadAnswer, storage_refusal
from thumbor_renuo.client.media_type import media_type
from thumbor_renuo.client.transport import PASSING, Request
from thumbor_renuo.client.upload_source import UploadSource, open_source
from thumbor_renuo.client.uploaded_file import SignedUpload, UploadedFile

METHODS = {"POST", "PUT"}
URL = re.compile(r"https?://[!-~]+")
HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
HEADER_VALUE = re.compile(r"[ -~]*")
# Somebody is completing it just now, or S3 is storing the same key.
CONFLICT = 409
STORED = {200, 201, 204}
STORED_BEFORE = 412


class Uploads:
    """Uploads for the app of a public key."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def sign(self, parameters: dict[str, Any]) -> SignedUpload:
        """Permission for one file."""
        _check_parameters(parameters)
        body = {"api_key": self._connection.api_key, **parameters}
        signed = SignedUpload.of(self._connection.post("/generate_policy", body, private=False))
        if signed.method != parameters["method"]:
            raise BadAnswer("the upload is signed for another method than was asked for")
        return signed

    def send(
        self,
        file: str | os.PathLike[str] | BinaryIO,
        filename: str | None,
        content_type: str | None,
    ) -> tuple[SignedUpload, UploadedFile]:
        """Sign for a file and put it into the bucket."""
        with open_source(file) as source:
            name = filename or source.name
            if not name:
                raise ValueError("the file has no name: say filename=…")
            kind = content_type or media_type(name)
            signed = self.sign(
                {
                    "filename": name,
                    "content_type": kind,
                    "size": source.size,
                    "checksum_sha256": source.checksum_sha256,
                    "method": "PUT",
                }
            )
            self._put(signed, source)
        uploaded = UploadedFile(
            signed.key,
            signed.file_path,
            signed.public_url,
            signed.thumbnail_url_template,
            source.size,
            kind,
        )
        return signed, uploaded

    def complete(self, key: str, token: str | None) -> UploadedFile:
        """Have an upload checked, and published where the app publishes verified."""
        plain = object_key.check_path(key)
        body = {"key": plain if plain.startswith("q/") else self._connection.object_key(plain)}
        if token is not None:
            body |= {"token": token, "api_key": self._connection.api_key}
        answer = self._connection.post(
            "/uploads/complete", body, private=token is None, passing=PASSING | {CONFLICT}
        )
        return UploadedFile.of(answer)

    def _put(self, signed: SignedUpload, source: UploadSource) -> None:
        """Send the bytes; to the bucket, the private key never goes along."""
        _check_target(signed)
        headers = {
            name: v for name, v in signed.headers.items() if name.lower() != "content-length"
        }
        request = Request(
            "PUT",
            signed.url,
            headers | {"Content-Length": str(source.size)},
            source.chunks,
            passing=PASSING | {CONFLICT},
        )
        answer = self._connection.transport.send(request)
        if answer.status == STORED_BEFORE and "if-none-match" in map(str.lower, headers):
            # Nobody else has this key's signature: a try whose answer was lost has stored it.
            return
        if answer.status not in STORED:
            raise storage_refusal(answer.status, answer.body, answer.retry_after)


def _check_parameters(parameters: dict[str, Any]) -> None:
    for name in ("filename", "content_type"):
        # Without a name, the service would sign for a whole folder, the old way.
        if not isinstance(parameters[name], str) or not parameters[name]:
            raise ValueError(f"{name} is empty or no text")
    size = parameters["size"]
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise ValueError(f"size {size!r} is no whole number of bytes")
    if parameters["method"] not in METHODS:
        raise ValueError(f"method is {' or '.join(sorted(METHODS))}")


def _check_target(signed: SignedUpload) -> None:
    if not URL.fullmatch(signed.url):
        raise BadAnswer("the answer's field 'url' is no address")
    for name, value in signed.headers.items():
        if not HEADER_NAME.fullmatch(name) or not HEADER_VALUE.fullmatch(value):
            raise BadAnswer("the answer's field 'headers' has what is no header")

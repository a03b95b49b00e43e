"""Multipart uploads for browsers: begun for one app, signed part by part, bounded at the end."""

import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from thumbor_renuo.apps import App
from thumbor_renuo.config import Settings
from thumbor_renuo.errors import BadRequest, Forbidden, NotFound, TooLarge
from thumbor_renuo.s3 import multipart_upload, objects
from thumbor_renuo.s3.client import S3Bucket, StoredObject
from thumbor_renuo.s3.multipart_upload import MAX_PARTS, Part
from thumbor_renuo.uploads.issued_key import IssuedKey
from thumbor_renuo.uploads.object_headers import APP_MARK, PARTS_MARK, api_arguments
from thumbor_renuo.uploads.presigned_post import PolicySigner
from thumbor_renuo.uploads.seal import Seal
from thumbor_renuo.uploads.sigv4 import presign_url, signing_time
from thumbor_renuo.uploads.upload_request import Bounds, UploadRequest, check_type

MAX_BATCH = 100
MIN_PART_BYTES = 5 * 1024**2  # of all parts but the last: S3 user guide
CANCEL_TIME = timedelta(minutes=5)
ETAG = re.compile(r'"?[0-9A-Za-z+/=-]{1,128}"?')


@dataclass(frozen=True)
class MultipartUpload:
    """One that we have begun.

    Attributes:
        upload_id: S3's.
        content_type, size: as declared; size is None where it was not known.
        ends: until when it must be completed, in seconds since 1970.
    """

    key: IssuedKey
    upload_id: str
    content_type: str
    size: int | None
    ends: int


class MultipartUploads:
    """Begins uploads and knows them again by the sealed id that clients give back."""

    def __init__(self, settings: Settings, policies: PolicySigner) -> None:
        self._settings, self._policies = settings, policies
        self._seal = Seal(settings, "upload id")

    async def begin(
        self, bucket: S3Bucket, app: App, key: IssuedKey, request: UploadRequest
    ) -> tuple[str, MultipartUpload]:
        """Begin one that `check` has let through; returns its id for the client, and itself."""
        arguments = api_arguments(app, self._settings, request.content_type)
        upload_id = await multipart_upload.begin(bucket, str(key), arguments)
        ends = int(time.time()) + self._settings.multipart_seconds
        begun = MultipartUpload(key, upload_id, request.content_type, request.size, ends)
        sealed = {
            "u": upload_id,
            "k": str(key),
            "t": begun.content_type,
            "s": begun.size,
            "e": ends,
        }
        return self._seal.seal(sealed), begun

    def check(self, app: App, request: UploadRequest) -> None:
        """Hold what is declared against the app's rules.

        Raises:
            UnsupportedType, TooLarge, BadRequest: what the app does not allow.
        """
        check_type(request.content_type, app)
        if request.size is not None:
            self.bounds(app).check(request.size)

    def bounds(self, app: App) -> Bounds:
        """How large an upload of several parts may be."""
        return Bounds.of(app, self._settings.upload_max_bytes, multipart=True)

    def find(self, app: App, sealed_id: str, key: str) -> MultipartUpload:
        """Read the id and the key that a client gives back, without asking S3.

        Raises:
            Forbidden: the id is none of ours, of another app or key, or has ended.
        """
        value = self._seal.open(sealed_id)
        if value["k"] != key:
            raise Forbidden("the upload id is that of another key")
        if value["e"] < time.time():
            limit = self._settings.multipart_seconds
            raise Forbidden(f"the upload was begun more than {limit} seconds ago", limit=limit)
        issued = IssuedKey.parse(key, app.full_name)
        return MultipartUpload(issued, value["u"], value["t"], value["s"], value["e"])

    def part_url(self, app: App, upload: MultipartUpload, number: int) -> str:
        """A signed URL to PUT one part to; made without network.

        Raises:
            BadRequest: no upload of this size has so many parts.
        """
        largest = self.bounds(app).high if upload.size is None else upload.size
        most = min(MAX_PARTS, max(1, -(-largest // MIN_PART_BYTES)))
        if number > most:
            raise BadRequest(f"part number {number} is over the {most} of this size", limit=most)
        return presign_url(
            self._policies.credentials,
            signing_time(),
            "PUT",
            self._policies.object_url(str(upload.key)),
            seconds=self._settings.multipart_part_seconds,
            query={"partNumber": str(number), "uploadId": upload.upload_id},
        )

    async def parts(self, bucket: S3Bucket, app: App, upload: MultipartUpload) -> list[Part]:
        """The parts that S3 has, or had before it joined them.

        Raises:
            NotFound: there is no such upload, nor what it would have become.
        """
        found = multipart_upload.parts(bucket, str(upload.key), upload.upload_id)
        try:
            return [part async for part in found]
        except NotFound:
            joined = await self._joined(bucket, app, upload)
            if joined is None:
                raise
            # A client that did not hear of it lists before it completes again. Sizes are forgotten.
            # Whoever has copied the object since, to another class say, leaves no count.
            told = joined.metadata.get(PARTS_MARK) or joined.etag.strip('"').partition("-")[2]
            count = int(told or 1)
            return [Part(number, joined.etag, 0) for number in range(1, count + 1)]

    async def complete(
        self, bucket: S3Bucket, app: App, upload: MultipartUpload, wanted: Sequence[Part]
    ) -> None:
        """Join the named parts if they are within the app's bounds; asked again, it is done.

        Raises:
            BadRequest: a part that S3 does not have, or too few bytes.
            TooLarge: too many bytes; the upload has been aborted.
            NotFound: there is no such upload, nor what it would have become.
        """
        listed = multipart_upload.parts(bucket, str(upload.key), upload.upload_id)
        try:
            stored = {part.number: part async for part in listed}
        except NotFound:
            if await self._joined(bucket, app, upload) is None:
                raise
            return
        size = self._size(stored, wanted)
        await self._check(bucket, app, upload, size)
        await multipart_upload.complete(bucket, str(upload.key), upload.upload_id, wanted)

    @staticmethod
    async def _joined(bucket: S3Bucket, app: App, upload: MultipartUpload) -> StoredObject | None:
        """What the upload has become, under a key that only it could write to."""
        for key in (upload.key, upload.key.published):
            with suppress(NotFound):
                found = await bucket.head(str(key))
                return found if found.metadata.get(APP_MARK) == app.full_name else None
        return None

    @staticmethod
    def _size(stored: Mapping[int, Part], wanted: Sequence[Part]) -> int:
        for part in wanted:
            found = stored.get(part.number)
            if found is None or found.etag.strip('"') != part.etag.strip('"'):
                raise BadRequest(f"part {part.number} is not uploaded, or with another ETag")
        return sum(stored[part.number].size for part in wanted)

    async def _check(self, bucket: S3Bucket, app: App, upload: MultipartUpload, size: int) -> None:
        bounds = self.bounds(app)
        if upload.size is not None:
            bounds = Bounds(min(bounds.low, upload.size), min(bounds.high, upload.size))
        try:
            bounds.check(size)
        except TooLarge:
            await multipart_upload.abort(bucket, str(upload.key), upload.upload_id)
            raise

    async def abort(self, bucket: S3Bucket, app: App, upload: MultipartUpload) -> None:
        """Throw away what was uploaded; what a check has published stays."""
        await multipart_upload.abort(bucket, str(upload.key), upload.upload_id)
        # A user may cancel while S3 joins the parts. The page keeps the id, hence the bound.
        joined = await self._joined(bucket, app, upload)
        if joined and datetime.now(UTC) - joined.last_modified < CANCEL_TIME:
            await objects.delete(bucket, str(upload.key))


def read_parts(body: Any) -> list[Part]:
    """The parts of a request to complete, `{"parts": [{"PartNumber": 1, "ETag": "…"}]}`.

    Raises:
        BadRequest: says which is wrong.
    """
    given = body.get("parts") if isinstance(body, Mapping) else None
    if not isinstance(given, list) or not given:
        raise BadRequest("parts is missing or no list of {PartNumber, ETag}")
    if len(given) > MAX_PARTS:
        raise BadRequest(f"{len(given)} parts are over the limit of {MAX_PARTS}", limit=MAX_PARTS)
    found = [_read_part(entry) for entry in given]
    numbers = [part.number for part in found]
    if numbers != sorted(set(numbers)):
        raise BadRequest("parts are not in the order of their numbers, or one stands there twice")
    return found


def _read_part(entry: Any) -> Part:
    number = entry.get("PartNumber") if isinstance(entry, Mapping) else None
    etag = entry.get("ETag") if isinstance(entry, Mapping) else None
    if not isinstance(etag, str) or not ETAG.fullmatch(etag):
        raise BadRequest("parts: an ETag is missing or none of S3's")
    return Part(read_number(number), etag, 0)


def read_number(given: Any) -> int:
    """A part's number.

    Raises:
        BadRequest: it is none from 1 to MAX_PARTS.
    """
    good = not isinstance(given, bool) and isinstance(given, int | str)
    if not good or not re.fullmatch("[0-9]{1,5}", str(given)) or not 1 <= int(given) <= MAX_PARTS:
        raise BadRequest(f"a part number is none from 1 to {MAX_PARTS}", limit=MAX_PARTS)
    return int(given)


def read_numbers(given: str) -> list[int]:
    """Part numbers separated by commas.

    Raises:
        BadRequest: one is wrong, or there are too many.
    """
    texts = given.split(",")
    if len(texts) > MAX_BATCH:
        raise BadRequest(
            f"{len(texts)} part numbers are over the limit of {MAX_BATCH}", limit=MAX_BATCH
        )
    return [read_number(text.strip()) for text in texts]

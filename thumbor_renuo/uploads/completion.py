"""What arrived: an upload is held against what was declared, and published or deleted."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from thumbor_renuo.apps import App
from thumbor_renuo.config import Settings
from thumbor_renuo.errors import (
    Conflict,
    ContentMismatch,
    ContentNotAllowed,
    ContentRefused,
    NotFound,
    PreconditionFailed,
    StorageTimeout,
)
from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.client import S3Bucket, StoredObject
from thumbor_renuo.uploads.content_check import ContentCheck, Finding
from thumbor_renuo.uploads.issued_key import IssuedKey, links
from thumbor_renuo.uploads.object_headers import APP_MARK, PARTS_MARK, api_arguments
from thumbor_renuo.uploads.once import OnceStore
from thumbor_renuo.uploads.token import Declared
from thumbor_renuo.uploads.upload_request import Bounds

CLAIM_MARGIN = 60  # a claim outlives the check by these seconds
GENERIC = {"", "binary/octet-stream"}
KINDS: tuple[type[ContentRefused], ...] = (ContentRefused, *ContentRefused.__subclasses__())
REFUSALS = {kind.code: kind for kind in KINDS}

# Called with the app, the kind of event and what it is about.
Announce = Callable[[App, str, dict[str, Any]], Awaitable[None]]


class Completion:
    """Checks uploads, each one once: asked again, the answer is that of the first time."""

    def __init__(
        self, settings: Settings, check: ContentCheck, once: OnceStore, announce: Announce
    ) -> None:
        self._settings, self._check, self._once, self._announce = settings, check, once, announce

    async def complete(
        self, bucket: S3Bucket, app: App, key: IssuedKey, declared: Declared | None, ends: int
    ) -> dict[str, Any]:
        """Check an upload and, where the app publishes verified, publish it.

        Args:
            declared: what was signed; None where the app's own server asks.
            ends: until when (seconds since 1970) the answer is remembered.

        Returns:
            the answer of POST /uploads/complete.

        Raises:
            NotFound: nothing has been uploaded.
            Conflict: it is being checked just now, or became another object meanwhile.
            ContentRefused: it may not be published, and is deleted.
        """
        name = f"completion:{key}"
        limit = self._settings.check_seconds
        kept = await self._once.claim(name, limit + CLAIM_MARGIN)
        if kept == "":
            raise Conflict("this upload is being completed just now, try again")
        if kept:
            return _unpacked(kept)
        seconds = max(1, ends - int(time.time()))
        try:
            async with asyncio.timeout(limit):
                answer = await self._complete(bucket, app, key, declared)
        except ContentRefused as error:
            await self._once.settle(name, _packed_error(error), seconds)
            await self._announce(app, "upload.refused", _refusal(key, error))
            raise
        except TimeoutError as error:
            await self._once.release(name)
            raise StorageTimeout(f"the check took longer than {limit:g} seconds") from error
        except BaseException:
            await self._once.release(name)
            raise
        await self._once.settle(name, json.dumps({"answer": answer}), seconds)
        await self._announce(app, "upload.completed", answer)
        return answer

    async def _complete(
        self, bucket: S3Bucket, app: App, key: IssuedKey, declared: Declared | None
    ) -> dict[str, Any]:
        place, stored = await self._uploaded(bucket, app, key)
        declared = declared or Declared(str(key), _stored_type(stored))
        try:
            self._check_size(app, stored, declared)
            finding = await self._check.run(bucket, app, place, stored, declared)
            etag = await self._publish(bucket, app, place, stored, finding)
        except PreconditionFailed as error:
            raise Conflict("the object became another one while it was checked") from error
        except ContentRefused:
            await objects.delete(bucket, str(place))
            raise
        return {
            "key": str(key.published),
            "file_path": key.file_path,
            **links(self._settings.cdn_host, str(key.published)),
            "size": stored.size,
            "etag": etag,
            "content_type": finding.content_type,
            "image": asdict(finding.image) if finding.image else None,
        }

    @staticmethod
    async def _uploaded(
        bucket: S3Bucket, app: App, key: IssuedKey
    ) -> tuple[IssuedKey, StoredObject]:
        """Where the upload lies: waiting, or published by a process that did not tell us."""
        for place in dict.fromkeys((key, key.published)):
            with suppress(NotFound):
                stored = await bucket.head(str(place), with_checksum=True)
                if place == key or stored.metadata.get(APP_MARK) == app.full_name:
                    return place, stored
        raise NotFound("nothing has been uploaded under this key")

    def _check_size(self, app: App, stored: StoredObject, declared: Declared) -> None:
        if declared.size is not None and stored.size != declared.size:
            raise ContentMismatch(
                f"the object has {stored.size} bytes, {declared.size} were declared",
                limit=declared.size,
            )
        bounds = Bounds.of(app, self._settings.upload_max_bytes, multipart=True)
        for limit, is_broken in (
            (bounds.high, stored.size > bounds.high),
            (bounds.low, stored.size < bounds.low),
        ):
            if is_broken:
                raise ContentNotAllowed(
                    f"the object has {stored.size} bytes, the app takes {bounds.low} to "
                    f"{bounds.high}",
                    limit=limit,
                )

    async def _publish(
        self, bucket: S3Bucket, app: App, key: IssuedKey, stored: StoredObject, finding: Finding
    ) -> str:
        """Copy what was checked to where readers find it, and to nowhere that is taken."""
        target = str(key.published)
        if str(key) == target:
            return stored.etag
        if await _exists(bucket, target):
            raise Conflict("this upload is published already")
        arguments = api_arguments(app, self._settings, finding.content_type)
        parts = stored.etag.strip('"').partition("-")[2]
        if parts:  # the copy's ETag does not tell
            arguments["Metadata"] = {APP_MARK: app.full_name, PARTS_MARK: parts}
        etag = await objects.copy(bucket, stored, str(key), target, arguments)
        await objects.delete(bucket, str(key))
        return etag


async def _exists(bucket: S3Bucket, key: str) -> bool:
    try:
        await bucket.head(key)
    except NotFound:
        return False
    return True


def _stored_type(stored: StoredObject) -> str:
    return "application/octet-stream" if stored.content_type in GENERIC else stored.content_type


def _refusal(key: IssuedKey, error: ContentRefused) -> dict[str, Any]:
    return {
        "key": str(key.published),
        "file_path": key.file_path,
        "error": error.code,
        "message": error.message,
    }


def _packed_error(error: ContentRefused) -> str:
    return json.dumps({"refused": error.code, "message": error.message, "limit": error.limit})


def _unpacked(kept: str) -> dict[str, Any]:
    found = json.loads(kept)
    if "refused" in found:
        raise REFUSALS[found["refused"]](found["message"], limit=found["limit"])
    answer: dict[str, Any] = found["answer"]
    return answer

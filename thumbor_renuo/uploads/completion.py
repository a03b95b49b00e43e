"""What arrived: an upload is held against what was declared, and published or deleted."""

import asyncio
import json
import secrets
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
    RenuoError,
    StorageTimeout,
)
from thumbor_renuo.once import OnceStore
from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.client import S3Bucket, StoredObject
from thumbor_renuo.uploads.content_check import ContentCheck, Finding
from thumbor_renuo.uploads.issued_key import IssuedKey, links
from thumbor_renuo.uploads.object_headers import APP_MARK, PARTS_MARK, api_arguments
from thumbor_renuo.uploads.token import Declared
from thumbor_renuo.uploads.upload_request import Bounds

CLAIM_MARGIN = 60  # a claim outlives the check by these seconds
ASIDE = "v"  # the root of what is being checked
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
        limit, name = self._settings.check_seconds, _name_of(key)
        if kept := await self.known(bucket, key):
            return kept
        claimed = await self._once.claim(name, limit + CLAIM_MARGIN)
        if claimed is not None:
            raise Conflict("this upload is being completed just now, try again")
        seconds = max(1, ends - int(time.time()))
        try:
            async with asyncio.timeout(limit):
                answer = await self._complete(bucket, app, key, declared)
        except ContentRefused as error:
            # Announced first: a process that ends in between announces twice, with one id.
            await self._announce(app, "upload.refused", _refusal(key, error))
            await self._once.settle(name, _packed_error(error), seconds)
            raise
        except TimeoutError as error:
            await self._once.release(name)
            raise StorageTimeout(f"the check took longer than {limit:g} seconds") from error
        except BaseException:
            await self._once.release(name)
            raise
        await self._announce(app, "upload.completed", answer)
        await self._once.settle(name, json.dumps({"answer": answer}), seconds)
        return answer

    async def is_known(self, key: IssuedKey) -> bool:
        """Whether an answer about the upload has been given."""
        return bool(await self._once.peek(_name_of(key)))

    async def known(self, bucket: S3Bucket, key: IssuedKey) -> dict[str, Any] | None:
        """The answer that was given before, as long as the object is the one that it is about.

        Raises:
            ContentRefused: it was refused before.
        """
        kept = await self._once.peek(_name_of(key))
        if not kept:
            return None
        answer = _unpacked(kept)
        with suppress(NotFound):
            if (await bucket.head(answer["key"])).etag == answer["etag"]:
                await self._tidy(bucket, key)
                return answer
        # At once, a form may be sent again until it expires, and a server may delete.
        await self._once.forget(_name_of(key))
        return None

    async def _complete(
        self, bucket: S3Bucket, app: App, key: IssuedKey, declared: Declared | None
    ) -> dict[str, Any]:
        if key != key.published and (published := await _found(bucket, key.published)):
            # A process published it that could not tell us: `o/` is written after a check only.
            finding = await self._check.run(
                bucket, app, str(key.published), published, _or_stored(declared, key, published)
            )
            await self._tidy(bucket, key)
            return self._answer(key, published, published.etag, finding)
        stored = await _found(bucket, key)
        if stored is None:
            raise NotFound("nothing has been uploaded under this key")
        declared = _or_stored(declared, key, stored)
        try:
            self._check_size(app, stored, declared)
            if key == key.published:
                finding = await self._check.run(bucket, app, str(key), stored, declared)
                etag = stored.etag
            else:
                finding, etag = await self._publish(bucket, app, key, stored, declared)
        except PreconditionFailed as error:
            raise Conflict("the object became another one while it was checked") from error
        except ContentRefused:
            await self._delete_refused(bucket, key, stored)
            raise
        return self._answer(key, stored, etag, finding)

    async def _publish(
        self, bucket: S3Bucket, app: App, key: IssuedKey, stored: StoredObject, declared: Declared
    ) -> tuple[Finding, str]:
        """Move the upload to where no signature reaches, check it there, publish what was checked.

        An ETag alone would not do: it is an MD5, of which equal ones can be made.
        """
        arguments = api_arguments(app, self._settings, declared.content_type)
        parts = stored.etag.strip('"').partition("-")[2]
        if parts:  # the copy's ETag does not tell
            arguments["Metadata"] = {APP_MARK: app.full_name, PARTS_MARK: parts}
        aside = f"{ASIDE}/{key.app}/{key.prefix}{secrets.token_hex(8)}/{key.name}"
        await objects.copy(bucket, stored, str(key), aside, arguments)
        try:
            moved = await bucket.head(aside, with_checksum=True)
            finding = await self._check.run(bucket, app, aside, moved, declared)
            arguments["ContentType"] = finding.content_type
            etag = await objects.copy(bucket, moved, aside, str(key.published), arguments)
        finally:
            with suppress(RenuoError):  # what is left there is nobody's and expires
                await objects.delete(bucket, aside)
        await self._tidy(bucket, key)
        return finding, etag

    @staticmethod
    async def _tidy(bucket: S3Bucket, key: IssuedKey) -> None:
        """Delete what waits under the key of an upload that is published."""
        if key != key.published:
            with suppress(RenuoError):  # it expires
                await objects.delete(bucket, str(key))

    @staticmethod
    async def _delete_refused(bucket: S3Bucket, key: IssuedKey, stored: StoredObject) -> None:
        """Delete what was refused, and nothing that came in its place meanwhile."""
        found = await _found(bucket, key)
        if found and found.etag == stored.etag:
            await objects.delete(bucket, str(key))

    def _answer(
        self, key: IssuedKey, stored: StoredObject, etag: str, finding: Finding
    ) -> dict[str, Any]:
        return {
            "key": str(key.published),
            "file_path": key.file_path,
            **links(self._settings.cdn_host, str(key.published)),
            "size": stored.size,
            "etag": etag,
            "content_type": finding.content_type,
            "image": asdict(finding.image) if finding.image else None,
        }

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


async def _found(bucket: S3Bucket, key: IssuedKey) -> StoredObject | None:
    try:
        return await bucket.head(str(key), with_checksum=True)
    except NotFound:
        return None


def _name_of(key: IssuedKey) -> str:
    return f"completion:{key.published}"


def _or_stored(declared: Declared | None, key: IssuedKey, stored: StoredObject) -> Declared:
    return declared or Declared(str(key), _stored_type(stored))


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

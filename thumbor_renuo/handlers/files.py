"""An app's files, for its own server: list, look at, delete."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from thumbor_renuo.apps import App
from thumbor_renuo.delivery.derivative import folder, folder_of_prefix
from thumbor_renuo.delivery.purge import purge_each, purge_wholly
from thumbor_renuo.errors import BadRequest, NotFound, RenuoError, TooLarge
from thumbor_renuo.handlers.base import PublicHandler
from thumbor_renuo.handlers.parameters import is_text, read_parameters, read_query, text_of
from thumbor_renuo.handlers.private import PrivateHandler
from thumbor_renuo.s3 import objects
from thumbor_renuo.s3.object_key import ObjectKey, decode_path
from thumbor_renuo.uploads import files
from thumbor_renuo.uploads.issued_key import links
from thumbor_renuo.uploads.sigv4 import presign_url, signing_time

MAX_PATHS = 1000
MAX_URL_SECONDS = 604_800  # S3's own limit for presigned URLs


class FilesHandler(PrivateHandler):
    """Base: parameters, whole numbers."""

    async def known_app(self) -> tuple[App, dict[str, Any]]:
        """The app that the request proves to be, and all parameters."""
        if len(self.body) <= PublicHandler.max_body_bytes:
            given = read_parameters(self.request, self.body)
            return await self.private_app(given), given
        # To parse a megabyte takes tens of milliseconds, which only an app's own server may cost.
        query = read_query(self.request)
        if not self.has_private_key(query):
            limit = PublicHandler.max_body_bytes
            raise TooLarge(
                f"a body over {limit} bytes wants the private key in Authorization: Bearer",
                limit=limit,
            )
        app = await self.private_app(query)
        return app, await asyncio.to_thread(read_parameters, self.request, self.body)

    @staticmethod
    def number(given: dict[str, Any], name: str, highest: int) -> int | None:
        """A whole number from 1 on; None if it is missing."""
        text = str(given.get(name, ""))
        if not text:
            return None
        if not re.fullmatch("[0-9]{1,9}", text) or not 1 <= int(text) <= highest:
            raise BadRequest(
                f"{name} {text[:20]!r} is no whole number from 1 to {highest}", limit=highest
            )
        return int(text)


class ListHandler(FilesHandler):
    """GET /list_files."""

    route = "list_files"
    old_words = True

    async def get(self) -> None:
        """A JSON array: all files, or with `limit` a page of them."""
        app, given = await self.known_app()
        prefix, cursor = text_of(given, "prefix"), text_of(given, "cursor")
        limit = self.number(given, "limit", objects.PAGE)
        if limit or cursor:
            await self._page(app, prefix, cursor, limit or objects.PAGE)
        else:
            await self._stream(files.entries(self.bucket, app, prefix))

    async def _page(self, app: App, prefix: str, cursor: str, limit: int) -> None:
        found, more = await objects.list_page(
            self.bucket,
            files.prefix_of(app, prefix),
            start_after=files.start_after(app, cursor),
            limit=limit,
        )
        if more and found:
            following = files.cursor_of(app, found[-1])
            query = {"prefix": prefix, "limit": limit, "cursor": following}
            self.set_header("X-Next-Cursor", following)
            self.set_header("Link", f'</list_files?{urlencode(query)}>; rel="next"')
        self.write_json([files.as_entry(entry) for entry in found])

    async def _stream(self, pages: AsyncIterator[list[dict[str, Any]]]) -> None:
        """One page in memory at a time; the first decides whether it is an error."""
        first: list[dict[str, Any]] = await anext(pages, [])
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(("[" + _joined(first)).encode())
        try:
            async for page in pages:
                await self.flush()
                self.write((", " + _joined(page)).encode())
        except RenuoError as error:
            self.break_off(error.code)
        self.write("]")


class DeleteHandler(FilesHandler):
    """DELETE /delete_file."""

    route = "delete_file"
    old_words = True

    async def delete(self) -> None:
        """204, whether or not the file existed; its stored thumbnails go with it."""
        app, given = await self.known_app()
        key = files.key_of(app, text_of(given, "file_path"))
        # The original first: what is rendered meanwhile sees that it is gone, and is not stored.
        await objects.delete(self.bucket, key)
        self.services.forget(key)
        if self.services.settings.store_derivatives:
            await purge_wholly(self.bucket, folder(ObjectKey.parse(key)))
        self.set_status(204)
        await self.finish()


class DeleteManyHandler(FilesHandler):
    """POST /delete_files."""

    route = "delete_files"
    max_body_bytes = 1_000_000

    async def post(self) -> None:
        """Delete named files, or all below a prefix, and then their stored thumbnails."""
        app, given = await self.known_app()
        paths, prefix = given.get("file_paths"), text_of(given, "prefix")
        if (paths is None) == (not prefix):
            raise BadRequest("one of file_paths and prefix is wanted")
        if prefix:
            result = await files.delete_prefix(self.bucket, app, prefix)
            await self._purge(app, [folder_of_prefix(files.prefix_of(app, prefix))], result)
        else:
            result = await self._delete_named(app, _paths(paths))
        self.write_json({"deleted": result.count, "failed": result.failed, "more": result.more})

    async def _delete_named(self, app: App, paths: list[str]) -> files.Deleted:
        keys = [files.key_of(app, path) for path in paths]
        result = await files.delete_paths(self.bucket, app, paths)
        for key in keys:
            self.services.forget(key)
        await self._purge(app, [folder(ObjectKey.parse(key)) for key in keys], result)
        return result

    async def _purge(self, app: App, folders: list[str], result: files.Deleted) -> None:
        if not self.services.settings.store_derivatives:
            return
        purged = await purge_each(self.bucket, folders)
        result.more = result.more or purged.more
        below = folder_of_prefix(app.folder)
        left = {
            key.removeprefix(below).partition("/~/")[0]: code for key, code in purged.failed.items()
        }
        result.failed += [
            {"file_path": path, "message": f"the storage refused to delete its thumbnails ({code})"}
            for path, code in left.items()
        ]


class FileHandler(FilesHandler):
    """GET /files/<key>."""

    route = "file"

    async def get(self) -> None:
        """What S3 knows of a file, and with `expires_in` a signed URL of the original."""
        app, given = await self.known_app()
        key = ObjectKey.parse(decode_path(self.request.path).removeprefix("/files/"))
        if key.app != app.full_name:
            raise NotFound(f"there is no such file of {app.full_name}")
        seconds = self.number(given, "expires_in", MAX_URL_SECONDS)
        stored = await self.bucket.head(str(key))
        answer = {
            "key": str(key),
            "file_path": key.path,
            "size": stored.size,
            "content_type": stored.content_type,
            "etag": stored.etag,
            "created_at": files.as_time(stored.last_modified),
            **links(self.services.settings.cdn_host, str(key)),
            "metadata": dict(stored.metadata),
        }
        if seconds:
            answer |= self._signed_url(str(key), seconds)
        self.write_json(answer)

    def _signed_url(self, key: str, seconds: int) -> dict[str, str]:
        policies, now = self.services.policies, signing_time()
        return {
            "signed_url": presign_url(
                policies.credentials, now, "GET", policies.object_url(key), seconds=seconds
            ),
            "signed_url_expires_at": files.as_time(now + timedelta(seconds=seconds)),
        }


def _joined(entries: list[dict[str, Any]]) -> str:
    return ", ".join(json.dumps(entry, ensure_ascii=False) for entry in entries)


def _paths(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(map(is_text, given)):
        raise BadRequest("file_paths is no list of texts")
    if len(given) > MAX_PATHS:
        raise BadRequest(
            f"{len(given)} file_paths are over the limit of {MAX_PATHS}", limit=MAX_PATHS
        )
    return given

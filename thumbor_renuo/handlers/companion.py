"""/uppy/<api key>/s3/…: what Uppy's S3 plug-in asks of its Companion.

Source: @uppy/aws-s3 6 and @uppy/companion's s3 controller, as their clients call it.
"""

import re
from datetime import UTC, datetime
from typing import Any

from thumbor_renuo.apps import App
from thumbor_renuo.errors import BadRequest, RenuoError
from thumbor_renuo.handlers.parameters import read_json
from thumbor_renuo.handlers.signing import SigningHandler
from thumbor_renuo.s3.multipart_upload import Part
from thumbor_renuo.uploads.issued_key import absolute_url, links
from thumbor_renuo.uploads.multipart import (
    MAX_BATCH,
    MultipartUpload,
    read_number,
    read_numbers,
    read_parts,
)
from thumbor_renuo.uploads.token import Declared
from thumbor_renuo.uploads.upload_request import Bounds, UploadRequest

GENERIC = "application/octet-stream"
MAX_COMPLETE_BYTES = 1_000_000
# What may not stand in a status line (RFC 9112, 4).
NO_REASON, MAX_REASON = re.compile("[^ -~]"), 200


class CompanionHandler(SigningHandler):
    """Base: the API key is part of the path, and Uppy shows the status line's words."""

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Say in the status line what is wrong: Uppy reads nothing else."""
        error: RenuoError = kwargs["error"]
        self.set_status(status_code, NO_REASON.sub("?", error.message)[:MAX_REASON])
        super().write_error(status_code, **kwargs)

    def query(self, name: str) -> str:
        """A parameter of the query string; empty if it is missing."""
        given = self.request.query_arguments.get(name, [b""])[-1]
        return given.decode("utf-8", "replace")

    def upload(self, app: App, upload_id: str) -> MultipartUpload:
        """The upload of the id in the path and the key in the query, if it is this app's."""
        return self.services.multipart.find(app, upload_id, self.query("key"))

    def upload_request(self, given: dict[str, Any], *, size: Any = None) -> UploadRequest:
        """What Uppy says of a file, in our words."""
        return UploadRequest.from_parameters(
            {
                "filename": given.get("filename"),
                "content_type": given.get("type") or GENERIC,
                "size": size,
            },
            needs_size=False,
        )


class ParamsHandler(CompanionHandler):
    """GET …/params: a form for one small file."""

    route = "uppy_params"

    async def get(self, api_key: str) -> None:
        """Answer `{method, url, fields, expires}`, and what is ours beside it."""
        app = await self.app_of(api_key)
        given = {name: self.query(name) for name in ("filename", "type")}
        request = self.upload_request(
            given, size=self.query("size") or self.query("metadata[size]") or None
        )
        method = self.query("method").upper() or "POST"
        signed = self.services.signer.sign(app, api_key, request, method)
        largest = Bounds.of(app, self.services.settings.upload_max_bytes).high
        size = largest if request.size is None else request.size
        await self.admit(app, api_key, uploads=1, size=size)
        self.write_json(
            {
                "method": signed.method,
                "url": signed.url,
                "fields": signed.fields,
                "headers": signed.headers,
                "expires": app.rules.policy_seconds,
                "key": str(signed.key),
                **links(self.services.settings.cdn_host, str(signed.key.published)),
                "token": signed.token,
            }
        )


class MultipartHandler(CompanionHandler):
    """POST …/multipart: begin an upload in parts."""

    route = "uppy_begin"

    async def post(self, api_key: str) -> None:
        """Answer `{key, uploadId, bucket}`, and what is ours beside it."""
        app = await self.app_of(api_key)
        given = read_json(self.body)
        if not isinstance(given, dict):
            raise BadRequest("the body is no JSON object")
        multipart = self.services.multipart
        metadata = given.get("metadata")
        of_metadata = metadata.get("size") if isinstance(metadata, dict) else None
        request = self.upload_request(given, size=given.get("size", of_metadata))
        multipart.check(app, request)
        size = multipart.bounds(app).high if request.size is None else request.size
        await self.admit(app, api_key, uploads=1, size=size)
        key = self.services.signer.new_key(app, api_key, request.filename)
        upload_id, begun = await multipart.begin(self.bucket, app, key, request)
        if self.client_has_left:  # nobody will ever know the id
            await multipart.abort(self.bucket, app, begun)
            return
        settings = self.services.settings
        declared = Declared(str(key), request.content_type, request.size)
        self.write_json(
            {
                "key": str(key),
                "uploadId": upload_id,
                "bucket": settings.s3_bucket_name,
                **links(settings.cdn_host, str(key.published)),
                "token": self.services.tokens.issue(
                    declared, datetime.fromtimestamp(begun.ends, UTC)
                ),
            }
        )


class UploadHandler(CompanionHandler):
    """GET and DELETE …/multipart/<id>: the parts that S3 has; throw them away."""

    route = "uppy_upload"

    async def get(self, api_key: str, upload_id: str) -> None:
        """Answer `[{PartNumber, ETag, Size}]`."""
        app = await self.app_of(api_key)
        await self.admit(app, api_key)
        upload = self.upload(app, upload_id)
        parts = await self.services.multipart.parts(self.bucket, app, upload)
        self.write_json(
            [{"PartNumber": part.number, "ETag": part.etag, "Size": part.size} for part in parts]
        )

    async def delete(self, api_key: str, upload_id: str) -> None:
        """Abort; asked again, it is aborted already."""
        app = await self.app_of(api_key)
        await self.admit(app, api_key)
        upload = self.upload(app, upload_id)
        if not await self.services.completion.is_known(upload.key):  # else others know it as well
            await self.services.multipart.abort(self.bucket, app, upload)
        self.write_json({})


class PartHandler(CompanionHandler):
    """GET …/multipart/<id>/<number>: a signed URL for one part, without network."""

    route = "uppy_part"

    async def get(self, api_key: str, upload_id: str, number: str) -> None:
        """Answer `{url, expires}`."""
        app = await self.app_of(api_key, parts=1)
        upload = self.upload(app, upload_id)
        url = self.services.multipart.part_url(app, upload, read_number(number))
        self.write_json({"url": url, "expires": self.services.settings.multipart_part_seconds})


class BatchHandler(CompanionHandler):
    """GET …/multipart/<id>/batch: signed URLs for several parts."""

    route = "uppy_batch"

    async def get(self, api_key: str, upload_id: str) -> None:
        """Answer `{presignedUrls: {"1": url}}`."""
        wanted = self.query("partNumbers")
        app = await self.app_of(api_key, parts=1 + min(wanted.count(","), MAX_BATCH))
        upload = self.upload(app, upload_id)
        multipart = self.services.multipart
        urls = {
            str(number): multipart.part_url(app, upload, number) for number in read_numbers(wanted)
        }
        self.write_json({"presignedUrls": urls})


class CompleteHandler(CompanionHandler):
    """POST …/multipart/<id>/complete: join the parts, and check them where the app wants it."""

    route = "uppy_complete"
    max_body_bytes = MAX_COMPLETE_BYTES

    async def post(self, api_key: str, upload_id: str) -> None:
        """Answer `{location, key, bucket}`."""
        app = await self.app_of(api_key)
        await self.admit(app, api_key)
        upload = self.upload(app, upload_id)
        wanted = read_parts(read_json(self.body))
        settings = self.services.settings
        published = str(upload.key.published)
        with self.services.checks.place(app.full_name):
            if app.rules.is_verified:
                await self._publish(app, upload, wanted)
            else:
                await self.services.multipart.complete(self.bucket, app, upload, wanted)
        self.write_json(
            {
                "location": absolute_url(settings.cdn_host, published),
                "key": published,
                "bucket": settings.s3_bucket_name,
            }
        )

    async def _publish(self, app: App, upload: MultipartUpload, wanted: list[Part]) -> None:
        """Join and check; what was refused before is refused again."""
        completion = self.services.completion
        if await completion.known(self.bucket, upload.key):
            return
        await self.services.multipart.complete(self.bucket, app, upload, wanted)
        declared = Declared(str(upload.key), upload.content_type)
        await completion.complete(self.bucket, app, upload.key, declared, upload.ends)

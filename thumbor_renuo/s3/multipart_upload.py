"""S3's multipart uploads: begin, look, complete, abort."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thumbor_renuo.errors import NotFound
from thumbor_renuo.s3.client import S3Bucket

MAX_PARTS = 10_000  # "Amazon S3 multipart upload limits", S3 user guide


@dataclass(frozen=True)
class Part:
    """A part that S3 has; its size in bytes, its ETag with quotes."""

    number: int
    etag: str
    size: int


async def begin(bucket: S3Bucket, key: str, arguments: Mapping[str, Any]) -> str:
    """Begin an upload; returns S3's id of it."""
    answer = await bucket.call("create_multipart_upload", key, **arguments)
    return str(answer["UploadId"])


async def parts(bucket: S3Bucket, key: str, upload_id: str) -> AsyncIterator[Part]:
    """All parts that S3 has, in their order.

    Raises:
        NotFound: the upload has been completed or aborted.
    """
    marker, more = 0, True
    while more:
        answer = await bucket.call(
            "list_parts", key, UploadId=upload_id, PartNumberMarker=marker, MaxParts=1000
        )
        for entry in answer.get("Parts", ()):
            yield Part(entry["PartNumber"], entry["ETag"], entry["Size"])
        marker = answer.get("NextPartNumberMarker") or 0
        more = bool(answer.get("IsTruncated")) and marker > 0


async def complete(bucket: S3Bucket, key: str, upload_id: str, wanted: Sequence[Part]) -> str:
    """Join the parts to the object, which may take minutes; returns its ETag."""
    answer = await bucket.patient.call(
        "complete_multipart_upload",
        key,
        UploadId=upload_id,
        MultipartUpload={"Parts": [{"PartNumber": p.number, "ETag": p.etag} for p in wanted]},
    )
    return str(answer.get("ETag", ""))


async def abort(bucket: S3Bucket, key: str, upload_id: str) -> None:
    """Throw all parts away; an upload that is not there is aborted already."""
    try:
        await bucket.call("abort_multipart_upload", key, UploadId=upload_id)
    except NotFound:
        return
